"""Both directions of forwarding: what each side gets to see, and how answers find back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callserver.sip.answer import Origin
from callserver.sip.errors import SipError
from callserver.sip.forward import Here, Inward, Outward, leaving
from callserver.sip.hop import Hop, with_hop
from callserver.sip.message import Request, Response, parse
from tests.sip.samples import message, request

HERE = Here("198.51.100.1:5060", "127.0.0.1:15060")
PEER = Hop("udp", "192.0.2.7", 5070)
INWARD, OUTWARD = Inward(HERE), Outward(HERE)
TOKEN, PORT = "tok1", 40001


def inward(data: bytes, source: Hop = PEER) -> Request:
    """A peer's request, as the worker gets it."""
    read = parse(data)
    assert isinstance(read, Request)
    INWARD.check(read)
    INWARD.request(read, Origin.of(read.vias, source))
    again = parse(bytes(read))
    assert isinstance(again, Request)
    return again


def outward(data: bytes) -> tuple[Request, Hop]:
    """A worker's request, as the peer gets it."""
    read = parse(data)
    assert isinstance(read, Request)
    hop = OUTWARD.request(read, TOKEN)
    again = parse(leaving(read))
    assert isinstance(again, Request)
    return again, hop


def answered(to: Request, code: int, *more: str, tag: str = "theirs") -> bytes:
    """A response as a user agent would write it."""
    to_value = to.headers["To"] if to.to_tag else f"{to.headers['To']};tag={tag}"
    return message(
        f"SIP/2.0 {code} Because",
        *(f"Via: {via}" for via in to.vias),
        *(f"Record-Route: {route}" for route in to.headers.getlist("Record-Route")),
        f"From: {to.headers['From']}",
        f"To: {to_value}",
        f"Call-ID: {to.call_id}",
        f"CSeq: {to.cseq} {to.method}",
        *more,
    )


def worker_request(method: str, target: str, *more: str) -> bytes:
    return request(
        method,
        target,
        *more,
        via=f"SIP/2.0/UDP 127.0.0.1:{PORT};rport;branch=z9hG4bKPj.ab-c",
        sender="<sip:100@198.51.100.1:5060>;tag=w1",
        contact=f"<sip:{TOKEN}@{HERE.public}>",
    )


def test_a_workers_answer_goes_back_to_where_the_packet_came_from() -> None:
    invite = inward(request(), Hop("udp", "203.0.113.9", 61000))
    response = parse(answered(invite, 200, f"Contact: <sip:{TOKEN}@{HERE.public}>"))
    assert isinstance(response, Response)
    assert OUTWARD.response(response) == Hop("udp", "203.0.113.9", 61000)
    text = leaving(response).decode()
    assert "127.0.0.1" not in text
    assert "x-hop" not in text
    via = parse(leaving(response)).vias
    assert [str(value) for value in via] == [
        "SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK-1;rport=61000;received=203.0.113.9"
    ]


def test_without_rport_the_answer_goes_to_the_port_in_the_via() -> None:
    data = request(via="SIP/2.0/UDP phone.local:5071;branch=z9hG4bK-2")
    invite = inward(data, Hop("udp", "203.0.113.9", 61000))
    response = parse(answered(invite, 180))
    assert isinstance(response, Response)
    assert OUTWARD.response(response) == Hop("udp", "203.0.113.9", 5071)


def test_over_a_connection_the_answer_goes_back_over_it_and_the_contact_says_so() -> None:
    source = Hop("tcp", "203.0.113.9", 61000)
    invite = inward(request(via="SIP/2.0/TCP 192.0.2.7:5070;branch=z9hG4bK-2"), source)
    assert invite.headers["Contact"] == f"<sip:jane@192.0.2.7:5070;x-hop={source}>"
    response = parse(answered(invite, 200, f"Contact: <sip:{TOKEN}@{HERE.public}>"))
    assert isinstance(response, Response)
    assert OUTWARD.response(response) == source
    assert response.headers["Contact"] == f"<sip:{TOKEN}@{HERE.public};transport=tcp>"


