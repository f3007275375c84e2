"""``doctor``: each check finds what it is for."""

import json
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from callserver.cli.checks import encryption, machine, network, sound, storage
from callserver.cli.checks.finding import Verdict
from callserver.config import Config
from callserver.config.sections import Line, Recording, Rtp, Server, Sip, Storage
from callserver.testing.certificates import make
from callserver.testing.ports import free_port, free_range
from tests.cli.conftest import Run


@contextmanager
def taken(kind: socket.SocketKind, host: str, port: int) -> Iterator[None]:
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind((host, port))
        if kind is socket.SOCK_STREAM:
            holder.listen()
        yield


def config(tmp_path: Path, **sip: Any) -> Config:
    first = free_range(20)
    return Config(
        server=Server(data_dir=tmp_path / "var", capacity=1, spare_workers=0),
        sip=Sip(**{"bind": "127.0.0.1", "port": free_port(), "internal_port": free_port(), **sip}),
        rtp=Rtp(bind="127.0.0.1", first_port=first, last_port=first + 19, ports_per_call=8),
    )


def test_a_machine_that_is_fit(made: Run, tmp_path: Path) -> None:
    settings = config(tmp_path)
    (tmp_path / "config" / "callserver.yaml").write_text(
        f"sip: {{bind: 127.0.0.1, port: {settings.sip.port}, "
        f"internal_port: {settings.sip.internal_port}}}\n"
        f"rtp: {{bind: 127.0.0.1, first_port: {settings.rtp.first_port}, "
        f"last_port: {settings.rtp.last_port}}}\n"
        "server: {capacity: 1, spare_workers: 0}\n"
        f"http: {{port: {free_port()}}}\n"
    )
    outcome = made("doctor", "--json")
    findings = {finding["check"]: finding for finding in json.loads(outcome.out)}
    failed = [finding for finding in findings.values() if finding["verdict"] == "fail"]
    assert (outcome.code, failed) == (0, [])
    assert "PCMA" in findings["codecs"]["found"]
    assert "lv" in findings["voices"]["found"]
    assert findings["outgoing"]["verdict"] == "warn"
    assert "outgoing.allow" in findings["outgoing"]["cure"]
    assert "ffmpeg version" in findings["ffmpeg"]["found"]


def test_a_failed_check_is_exit_code_1_with_a_cure(made: Run, tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "config" / "callserver.yaml").write_text(f"sip: {{port: {port}}}\n")
    with taken(socket.SOCK_DGRAM, "127.0.0.1", port):
        outcome = made("doctor")
    assert outcome.code == 1
    assert f"fail sip ports: UDP 0.0.0.0:{port} is taken by another program" in outcome.out
    assert f"`ss -lunp 'sport = :{port}'` names it" in outcome.out


def test_a_port_taken_by_tcp_alone_is_found(tmp_path: Path) -> None:
    settings = config(tmp_path)
    with taken(socket.SOCK_STREAM, "127.0.0.1", settings.sip.port):
        found = network.sip(settings)
    assert found.verdict is Verdict.FAIL
    assert "TCP" in found.found


@pytest.mark.parametrize(
    ("days", "verdict", "found"),
    [(90, Verdict.OK, "89 more days"), (5, Verdict.WARN, "4 more days")],
)
async def test_a_certificate_that_runs_out_is_found(
    tmp_path: Path, days: int, verdict: Verdict, found: str
) -> None:
    files = await make(tmp_path, days=days)
    settings = config(tmp_path, **files.settings(free_port()))
    assert encryption.tls_port(settings).verdict is Verdict.OK
    judged = encryption.certificate(settings)
    assert judged.verdict is verdict
    assert found in judged.found
    assert encryption.judge(files.certificate, -1).verdict is Verdict.FAIL
    files.key.unlink()
    assert "No such file" in encryption.certificate(settings).found


def test_without_tls_no_certificate_is_asked_for(tmp_path: Path) -> None:
    settings = config(tmp_path)
    for check in (encryption.tls_port, encryption.certificate):
        assert check(settings).verdict is Verdict.OK


def test_an_address_of_another_machine_is_found(tmp_path: Path) -> None:
    found = network.sip(config(tmp_path, bind="192.0.2.77"))
    assert found.verdict is Verdict.FAIL
    assert "sip.bind must be an address of this machine" in found.cure


def test_ports_in_the_hands_of_our_own_server_are_no_failure(tmp_path: Path) -> None:
    settings = config(tmp_path)
    settings.run_dir.mkdir(parents=True)
    with (
        socket.socket(socket.AF_UNIX) as server,
        taken(socket.SOCK_DGRAM, "127.0.0.1", settings.sip.port),
    ):
        server.bind(str(settings.control_socket))
        server.listen()
        assert "one runs" in network.server(settings).found
        assert network.sip(settings).verdict is Verdict.OK
    assert "none runs" in network.server(settings).found


def test_taken_rtp_ports_are_counted(tmp_path: Path) -> None:
    settings = config(tmp_path)
    port = settings.rtp.first_port + 4
    with taken(socket.SOCK_DGRAM, "127.0.0.1", port):
        found = network.rtp(settings)
    assert found.verdict is Verdict.WARN
    assert f"1 are taken, the first is {port}" in found.found


