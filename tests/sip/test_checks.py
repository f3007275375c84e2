"""How large a request may be to go further, and what it may not say."""

import pytest

from callserver.bench.target import Finding, Target
from callserver.sip.checks import tidy_info
from callserver.sip.errors import SipError
from callserver.sip.forward import Here, Inward
from callserver.sip.message import Request, parse
from tests.sip.samples import message, request

INWARD = Inward(Here("198.51.100.1:5060", "127.0.0.1:15060"))


@pytest.mark.parametrize(
    "data",
    [
        request(via=", ".join(["SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1"] * 70)),
        request("INVITE", "sip:1@b", *["Record-Route: <sip:p;lr>"] * 31),
        request(contact=", ".join(["<sip:a@b>"] * 11)),
        request(via="SIP/2.0/UDP 192.0.2.7;branch=" + "z" * 980),
        request(contact=f"<sip:{'a' * 450}@b>"),
        request(contact=f'"{"a" * 1020}" <sip:a@b>'),
        request(call_id="a;x-hop=udp*127.0.0.1*5060"),
        request(sender="<sip:a;x-hop=udp*127.0.0.1*1@b>;tag=1"),
        request(to="<sip:a@b;x-hop=udp*127.0.0.1*1>"),
        request(target="sip:a;x-hop=udp*127.0.0.1*1@b"),
        request(contact="<sip:a;x-hop=udp*127.0.0.1*1@b>"),
    ],
)
def test_what_would_not_come_back_through_the_door_does_not_go_in(data: bytes) -> None:
    read = parse(data)
    assert isinstance(read, Request)
    with pytest.raises(SipError) as caught:
        INWARD.check(read)
    assert caught.value.code == 400
    Target().feed(data)


def info(kind: str, body: str) -> Request:
    read = parse(request("INFO", "sip:w@b", f"Content-Type: {kind}", body=body))
    assert isinstance(read, Request)
    return read


@pytest.mark.parametrize(
    ("kind", "body", "passed"),
    [
        ("application/dtmf-relay", "Signal=5\r\nDuration=250\r\n", b"Signal=5\r\nDuration=250\r\n"),
        ("application/dtmf-relay", "Signal=5", b"Signal=5\r\nDuration=160\r\n"),
        ("Application / DTMF-Relay;x=y", "signal= #\nduration =80", b"Signal=#\r\nDuration=80\r\n"),
        ("application/dtmf-relay", "Duration=x\rSignal=11\r", b""),
        ("application/dtmf", "5", b"5"),
        ("", "", b""),
    ],
)
def test_a_key_in_an_info_is_written_so_that_every_parser_bears_it(
    kind: str, body: str, passed: bytes
) -> None:
    read = info(kind, body)
    if body and not passed:
        with pytest.raises(SipError, match="400 Bad Signal"):
            tidy_info(read)
        return
    tidy_info(read)
    assert read.body == passed
    assert f"Content-Length: {len(passed)}" in read.head()


@pytest.mark.parametrize("kind", ["application/media_control+xml", "text/plain", ""])
def test_an_info_brings_a_key_or_goes_no_further(kind: str) -> None:
    with pytest.raises(SipError) as caught:
        tidy_info(info(kind, "<a><a><a>"))
    assert caught.value.code == 415
    assert caught.value.extra == (("Accept", "application/dtmf-relay, application/dtmf"),)


def test_a_target_that_is_fed_good_messages_finds_nothing_and_notices_what_is_wrong() -> None:
    target = Target()
    target.feed(request(body="v=0\r\n"))
    target.feed(message("SIP/2.0 200 OK"))
    with pytest.raises(Finding, match="another dialog"):
        one, other = parse(request()), parse(request(call_id="other"))
        target._one(bytes(one), other)
    with pytest.raises(Finding, match="not what we meant"):
        read = parse(request())
        read.headers.set("Subject", "a\r\nInjected: b\r\n\r\n")
        target._one(bytes(read).replace(b"\r\n\r\n", b"\n\r\n", 1), read)
    with pytest.raises(Finding, match="leaves the building"):
        target._leaves(request(contact="<sip:a@b;x-hop=udp*a*1>"), parse(request()))
    target.feed(request("OPTIONS", "sip:a@b", "Subject: what is an x-hop=?"))