def test_only_the_peers_own_proxies_are_recorded_in_what_leaves() -> None:
    invite = inward(request("INVITE", "sip:1@b", "Record-Route: <sip:p2;lr>, <sip:p1;lr>"))
    assert invite.headers.getlist("Record-Route") == [
        "<sip:127.0.0.1:15060;lr>",
        "<sip:p2;lr>",
        "<sip:p1;lr>",
    ]
    response = parse(answered(invite, 200))
    assert isinstance(response, Response)
    OUTWARD.response(response)
    assert response.headers.getlist("Record-Route") == ["<sip:p2;lr>", "<sip:p1;lr>"]


def test_every_peer_via_survives_however_it_was_written() -> None:
    folded = "SIP/2.0/UDP a:1;branch=z9hG4bK1, SIP/2.0/UDP b:2;branch=z9hG4bK%41"
    invite = inward(request(via=folded))
    assert [via.branch for via in invite.vias[1:]] == ["z9hG4bK1", "z9hG4bK%41"]


def test_retransmissions_cancel_and_ack_share_the_branch_and_others_do_not() -> None:
    branches = [
        inward(request(method, cseq=1)).vias[0].branch for method in ("INVITE", "CANCEL", "ACK")
    ]
    assert branches[0] == branches[1] == branches[2]
    other = request(via="SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK-9;rport")
    assert inward(other).vias[0].branch != branches[0]


@pytest.mark.parametrize(
    ("contact", "source", "shown"),
    [
        ("<sip:j@192.0.2.7:5070>", PEER, "<sip:j@192.0.2.7:5070>"),
        ('"J" <sip:j@10.0.0.1>;q=1', PEER, f'"J" <sip:j@10.0.0.1;x-hop={PEER}>;q=1'),
        ("sip:j@10.0.0.1", PEER, f"<sip:j@10.0.0.1;x-hop={PEER}>"),
        ("<sip:j@pc33.local:5070>", PEER, f"<sip:j@pc33.local:5070;x-hop={PEER}>"),
        (
            "<sip:j@192.0.2.7:5070>",
            Hop("tcp", "192.0.2.7", 5070),
            "<sip:j@192.0.2.7:5070;x-hop=tcp*192.0.2.7*5070>",
        ),
        ("<sip:j@10.0.0.1;x-hop=udp*1.1.1.1*1>", PEER, f"<sip:j@10.0.0.1;x-hop={PEER}>"),
        ("<sip:j@192.0.2.7:5070;%78-hop=udp*1.1.1.1*1>", PEER, "<sip:j@192.0.2.7:5070>"),
    ],
)
def test_the_contact_tells_a_worker_the_way_when_it_does_not_itself(
    contact: str, source: Hop, shown: str
) -> None:
    assert inward(request(contact=contact), source).headers["Contact"] == shown


def test_behind_a_proxy_that_stays_in_the_path_the_contact_is_left_alone() -> None:
    data = request("INVITE", "sip:1@b", "Record-Route: <sip:p;lr>", contact="<sip:j@10.0.0.1>")
    assert inward(data).headers["Contact"] == "<sip:j@10.0.0.1>"


def test_what_is_none_of_the_workers_business_is_taken_out() -> None:
    data = request(
        "INVITE",
        "sip:1@b",
        "Route: <sip:198.51.100.1;lr>",
        'Authorization: Digest username="a"',
        "P-Asserted-Identity: <sip:+1@x>",
        "Remote-Party-ID: <sip:+1@x>",
        "X-Kept: yes",
    )
    text = bytes(inward(data)).decode()
    assert "X-Kept: yes" in text
    assert not re.search(r"^(Route|Authorization|P-Asserted-Identity|Remote-Party-ID):", text, re.M)


