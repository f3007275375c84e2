"""What the door says to what is not a call: the right answer or silence, never a fault."""

import pytest
from structlog.testing import capture_logs

from callserver.model.errors import ConfigError
from tests.edge.peers import TcpPeer, UdpPeer
from tests.edge.town import STRANGER, TRUNK, Town, town
from tests.edge.words import SDP, ask


def say(here: Town, peer: UdpPeer, data: bytes) -> None:
    peer.say(data, here.door)


def options(here: Town, peer: UdpPeer | TcpPeer, *more: str, call_id: str = "last") -> bytes:
    transport = "TCP" if isinstance(peer, TcpPeer) else "UDP"
    place = f"{peer.host}:{peer.port}"
    return ask("OPTIONS", f"sip:{here.door}", place, *more, call_id=call_id, transport=transport)


async def test_options_are_answered_with_what_we_can() -> None:
    async with town() as here:
        peer = await here.peer(STRANGER)
        say(here, peer, options(here, peer))
        ok = await peer.response(200)
        assert "INVITE" in ok.headers["Allow"]
        assert ok.headers["Accept"] == "application/sdp"


async def test_an_extension_we_do_not_know_is_420_where_it_is_for_us() -> None:
    async with town() as here:
        peer = await here.peer(STRANGER)
        say(here, peer, options(here, peer, "Require: nothing, more"))
        assert (await peer.response(420)).headers["Unsupported"] == "nothing, more"


WRONG = {
    "an unknown method": (b"OPTIONS", b"DANCE", 405),
    "a method out of place": (b"OPTIONS", b"MESSAGE", 405),
    "no more hops": (b"Max-Forwards: 70", b"Max-Forwards: 0", 483),
    "hops in words": (b"Max-Forwards: 70", b"Max-Forwards: x", 400),
    "a body that is not all there": (b"Content-Length: 0", b"Content-Length: 10", 400),
    "a length below zero": (b"Content-Length: 0", b"Content-Length: -1", 400),
    "the wrong cseq": (b"CSeq: 1 OPTIONS", b"CSeq: 1 BYE", 400),
    "another scheme": (b"OPTIONS sip:", b"OPTIONS http:", 416),
    "sips": (b"OPTIONS sip:", b"OPTIONS sips:", 416),
    "another version": (b" SIP/2.0\r\nVia", b" SIP/3.0\r\nVia", 505),
    "a telephone number": (b"OPTIONS sip:127.0.0.1:", b"OPTIONS tel:+", 416),
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_message_gets_the_right_answer(name: str) -> None:
    find, put, code = WRONG[name]
    async with town() as here:
        peer = await here.peer(TRUNK)
        data = options(here, peer)
        if code == 483 or b"x" in put:
            data = data.replace(b"OPTIONS", b"INVITE")
        assert find in data
        say(here, peer, data.replace(find, put))
        answered = await peer.response(code)
        assert (code == 405) == (answered.headers.get("Allow") is not None)


async def test_a_message_that_came_from_us_is_a_loop() -> None:
    async with town() as here:
        peer = await here.peer(TRUNK)
        via = f"Via: SIP/2.0/UDP {here.door};branch=z9hG4bKw.a.b"
        data = ask("INVITE", f"sip:100@{here.door}", f"{peer.host}:{peer.port}", via, body=SDP)
        say(here, peer, data)
        await peer.response(482)


async def test_what_is_too_large_is_513() -> None:
    async with town(max_message_bytes=2000) as here:
        peer = await here.peer(STRANGER)
        say(here, peer, options(here, peer, *(f"X-{n}: {'a' * 200}" for n in range(20))))
        await peer.response(513)


NOISE = [
    b"",
    b"\r\n\r\n",
    b"\x00" * 40,
    b"\xff" * 2000,
    b"GET / HTTP/1.0\r\n\r\n",
    b"SIP/2.0 200 OK\r\n\r\n",
    b"INVITE sip:x SIP/2.0\r\n\r\n",
    b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKw.a.b\r\nFrom: <sip:a>\r\nTo: <sip:b>\r\n"
    b"Call-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n",
]


async def test_noise_is_met_with_silence_and_nothing_in_the_log() -> None:
    async with town() as here:
        with capture_logs() as logs:
            peer = await here.peer(STRANGER)
            for noise in NOISE:
                say(here, peer, noise)
            say(here, peer, options(here, peer))
            assert (await peer.response(200)).call_id == "last"
        assert [entry for entry in logs if entry["log_level"] != "debug"] == []


async def test_every_truncation_of_an_invite_is_survived() -> None:
    async with town(requests_burst=10_000) as here:
        with capture_logs() as logs:
            peer = await here.peer(TRUNK)
            whole = ask("INVITE", f"sip:100@{here.door}", f"{peer.host}:{peer.port}", body=SDP)
            for end in range(0, len(whole), 3):
                say(here, peer, whole[:end])
            say(here, peer, options(here, peer))
            while b"Call-ID: last\r\n" not in await peer.hear_raw():
                pass
        assert [entry for entry in logs if entry["log_level"] not in ("debug", "info")] == []


async def test_who_asks_too_much_is_met_with_silence() -> None:
    async with town(requests_per_s=0.001, requests_burst=3) as here:
        peer, other = await here.peer(STRANGER), await here.peer(TRUNK)
        for number in range(5):
            say(here, peer, options(here, peer, call_id=str(number)))
        say(here, other, options(here, other))
        await other.response(200)
        assert peer.raw.qsize() == 3
        assert here.count("OPTIONS", "dropped") == 2


async def test_messages_and_pings_share_a_connection() -> None:
    async with town() as here, await TcpPeer.to(here.door, STRANGER) as peer:
        peer.say(options(here, peer, call_id="one") + options(here, peer, call_id="two"))
        assert [(await peer.response(200)).call_id for _ in range(2)] == ["one", "two"]
        peer.say(b"\r\n\r\n")
        assert await peer.hear_bytes(2) == b"\r\n"


@pytest.mark.parametrize(
    ("find", "put", "code"),
    [
        (b"Content-Length: 0", b"Content-Length: 999999", 513),
        (b"Content-Length: 0", b"Content-Length: x", 400),
        (b"Content-Length: 0\r\n", b"", 400),
    ],
)
async def test_a_stream_whose_framing_is_lost_is_answered_and_closed(
    find: bytes, put: bytes, code: int
) -> None:
    async with town() as here, await TcpPeer.to(here.door, STRANGER) as peer:
        peer.say(options(here, peer).replace(find, put))
        await peer.response(code)
        assert await peer.is_closed()


async def test_an_endless_header_closes_the_connection() -> None:
    async with town() as here, await TcpPeer.to(here.door, STRANGER) as peer:
        peer.say(b"OPTIONS sip:x SIP/2.0\r\nX: " + b"a" * 40_000)
        assert await peer.is_closed()


async def test_a_port_that_is_taken_is_named() -> None:
    async with town() as here:
        port = int(here.door.rpartition(":")[2])
        with pytest.raises(ConfigError, match=f"sip.port {port}"):
            async with town(port=port):
                pass
