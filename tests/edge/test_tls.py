"""The TLS face: who gets in, with what, how long a handshake may take, and the way back."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from callserver.edge import connections as limits
from callserver.model.commands import Srtp
from callserver.sip.hop import Hop
from callserver.testing.certificates import Files, make
from callserver.testing.ports import free_port
from tests.edge.peers import TcpPeer
from tests.edge.test_calls import answers, at
from tests.edge.town import ALLOWED_NUMBER, PASSWORD, PHONE, STRANGER, TRUNK, Town, town
from tests.edge.words import SDP, ask, credentials, reply


@asynccontextmanager
async def tls_town(folder: Path, **sip: Any) -> AsyncIterator[tuple[Town, Files]]:
    files = await make(folder)
    async with town(**files.settings(free_port()), **sip) as here:
        yield here, files


def trusting(files: Files) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=files.certificate)


@asynccontextmanager
async def on_tls(folder: Path) -> AsyncIterator[tuple[Town, Files, TcpPeer]]:
    """With one phone connected."""
    async with (
        tls_town(folder) as (here, files),
        await TcpPeer.to(here.edge.tls, PHONE, trusting(files)) as phone,
    ):
        yield here, files, phone


async def s_client(here: Town, *options: str) -> tuple[int, str]:
    """Exit code and words of ``openssl s_client``."""
    process = await asyncio.create_subprocess_exec(
        *("openssl", "s_client", "-connect", here.edge.tls, *options),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(10):
        said, _ = await process.communicate()
    return process.returncode or 0, said.decode(errors="replace")


def handshakes(here: Town, outcome: str) -> float:
    return (
        here.edge.metrics.registry.get_sample_value(
            "callserver_tls_handshakes_total", {"outcome": outcome}
        )
        or 0.0
    )


@pytest.mark.parametrize(
    ("version", "accepted"), [("1", False), ("1_1", False), ("1_2", True), ("1_3", True)]
)
async def test_openssl_is_let_in_with_tls_1_2_and_newer_only(
    version: str, accepted: bool, tmp_path: Path
) -> None:
    async with tls_town(tmp_path) as (here, _):
        # @SECLEVEL=0: the client itself would not dare to speak the old ones
        code, said = await s_client(here, f"-tls{version}", "-cipher", "ALL:@SECLEVEL=0")
        assert (code == 0) == accepted, said
        assert ("Cipher is (NONE)" not in said) == accepted


@pytest.mark.parametrize("cipher", ["AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA256"])
async def test_ciphers_without_forward_secrecy_or_authentication_are_refused(
    cipher: str, tmp_path: Path
) -> None:
    async with tls_town(tmp_path) as (here, _):
        code, _ = await s_client(here, "-tls1_2", "-cipher", cipher)
        assert code == 1
        assert handshakes(here, "failed") == 1


async def test_a_new_certificate_is_shown_to_new_connections_and_the_old_ones_stay(
    tmp_path: Path,
) -> None:
    async with on_tls(tmp_path) as (here, files, phone):
        await make(tmp_path)
        async with asyncio.timeout(5):
            while True:
                try:
                    async with await TcpPeer.to(here.edge.tls, PHONE, trusting(files)):
                        break
                except ssl.SSLCertVerificationError:
                    await asyncio.sleep(0.1)
        phone.say(ask("OPTIONS", f"sip:{here.door}", f"{PHONE}:1", transport="TLS"))
        await phone.response(200)
        days = here.edge.metrics.registry.get_sample_value("callserver_tls_days_left")
        assert days == pytest.approx(90, abs=0.1)


async def register(
    phone: TcpPeer, here: Town, contact: str, scheme: str = "sip", first: int = 1
) -> None:
    """anna's phone registers over its connection; ``first`` is the CSeq it begins with."""
    place = f"{phone.host}:{phone.port}"

    def data(*more: str, cseq: int) -> bytes:
        return ask(
            "REGISTER",
            f"{scheme}:{here.edge.tls}",
            place,
            f"Contact: <{contact}>",
            *more,
            transport="TLS",
            to=f"<{scheme}:anna@callserver>",
            call_id="registration",
            cseq=cseq,
        )

    phone.say(data(cseq=first))
    challenge = await phone.response(401)
    phone.say(data(credentials(challenge, "REGISTER", "anna", PASSWORD), cseq=first + 1))
    await phone.response(200)