def test_an_rtp_range_that_the_system_also_gives_out_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = config(tmp_path)
    given = tmp_path / "range"
    monkeypatch.setattr(network, "_EPHEMERAL", given)
    given.write_text(f"{settings.rtp.last_port} 60999\n")
    assert "gives out" in network.rtp(settings).found
    given.write_text("1024 1030\n")
    assert network.rtp(settings).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("address", "sip", "verdict"),
    [
        ("192.168.1.5", {"bind": "0.0.0.0"}, Verdict.WARN),
        ("192.168.1.5", {"bind": "0.0.0.0", "public_host": "pbx.example.com"}, Verdict.OK),
        ("192.168.1.5", {"bind": "127.0.0.1"}, Verdict.OK),
        ("8.8.8.8", {"bind": "0.0.0.0"}, Verdict.OK),
        (None, {"bind": "0.0.0.0"}, Verdict.WARN),
    ],
)
def test_nat(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    address: str | None,
    sip: dict[str, str],
    verdict: Verdict,
) -> None:
    monkeypatch.setattr(network, "_main_address", lambda: address)
    assert network.nat(config(tmp_path, **sip)).verdict is verdict


def test_missing_codecs_and_a_child_that_dies_are_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = config(tmp_path)
    monkeypatch.setattr(sound, "NEEDED_CODECS", frozenset({"PCMU", "opus"}))
    assert sound.codecs(settings).found == "missing: opus"
    monkeypatch.setattr("sys.executable", "/bin/false")
    assert sound.codecs(settings).verdict is Verdict.FAIL
    assert sound.voices(settings).verdict is Verdict.FAIL


def test_an_ffmpeg_that_does_not_run_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imageio_ffmpeg.get_ffmpeg_exe", lambda: "/nonexistent/ffmpeg")
    assert sound.ffmpeg(config(tmp_path)).verdict is Verdict.FAIL


def test_a_database_that_does_not_open_is_a_failure_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(b"\x89PNG" * 300)
    url = f"sqlite+aiosqlite:///{tmp_path / 'photo'}"
    found = storage.database(Config(store=Storage(url=url)))
    assert found.verdict is Verdict.FAIL
    assert found.cure == "store.url names a file that is no database"
    found = storage.database(Config(store=Storage(url="mysql://x")))
    assert found.verdict is Verdict.FAIL
    assert "write sqlite" in found.cure
    found = storage.database(Config(store=Storage(password="env:NO_SUCH_NAME")))
    assert (found.verdict, found.cure) == (Verdict.FAIL, "put it there, or name another")


def test_lines_without_a_flow_are_a_failure(tmp_path: Path) -> None:
    settings = Config(flows_dir=tmp_path, lines={"100": Line(flow="nothing")})
    found = storage.flows(settings)
    assert found.verdict is Verdict.FAIL
    assert "nothing.yaml" in found.found
    assert storage.flows(Config()).verdict is Verdict.WARN


@pytest.mark.parametrize(
    ("free", "verdict"),
    [(100 << 20, Verdict.FAIL), (1 << 30, Verdict.WARN), (100 << 30, Verdict.OK)],
)
def test_disk_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, verdict: Verdict
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": free}))
    assert storage.data_disk(config(tmp_path)).verdict is verdict


def test_a_disk_on_which_nothing_is_recorded_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 3 << 30}))
    found = storage.recordings_disk(Config(recording=Recording(min_free_mib=4096)))
    assert found.verdict is Verdict.FAIL
    assert "less than recording.min_free_mib (4096)" in found.found


def test_a_clock_that_was_never_set_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_BIRTH", 1e11)
    assert machine.clock(config(tmp_path)).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("kept", "verdict"), [(True, Verdict.OK), (False, Verdict.WARN), (None, Verdict.OK)]
)
def test_a_clock_that_nobody_keeps_right_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool | None, verdict: Verdict
) -> None:
    monkeypatch.setattr(machine, "_synchronised", lambda: kept)
    assert machine.clock(config(tmp_path)).verdict is verdict


def test_the_kernel_is_asked_about_the_clock() -> None:
    assert machine._synchronised() in (True, False, None)


@pytest.mark.parametrize(
    ("hard", "verdict"),
    [
        (200, Verdict.FAIL),
        (300, Verdict.WARN),
        (4096, Verdict.OK),
        (resource.RLIM_INFINITY, Verdict.OK),
    ],
)
def test_the_hard_limit_of_open_files_is_held_against_the_capacity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hard: int, verdict: Verdict
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, hard))
    found = machine.open_files(config(tmp_path))
    assert found.verdict is verdict
    assert ("LimitNOFILE=760" in found.cure) is (verdict is not Verdict.OK)


@pytest.mark.parametrize(
    ("limit", "verdict"), [(0, Verdict.OK), (8, Verdict.FAIL), (9, Verdict.OK)]
)
def test_the_limit_of_processes_is_held_against_the_capacity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int, verdict: Verdict
) -> None:
    monkeypatch.setattr("callserver.system.processes_limit", lambda: limit)
    assert machine.processes(config(tmp_path)).verdict is verdict


@pytest.mark.parametrize(
    ("last", "rest_s", "verdict"),
    [(20099, 30.0, Verdict.WARN), (20099, 0.0, Verdict.OK), (20999, 30.0, Verdict.OK)],
)
def test_ports_that_rest_must_not_send_callers_away(
    last: int, rest_s: float, verdict: Verdict
) -> None:
    settings = Config(
        server=Server(capacity=9, spare_workers=1),
        rtp=Rtp(first_port=20000, last_port=last, ports_per_call=8, rest_s=rest_s),
    )
    assert network.slices(settings).verdict is verdict


def test_a_socket_path_that_is_too_long_is_a_failure(tmp_path: Path) -> None:
    settings = Config(server=Server(data_dir=tmp_path / ("x" * 100)))
    assert machine.control_socket(settings).verdict is Verdict.FAIL
    assert machine.control_socket(Config()).verdict is Verdict.OK