def test_hops_are_counted_and_loops_are_seen() -> None:
    assert inward(request()).headers["Max-Forwards"] == "69"
    spent = request().replace(b"Max-Forwards: 70", b"Max-Forwards: 0")
    odd = request().replace(b"Max-Forwards: 70", b"Max-Forwards: many")
    loop = request(via="SIP/2.0/UDP x;branch=z9hG4bK1, SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKw.a")
    for data, code in ((spent, 483), (odd, 400), (loop, 482)):
        with pytest.raises(SipError) as refused:
            inward(data)
        assert refused.value.code == code


def test_a_worker_is_hidden_and_its_answer_finds_it() -> None:
    data = worker_request("INVITE", "sip:+1@192.0.2.7:5070", "Route: <sip:127.0.0.1:15060;lr>")
    sent, hop = outward(data)
    assert hop == Hop("udp", "192.0.2.7", 5070)
    assert "127.0.0.1" not in bytes(sent).decode()
    assert sent.headers.get("Route") is None
    assert sent.headers["Max-Forwards"] == "69"
    response = parse(answered(sent, 200, "Contact: <sip:+1@10.0.0.1>"))
    assert isinstance(response, Response)
    assert INWARD.owner(response) == (TOKEN, "z9hG4bKPj.ab-c")
    INWARD.response(response, PEER, PORT, "z9hG4bKPj.ab-c")
    assert response.headers["Via"] == f"SIP/2.0/UDP 127.0.0.1:{PORT};branch=z9hG4bKPj.ab-c"
    assert response.headers["Contact"] == f"<sip:+1@10.0.0.1;x-hop={PEER}>"
    assert response.headers.getlist("Record-Route") == ["<sip:127.0.0.1:15060;lr>"]


def test_an_answer_whose_contact_leaves_no_room_for_a_hop_goes_nowhere() -> None:
    sent, _ = outward(worker_request("INVITE", "sip:anna@192.0.2.7"))
    for length, fits in ((440, True), (460, False)):
        contact = f"Contact: <{'sip:192.0.2.9;x=':x<{length}}>"
        response = parse(answered(sent, 200, contact))
        assert isinstance(response, Response)
        if fits:
            INWARD.response(response, PEER, PORT, "z9hG4bK1")
            parse(bytes(response))
        else:
            with pytest.raises(SipError, match="Contact Too Long"):
                INWARD.response(response, PEER, PORT, "z9hG4bK1")


def test_a_registered_phone_is_called_by_its_hop_and_never_sees_it() -> None:
    target = "sip:anna@10.0.0.1:5060;transport=tcp;x-hop=tcp*203.0.113.9*61000"
    data = worker_request("INVITE", target).replace(
        b"To: <sip:100@192.0.2.1>", f"To: <{target}>".encode()
    )
    sent, hop = outward(data)
    assert hop == Hop("tcp", "203.0.113.9", 61000)
    assert sent.target == "sip:anna@10.0.0.1:5060;transport=tcp"
    assert "x-hop" not in bytes(sent).decode()
    assert sent.vias[0].transport == "TCP"
    assert sent.headers["Contact"] == f"<sip:{TOKEN}@{HERE.public};transport=tcp>"


def test_the_peers_own_proxies_come_before_the_hop_of_its_contact() -> None:
    routes = "Route: <sip:127.0.0.1:15060;lr>, <sip:192.0.2.50:5080;lr;transport=tcp>"
    sent, hop = outward(worker_request("BYE", "sip:j@10.0.0.1;x-hop=udp*1.1.1.1*1", routes))
    assert hop == Hop("tcp", "192.0.2.50", 5080)
    assert sent.headers.getlist("Route") == ["<sip:192.0.2.50:5080;lr;transport=tcp>"]


def test_a_response_to_nothing_of_ours_goes_nowhere() -> None:
    response = parse(answered(inward(request()), 200))
    assert isinstance(response, Response)
    assert INWARD.owner(response) is None
    own = parse(answered(parse_request(worker_request("BYE", "sip:a@b")), 200))
    assert isinstance(own, Response)
    with pytest.raises(SipError):
        OUTWARD.response(own)