@pytest.mark.parametrize("scheme", ["sip", "sips"])
async def test_a_phone_on_tls_registers_is_called_and_hangs_up(scheme: str, tmp_path: Path) -> None:
    async with on_tls(tmp_path) as (here, _, phone):
        suffix = "" if scheme == "sips" else ";transport=tls"
        contact = f"{scheme}:anna@10.0.0.1:5071{suffix}"
        await register(phone, here, contact, scheme)
        (target,) = here.edge.targets("anna")
        worker = await here.worker()
        own = f"Contact: <sip:tok1@{here.door}>"
        route = f"Route: <sip:{here.edge.internal};lr>"
        data = ask("INVITE", target.uri, at(worker), own, route, call_id="out")
        worker.say(data, here.edge.internal)
        invite = await phone.request("INVITE")
        assert invite.target == contact
        assert str(invite.vias[0]).startswith(f"SIP/2.0/TLS {here.edge.tls};")
        ours = invite.headers["Contact"].strip("<>")
        assert ours == f"{scheme}:tok1@{here.edge.tls}{suffix}"
        phone.say(reply(invite, 200, f"Contact: <{contact}>", tag="a"))
        ok = await worker.response(200)
        assert ok.headers["Contact"].startswith("<sip:anna@10.0.0.1:5071")
        place = f"{phone.host}:{phone.port}"
        bye = ask(
            "BYE",
            ours,
            place,
            transport="TLS",
            call_id="out",
            tag="a",
            to=f"{invite.headers['From']}",
            cseq=7,
        )
        phone.say(bye)
        heard = await worker.request("BYE")
        assert heard.target.startswith("sip:tok1@")
        answers(worker, here, heard, 200)
        assert (await phone.response(200)).method == "BYE"


async def test_a_worker_that_is_gone_says_bye_over_tls(tmp_path: Path) -> None:
    async with tls_town(tmp_path) as (here, files):
        worker = await here.worker()
        async with await TcpPeer.to(here.edge.tls, TRUNK, trusting(files)) as trunk:
            place = f"{trunk.host}:{trunk.port}"
            contact = f"Contact: <sips:jane@{place}>"
            data = ask(
                "INVITE", f"sips:100@{here.edge.tls}", place, contact, transport="TLS", body=SDP
            )
            trunk.say(data)
            answers(worker, here, await worker.request("INVITE"), 200)
            ok = await trunk.response(200)
            assert ok.headers["Contact"] == f"<sips:tok1@{here.edge.tls}>"
            here.edge.drop_worker("tok1")
            bye = await trunk.request("BYE")
            assert (bye.target, bye.vias[0].transport) == (f"sips:jane@{place}", "TLS")


@pytest.mark.parametrize("keys", [0, 1])
async def test_where_encrypted_sound_is_required_a_call_over_tls_must_offer_it(
    keys: int, tmp_path: Path
) -> None:
    files = await make(tmp_path)
    rtp = {"srtp": "required"}
    async with town(rtp=rtp, **files.settings(free_port())) as here:
        worker = await here.worker()
        async with await TcpPeer.to(here.edge.tls, TRUNK, trusting(files)) as trunk:
            body = SDP + keys * "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n"
            place = f"{trunk.host}:{trunk.port}"
            trunk.say(ask("INVITE", f"sip:100@{here.edge.tls}", place, transport="TLS", body=body))
            if keys:
                await worker.request("INVITE")
            else:
                await trunk.response(488)


async def test_phones_on_tls_are_offered_encrypted_sound(tmp_path: Path) -> None:
    async with on_tls(tmp_path) as (here, _, phone):
        await register(phone, here, "sip:anna@10.0.0.1:5071;transport=tls")
        (target,) = here.edge.targets("anna")
        assert target.srtp is Srtp.OFFERED


async def test_sips_over_anything_else_is_not_served(tmp_path: Path) -> None:
    async with tls_town(tmp_path) as (here, _):
        peer = await here.peer(STRANGER)
        peer.say(ask("OPTIONS", f"sips:{here.door}", at(peer)), here.door)
        await peer.response(416)


