"""The torture messages of RFC 4475 at the door: valid ones served or forwarded, invalid ones
answered with the status the RFC names, or dropped as it says."""

import asyncio

import pytest

from callserver.sip.hop import Hop
from callserver.sip.message import Request, Response, parse
from callserver.testing.watch import Watch
from tests.edge.test_register import register, sign_in
from tests.edge.town import PHONE, TRUNK, Town, town
from tests.edge.words import credentials
from tests.sip.torture import CASES
from tests.sip.torture.case import DROPPED, FORWARDED, Case

BY_NAME = {case.name: case for case in CASES}


class Postbox:
    """Stands for the sockets: keeps what the door sends, and where."""

    def __init__(self, here: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        self.peers: list[tuple[Hop, bytes]] = []
        self.workers: list[bytes] = []
        self.watch = Watch()
        self._outside = here.edge._outside
        monkeypatch.setattr(here.edge.faces, "to_peer", self._to_peer)
        monkeypatch.setattr(here.edge.faces, "to_worker", self._to_worker)

    def _to_peer(self, hop: Hop, data: bytes, *_: object) -> None:
        self.peers.append((hop, data))
        self.watch.changed()

    def _to_worker(self, port: int, data: bytes) -> None:
        self.workers.append(data)
        self.watch.changed()

    async def takes(self, data: bytes) -> None:
        """A datagram from the trunk, and all that comes of it at once."""
        self._outside.on_packet(data, Hop("udp", TRUNK, 5060))
        for _ in range(5):
            await asyncio.sleep(0)


def test_all_49_messages_are_here_once() -> None:
    assert len(CASES) == len({case.section for case in CASES}) == len(BY_NAME) == 49


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_each_message_gets_what_the_rfc_says(
    case: Case, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with town() as here:
        await here.worker()
        box = Postbox(here, monkeypatch)
        await box.takes(case.data)
        if case.outcome == FORWARDED:
            assert box.peers == []
            (data,) = box.workers
            forwarded = parse(data)
            assert isinstance(forwarded, Request)
            assert forwarded.body == parse(case.data).body
            assert all(text in data.decode() for text in case.kept)
        elif case.outcome == DROPPED:
            assert (box.peers, box.workers) == ([], [])
        else:
            assert box.workers == []
            ((_, data),) = box.peers
            assert data.startswith(f"SIP/2.0 {case.outcome} ".encode()), data
        assert "failed" not in capsys.readouterr().out


def header(data: bytes, name: str) -> str:
    lines = data.decode().split("\r\n")
    return next(line.partition(": ")[2] for line in lines if line.startswith(f"{name}: "))


async def test_answers_carry_back_what_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    async with town() as here:
        box = Postbox(here, monkeypatch)
        for name in ("insuf", "multi01", "badvers", "badinv01", "bext01", "quotbal"):
            await box.takes(BY_NAME[name].data)
        insuf, multi, version, bad, extension, quote = (data for _, data in box.peers)
        assert header(insuf, "CSeq") == "40 INVITE"
        assert b"\r\nTo:" not in insuf
        assert header(multi, "Call-ID") == "multi01-1@caller.example"
        assert header(version, "Via").startswith(
            "SIP/2.0/UDP c.example.com;branch=z9hG4bK-badvers-1"
        )
        assert header(bad, "Via") == f"SIP/2.0/UDP 192.0.2.15;received={TRUNK}"
        assert header(extension, "Unsupported") == "telepathy, time-travel"
        assert header(quote, "To") == '"Mr. A. Caller <sip:a.caller@example.com>'


async def test_control_characters_in_quoted_pairs_are_understood_and_go_no_further(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = BY_NAME["esc01"].data.replace(b"From: <", b'From: "BEL:\\\x07 NUL:\\\x00" <')
    async with town() as here:
        await here.worker()
        box = Postbox(here, monkeypatch)
        await box.takes(data)
        ((_, answer),) = box.peers
        assert answer.startswith(b"SIP/2.0 400 ")
        assert box.workers == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Bell, Alexander", '"Bell, Alexander" <'),
        ("Jane (Sales)", '"Jane (Sales)" <'),
        ("Töni", '"Töni" <'),
        ("Jane Doe", "Jane Doe<"),
        ('"Jane"', '"Jane" <'),
    ],
)
async def test_a_display_name_that_lacks_its_quotes_gets_them_before_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, name: str, shown: str
) -> None:
    after = "" if name == "Jane Doe" else " "
    data = BY_NAME["esc01"].data.replace(b"From: <", f"From: {name}{after}<".encode())
    async with town() as here:
        await here.worker()
        box = Postbox(here, monkeypatch)
        await box.takes(data)
        assert f"From: {shown}sip:" in box.workers[0].decode()


async def test_extensions_a_proxy_must_know_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async with town() as here:
        await here.worker()
        box = Postbox(here, monkeypatch)
        await box.takes(BY_NAME["esc01"].data.replace(b"CSeq", b"Proxy-Require: foo\r\nCSeq"))
        ((_, answer),) = box.peers
        assert answer.startswith(b"SIP/2.0 420 ")
        assert header(answer, "Unsupported") == "foo"


@pytest.mark.parametrize(
    ("contact", "kept"),
    [
        ("sip:+37120000077@gw1.example.net;unknownparam", "sip:+37120000077@gw1.example.net"),
        (
            "<sip:+37120000077@gw1.example.net;unknownparam>",
            "sip:+37120000077@gw1.example.net;unknownparam",
        ),
        ("<sip:user@example.com?Route=%3Csip:sip.example.com%3E>", "sip:user@example.com"),
    ],
    ids=["cparam01", "cparam02", "regescrt"],
)
async def test_contacts_of_the_torture_test_register(contact: str, kept: str) -> None:
    """A header field in a Contact is taken and not kept: who calls the phone would send it."""
    async with town() as here:
        peer = await here.peer(PHONE)
        ok = await sign_in(here, peer, f"Contact: {contact}")
        assert ok.headers["Contact"].startswith(f"<{kept}>;expires=")


async def test_an_address_of_record_must_be_a_sip_one_whoever_asks() -> None:
    async with town() as here:
        peer = await here.peer(PHONE)
        peer.say(register(peer, 1), here.door)
        line = credentials(await peer.response(401), "REGISTER", "anna", "x")
        data = register(peer, 2, line).replace(b"To: <sip:anna@callserver>", b"To: <isbn:2983>")
        peer.say(data, here.door)
        answer = await peer.response(400)
        assert isinstance(answer, Response)
