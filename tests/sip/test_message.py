"""Good and bad messages: a small table here, all of RFC 4475 is another room's."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callserver.sip.errors import SipError
from callserver.sip.message import Request, Response, parse
from tests.sip.samples import SDP, message, request


def test_a_plain_invite_is_read() -> None:
    read = parse(request(body=SDP))
    assert isinstance(read, Request)
    assert (read.method, read.uri.user, read.cseq) == ("INVITE", "100", 1)
    assert (read.from_tag, read.to_tag) == ("peer1", "")
    assert read.vias[0].branch == "z9hG4bK-1"
    assert read.body.decode() == SDP


def test_folded_lines_compact_names_and_one_line_via_lists_are_understood() -> None:
    read = parse(
        message(
            "OPTIONS sip:100@192.0.2.1 SIP/2.0",
            "v:  SIP  / 2.0  / TCP     spindle.example.com   ;",
            "  branch  =   z9hG4bK9ikj8  ,",
            " SIP  /    2.0   / UDP  192.168.255.111   ; branch=",
            " z9hG4bK30239",
            "TO :",
            ' "Mr. \\"J\\" <x>, Doe"    <sip:vivekg@example.com> ;   tag    = 1918181833n',
            "f   : sip:jane@example.com;tag=98asjd8",
            "i: 0ha0isndaksdj",
            "CSEQ:  0009",
            "  OPTIONS",
            "l: 0",
        )
    )
    assert isinstance(read, Request)
    assert [via.branch for via in read.vias] == ["z9hG4bK9ikj8", "z9hG4bK30239"]
    assert (read.cseq, read.from_tag, read.to_tag) == (9, "98asjd8", "1918181833n")


def test_a_message_written_and_read_again_is_the_same() -> None:
    first = parse(request(body=SDP))
    assert bytes(parse(bytes(first))) == bytes(first)


def test_content_length_is_recomputed_and_a_longer_datagram_is_cut() -> None:
    read = parse(request("INVITE", "sip:100@192.0.2.1", "Content-Length: 3", body="abcdef"))
    assert read.body == b"abc"
    read.body = b"12345"
    assert b"Content-Length: 5\r\n" in bytes(read)


def test_a_response_is_read() -> None:
    read = parse(
        message(
            "SIP/2.0 180 Звонок",
            "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKw.t.x",
            "From: <sip:a@b>;tag=1",
            "To: <sip:c@d>;tag=2",
            "Call-ID: x",
            "CSeq: 7 INVITE",
        )
    )
    assert isinstance(read, Response)
    assert (read.code, read.phrase, read.method, read.cseq) == (180, "Звонок", "INVITE", 7)


def _without(name: str) -> bytes:
    lines = request().split(b"\r\n")
    return b"\r\n".join(line for line in lines if not line.startswith(name.encode() + b":"))


GOOD = request()
ANSWERED = {
    "cseq of another method": (GOOD.replace(b"CSeq: 1 INVITE", b"CSeq: 1 BYE"), 400),
    "cseq too large": (GOOD.replace(b"CSeq: 1 ", b"CSeq: 2147483648 "), 400),
    "cseq not a number": (GOOD.replace(b"CSeq: 1 ", b"CSeq: one "), 400),
    "body too short": (request("INVITE", "sip:1@b", "Content-Length: 9"), 400),
    "negative length": (request("INVITE", "sip:1@b", "Content-Length: -9"), 400),
    "length in words": (request("INVITE", "sip:1@b", "Content-Length: nine"), 400),
    "two lengths": (request("INVITE", "sip:1@b", "l: 0", "Content-Length: 0"), 400),
    "unknown scheme": (request(target="nobodyKnowsThisScheme:x"), 416),
    "angle brackets around the uri": (request(target="<sip:100@192.0.2.1>"), 400),
    "a space in the request line": (GOOD.replace(b" SIP/2.0\r\nVia", b"  SIP/2.0\r\nVia"), 400),
    "port of nowhere": (request(target="sip:100@192.0.2.1:99999"), 400),
    "header fields in the uri": (request(target="sip:a@b?Route=%3Csip:x%3E"), 400),
    "another version": (GOOD.replace(b" SIP/2.0\r\nVia", b" SIP/7.0\r\nVia"), 505),
    "a line without a colon": (GOOD.replace(b"Max-Forwards: 70", b"Max-Forwards 70"), 400),
    "a name with a space": (GOOD.replace(b"Max-Forwards: 70", b"Max Forwards: 70"), 400),
    "a bare line feed": (GOOD.replace(b"Max-Forwards: 70", b"X: 1\nRoute: <sip:x>"), 400),
    "a control character": (request("INVITE", "sip:1@b", "User-Agent: \x00"), 400),
    "not utf-8": (GOOD.replace(b"Jane", b"J\xffne"), 400),
    "contact that is no address": (request(contact="<sip:[[[>"), 400),
    "no end": (request().removesuffix(b"\r\n\r\n"), 400),
    "two max-forwards": (request("INVITE", "sip:1@b", "Max-Forwards: 1"), 400),
    "too many headers": (request("INVITE", "sip:1@b", *(f"X-{n}: 1" for n in range(200))), 400),
    "no from": (_without("From"), 400),
    "no to": (_without("To"), 400),
    "no call-id": (_without("Call-ID"), 400),
    "no cseq": (_without("CSeq"), 400),
    "two call-ids": (request("INVITE", "sip:1@b", "i: again"), 400),
    "a control character in the from": (GOOD.replace(b"Jane", b"J\x00ne"), 400),
    "a tag too long for a database": (GOOD.replace(b"tag=", b"tag=" + "ж".encode() * 513), 400),
    "a line without end": (request("INVITE", "sip:1@b", "X: " + "a" * 9000), 400),
}


@pytest.mark.parametrize("name", ANSWERED)
def test_a_broken_request_that_can_be_answered_says_with_what(name: str) -> None:
    data, code = ANSWERED[name]
    with pytest.raises(SipError) as refused:
        parse(data)
    assert refused.value.code == code
    assert refused.value.headers is not None


DROPPED = {
    "nothing": b"",
    "noise": b"\x16\x03\x01\x02\x00\x01\x00\x01",
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "no via": _without("Via"),
    "a via that is none": GOOD.replace(b"SIP/2.0/UDP", b"SMTP"),
    "a broken ack": request("ACK", "sip:1@b", "Content-Length: 9"),
    "a broken response": message("SIP/2.0 999 What", "Via: SIP/2.0/UDP x"),
    "line feeds only": GOOD.replace(b"\r\n", b"\n"),
}


@pytest.mark.parametrize("name", DROPPED)
def test_what_cannot_be_answered_is_dropped(name: str) -> None:
    with pytest.raises(SipError) as refused:
        parse(DROPPED[name])
    assert refused.value.headers is None


def test_an_oversized_message_is_513() -> None:
    with pytest.raises(SipError) as refused:
        parse(request(body="x" * 2000), 1500)
    assert refused.value.code == 513
    assert refused.value.headers is not None


@given(st.binary(max_size=400))
def test_no_bytes_make_it_raise_anything_else(data: bytes) -> None:
    with contextlib.suppress(SipError):
        parse(data)


_PIECES = st.sampled_from(
    [
        b"\r\n",
        b"\r\n ",
        b": ",
        b";",
        b"=",
        b'"',
        b"<",
        b">",
        b",",
        b"sip:",
        b"%",
        b"\\",
        b"[",
        b"\n",
    ]
)


@given(st.integers(0, len(GOOD)), st.integers(0, 30), st.lists(_PIECES | st.binary(max_size=8)))
def test_no_damage_to_a_good_message_makes_it_raise_anything_else(
    at: int, cut: int, pieces: list[bytes]
) -> None:
    with contextlib.suppress(SipError):
        parse(GOOD[:at] + b"".join(pieces) + GOOD[at + cut :])
