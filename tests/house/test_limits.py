"""What the system and the configuration allow: told in time, and counted as the kernel counts."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from callserver import limits, system
from callserver.config import Config
from callserver.config.sections import Server
from callserver.limits import Limits, Ports, Usage
from callserver.metrics import Metrics
from callserver.model.errors import ConfigError


class House:
    """A server whose use of everything is a number."""

    def __init__(self, capacity: int = 20) -> None:
        self.ports = Ports(free=100, resting=0, used=0)
        self.processes = 3
        self.calls = 0
        self.metrics = Metrics()
        self.limits = Limits(
            Config(server=Server(capacity=capacity, memory_mib=1024)),
            self.metrics,
            ports=lambda: self.ports,
            processes=lambda: self.processes,
            calls=lambda: self.calls,
        )

    def sample(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(f"callserver_{name}", labels)


@pytest.fixture
def held() -> Iterator[list[int]]:
    files: list[int] = []
    yield files
    for file in files:
        os.close(file)


@pytest.mark.parametrize(
    ("used", "limit", "near"), [(90, 100, False), (91, 100, True), (500, 0, False), (1, 1, True)]
)
def test_near_is_above_nine_tenths_and_no_limit_is_never_near(
    used: int, limit: int, near: bool
) -> None:
    assert Usage("x", "things", used, limit, "cure").is_near is near


def test_nothing_is_near_in_a_quiet_house() -> None:
    house = House()
    assert (house.limits.faults(), house.limits.warnings()) == ({}, {})


def test_a_busy_hour_is_a_warning_with_numbers_and_cure_and_no_fault() -> None:
    house = House()
    house.calls, house.ports = 19, Ports(free=2, resting=40, used=58)
    assert house.limits.warnings() == {
        "capacity": "19 of 20 calls are in use; further calls will get 503; raise server.capacity",
        "rtp_ports": "98 of 100 slices of RTP ports are in use; "
        "widen rtp.first_port..rtp.last_port",
    }
    assert house.limits.faults() == {}
    house.calls, house.ports = 18, Ports(free=10, resting=40, used=50)
    assert house.limits.warnings() == {}


def test_open_files_memory_and_processes_near_their_limit_are_faults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = House()
    monkeypatch.setattr(system, "open_files", lambda: 950)
    monkeypatch.setattr(system, "open_files_limit", lambda: 1000)
    monkeypatch.setattr(system, "resident_bytes", lambda: 1000 << 20)
    monkeypatch.setattr(system, "processes_limit", lambda: 100)
    house.processes = 95
    faults = house.limits.faults()
    assert set(faults) == {"open_files", "memory", "processes"}
    assert faults["open_files"].startswith("950 of 1000 open files are in use; raise LimitNOFILE=")


def test_the_gauges_are_read_when_they_are_asked_for(held: list[int]) -> None:
    house = House()
    before = house.sample("open_files_now")
    assert before is not None
    held += [os.open("/dev/null", os.O_RDONLY) for _ in range(25)]
    assert house.sample("open_files_now") == before + 25
    house.ports, house.processes = Ports(free=1, resting=2, used=3), 17
    for state, count in (("free", 1), ("resting", 2), ("used", 3)):
        assert house.sample("rtp_slices_now", state=state) == count
    assert house.sample("processes_now") == 17
    assert house.sample("capacity") == 20
    assert house.sample("memory_limit_bytes") == 1 << 30
    assert house.sample("open_files_limit") == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert generate_latest(house.metrics.registry)


def test_memory_is_what_the_kernel_counts() -> None:
    status = Path("/proc/self/status").read_text().splitlines()
    (told,) = (int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    assert system.resident_bytes() == pytest.approx(told * 1024, rel=0.2)


@pytest.mark.parametrize(
    ("cgroup", "file", "content", "expected"),
    [
        ("0::/user.slice/x", "user.slice/x/pids.max", "512", 512),
        ("0::/", "pids.max", "max", 0),
        ("9:cpu:/\n8:pids:/box\n0::/", "pids/box/pids.max", "77", 77),
        ("0::/nowhere", "elsewhere/pids.max", "5", 0),
        ("rubbish", "pids.max", "5", 0),
    ],
)
def test_the_control_group_of_either_version_says_how_many_processes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    cgroup: str,
    file: str,
    content: str,
    expected: int,
) -> None:
    monkeypatch.setattr(system, "_PROC", tmp_path)
    monkeypatch.setattr(system, "_CGROUPS", tmp_path / "fs")
    (tmp_path / "cgroup").write_text(cgroup)
    limit = tmp_path / "fs" / file
    limit.parent.mkdir(parents=True)
    limit.write_text(content + "\n")
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY,) * 2)
    assert system.processes_limit() == expected


def started(tmp_path: Path, capacity: int, ulimit: str) -> subprocess.CompletedProcess[str]:
    """``make_room`` in a process of its own with this soft and hard limit of open files."""
    code = (
        "import resource; from callserver.config import Config; from callserver import limits\n"
        "from callserver.config.sections import Server\n"
        f"limits.make_room(Config(server=Server(capacity={capacity})))\n"
        "print(*resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    return subprocess.run(  # noqa: S603 - a fixed command
        ["/bin/sh", "-c", f'{ulimit} && exec "$0" -c "$1"', sys.executable, code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_start_takes_all_open_files_the_system_allows(tmp_path: Path) -> None:
    done = started(tmp_path, 100, "ulimit -Sn 256 && ulimit -Hn 4000")
    assert (done.returncode, done.stdout.split()) == (0, ["4000", "4000"]), done.stderr
    assert "few_open_files" not in done.stdout + done.stderr


def test_a_start_with_few_open_files_says_so(tmp_path: Path) -> None:
    done = started(tmp_path, 100, "ulimit -Sn 256 && ulimit -Hn 700")
    assert done.returncode == 0
    assert "few_open_files" in done.stdout + done.stderr


def test_a_capacity_that_does_not_fit_into_the_open_files_is_refused(tmp_path: Path) -> None:
    done = started(tmp_path, 300, "ulimit -n 700")
    assert done.returncode != 0
    assert "1456 open files are needed, the system allows 700" in done.stderr
    assert "LimitNOFILE=" in done.stderr


def test_a_capacity_that_does_not_fit_into_the_processes_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system, "processes_limit", lambda: 100)
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)
    monkeypatch.setattr(system, "open_files_limit", lambda: 0)
    with pytest.raises(ConfigError, match=r"110 processes are needed, .* TasksMax="):
        limits.make_room(Config(server=Server(capacity=100)))