def parse_request(data: bytes) -> Request:
    read = parse(data)
    assert isinstance(read, Request)
    return read


_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f"))


@given(contact=_TEXT, route=_TEXT, via=_TEXT, forwards=_TEXT)
def test_no_header_values_make_forwarding_raise_anything_else(
    contact: str, route: str, via: str, forwards: str
) -> None:
    data = request(
        "INVITE",
        "sip:1@b",
        f"Record-Route: {route}",
        f"Via: SIP/2.0/UDP x;{via}",
        contact=f"<sip:{contact}>",
    ).replace(b"Max-Forwards: 70", f"Max-Forwards: {forwards}".encode())
    for carry in (inward, outward):
        try:
            carry(data)
        except SipError:
            continue


TLS_HERE = Here("198.51.100.1:5060", "127.0.0.1:15060", "198.51.100.1:5061")
TLS_PHONE = Hop("tls", "203.0.113.9", 61000)


def tls_answer(data: bytes) -> Response:
    """What a phone on TLS gets when a worker answers its INVITE."""
    invite = parse_request(data)
    Inward(TLS_HERE).request(invite, Origin.of(invite.vias, TLS_PHONE))
    assert not invite.target.startswith("sips:")
    contact = f"Contact: <sip:{TOKEN}@{TLS_HERE.public}>"
    response = parse(answered(parse_request(bytes(invite)), 200, contact))
    assert isinstance(response, Response)
    assert Outward(TLS_HERE).response(response) == TLS_PHONE
    return response


@pytest.mark.parametrize(
    ("target", "contact", "expected"),
    [
        (
            "sip:1@a",
            "<sip:j@192.0.2.7:5071;transport=tls>",
            "sip:{}@198.51.100.1:5061;transport=tls",
        ),
        ("sips:1@a", "<sips:j@192.0.2.7:5071>", "sips:{}@198.51.100.1:5061"),
        ("sip:1@a", "<sips:j@192.0.2.7:5071>", "sips:{}@198.51.100.1:5061"),
    ],
)
def test_a_phone_on_tls_is_told_to_come_back_over_tls(
    target: str, contact: str, expected: str
) -> None:
    via = "SIP/2.0/TLS 192.0.2.7:5071;branch=z9hG4bK-2"
    response = tls_answer(request("INVITE", target, via=via, contact=contact))
    assert response.headers["Contact"] == f"<{expected.format(TOKEN)}>"


def test_behind_a_proxy_the_first_record_route_says_what_is_demanded() -> None:
    for route, sips in (("<sips:p;lr>", True), ("<sip:p;lr;transport=tls>", False)):
        via = "SIP/2.0/TLS 192.0.2.7:5071;branch=z9hG4bK-2"
        data = request("INVITE", "sip:1@a", f"Record-Route: {route}", via=via)
        assert tls_answer(data).headers["Contact"].startswith("<sips:") == sips


def test_a_worker_calls_a_phone_on_tls() -> None:
    target = with_hop("sips:anna@10.0.0.1:5061", TLS_PHONE)
    invite = parse_request(worker_request("INVITE", target))
    assert Outward(TLS_HERE).request(invite, TOKEN) == TLS_PHONE
    assert invite.target == "sips:anna@10.0.0.1:5061"
    sent = parse_request(leaving(invite))
    assert sent.headers["Contact"] == f"<sips:{TOKEN}@198.51.100.1:5061>"
    assert str(sent.vias[0]).startswith("SIP/2.0/TLS 198.51.100.1:5061;rport;branch=")
    ringing = parse(answered(sent, 180))
    assert isinstance(ringing, Response)
    assert Inward(TLS_HERE).owner(ringing) == (TOKEN, "z9hG4bKPj.ab-c")
    with pytest.raises(SipError, match="Loop"):
        Inward(TLS_HERE).check(sent)