async def test_a_phone_that_says_goodbye_in_the_same_breath_is_heard_first(tmp_path: Path) -> None:
    async with tls_town(tmp_path) as (here, files):
        async with await TcpPeer.to(here.edge.tls, PHONE, trusting(files)) as phone:
            phone.say(ask("OPTIONS", f"sip:{here.door}", f"{PHONE}:1", transport="TLS"))
        async with await TcpPeer.to(here.edge.tls, PHONE, trusting(files)) as phone:
            phone.say(ask("OPTIONS", f"sip:{here.door}", f"{PHONE}:1", transport="TLS"))
            await phone.response(200)
        assert here.count("OPTIONS", "200") == 2


async def test_rubbish_instead_of_a_handshake_is_closed_and_counted(tmp_path: Path) -> None:
    async with tls_town(tmp_path) as (here, _):
        async with await TcpPeer.to(here.edge.tls, STRANGER) as peer:
            peer.say(ask("OPTIONS", f"sip:{here.door}", f"{STRANGER}:1", transport="TCP"))
            assert await peer.is_closed()
        assert handshakes(here, "failed") == 1


async def test_half_open_connections_are_limited_and_do_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_HANDSHAKES", 3)
    monkeypatch.setattr(limits, "HANDSHAKE_S", 0.5)
    async with tls_town(tmp_path) as (here, files):
        silent = [await TcpPeer.to(here.edge.tls, STRANGER) for _ in range(3)]
        async with await TcpPeer.to(here.edge.tls, PHONE, trusting(files)) as phone:
            phone.say(ask("OPTIONS", f"sip:{here.door}", f"{PHONE}:1", transport="TLS"))
            await phone.response(200)
            assert await silent[0].is_closed()
            assert (handshakes(here, "done"), handshakes(here, "failed")) == (1, 1)
        for peer in silent:
            assert await peer.is_closed()
            await peer.close()
        assert handshakes(here, "late") == 2


async def test_one_address_gets_only_so_many_handshakes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "HANDSHAKES_PER_S", 0.001)
    monkeypatch.setattr(limits, "MAX_PER_SOURCE", 2)
    async with tls_town(tmp_path) as (here, files):
        for _ in range(2):
            async with await TcpPeer.to(here.edge.tls, STRANGER, trusting(files)):
                pass
        with pytest.raises((ConnectionError, ssl.SSLError)):
            await TcpPeer.to(here.edge.tls, STRANGER, trusting(files))
        async with await TcpPeer.to(here.edge.tls, PHONE, trusting(files)):
            pass


@pytest.mark.parametrize("known", [True, False])
async def test_a_trunk_is_called_over_tls_when_its_certificate_is_known(
    known: bool, tmp_path: Path
) -> None:
    theirs = await make(tmp_path / "theirs")
    authority = theirs if known else await make(tmp_path / "others")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(theirs.certificate, theirs.key)
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.put_nowait(await reader.readuntil(b"\r\n"))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    trunk = {"transport": "tls", "hosts": [host]}
    async with town(trunk=trunk, tls_ca=str(authority.certificate)) as here:
        worker = await here.worker()
        (target,) = here.edge.trunk_targets("provider", ALLOWED_NUMBER)
        worker.say(ask("INVITE", target.uri, at(worker)), here.edge.internal)
        if known:
            async with asyncio.timeout(5):
                assert (
                    await heard.get()
                    == f"INVITE sip:{ALLOWED_NUMBER}@{host};transport=tls SIP/2.0\r\n".encode()
                )
        else:
            await worker.response(503)
    server.close()


def test_a_connection_that_is_half_open_is_no_way_to_send() -> None:
    table = limits.Connections(4096, 1000, 3600.0, _Nobody(), lambda: 0.0)
    connection = table.accept(lambda: pytest.fail("no transport yet"))
    assert connection.is_half_open
    assert not connection.send(b"x")
    assert not table.send(Hop("tls", "192.0.2.7", 1), b"x")


class _Nobody:
    """Hears nothing."""

    def hears(self, source: Hop) -> bool:
        return True

    def on_packet(self, data: bytes, source: Hop) -> None: ...

    def on_broken(self, data: bytes, source: Hop, *, too_large: bool) -> None: ...

    def on_closed(self, source: Hop) -> None: ...
