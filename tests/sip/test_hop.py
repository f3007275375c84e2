"""The hop in URIs: ours is found, a stranger's never is."""

import pytest

from callserver.sip.errors import SipError
from callserver.sip.hop import Hop, hop_in, hop_to, strip_hops, with_hop, without_hop
from callserver.sip.text import parse_uri

HOP = Hop("udp", "192.0.2.7", 5062)


def test_a_hop_is_written_as_it_is_read() -> None:
    assert str(HOP) == "udp*192.0.2.7*5062"
    assert Hop.parse(str(HOP)) == HOP


@pytest.mark.parametrize(
    "bad", ["", "udp", "ftp*a*1", "udp*a*0", "udp*a*70000", "udp*a b*1", "udp*a*1*2", "UDP*a*1"]
)
def test_other_texts_are_no_hops(bad: str) -> None:
    with pytest.raises(SipError):
        Hop.parse(bad)


def test_what_was_written_into_a_uri_is_found_there() -> None:
    uri = with_hop("sip:a@10.0.0.1:5060;transport=tcp", HOP)
    assert hop_in(parse_uri(uri)) == HOP
    assert without_hop(uri) == "sip:a@10.0.0.1:5060;transport=tcp"
    assert strip_hops(f"To: <{uri}>;tag=1\r\n") == (
        "To: <sip:a@10.0.0.1:5060;transport=tcp>;tag=1\r\n"
    )


@pytest.mark.parametrize(
    "spelling", ["x-hop", "X-Hop", "%78-hop", "x%2dhop", "x%2Dhop", "%78%2D%48op"]
)
def test_no_spelling_gets_past(spelling: str) -> None:
    uri = f"sip:a@b;{spelling}=udp*10.0.0.1*22;lr"
    assert without_hop(uri) == "sip:a@b;lr"


def test_what_demands_tls_outside_is_plain_inside_and_demands_it_again_when_it_leaves() -> None:
    hop = Hop("tls", "192.0.2.7", 40001)
    inside = with_hop("sips:a@10.0.0.1:5061", hop)
    assert inside == "sip:a@10.0.0.1:5061;x-hop=tls*192.0.2.7*40001*s"
    assert hop_in(parse_uri(inside)) == hop
    assert without_hop(inside) == "sips:a@10.0.0.1:5061"
    behind_a_proxy = with_hop("sips:a@10.0.0.1", None)
    assert hop_in(parse_uri(behind_a_proxy)) is None
    assert without_hop(behind_a_proxy) == "sips:a@10.0.0.1"


def test_what_was_put_behind_a_hop_leaves_with_it() -> None:
    """Left alone it would be glued to the host: a URI that nobody can read."""
    assert strip_hops("Contact: <sip:a@b;x-hop=tls*c*1*s/2.0;y=1>") == "Contact: <sip:a@b;y=1>"


def test_a_user_part_that_looks_like_it_is_left_alone() -> None:
    uri = "sip:a;x-hop=1@b"
    assert without_hop(uri) == uri


@pytest.mark.parametrize(
    ("uri", "hop"),
    [
        ("sip:a@b", Hop("udp", "b", 5060)),
        ("sip:a@192.0.2.1:5070;transport=TCP", Hop("tcp", "192.0.2.1", 5070)),
        ("sip:a@b;transport=tls", Hop("tls", "b", 5061)),
        ("sips:a@b", Hop("tls", "b", 5061)),
        ("sips:a@b:5071;transport=tcp", Hop("tls", "b", 5071)),
        ("sip:a@b:5071;x-hop=*s", Hop("tls", "b", 5071)),
    ],
)
def test_where_a_uri_leads(uri: str, hop: Hop) -> None:
    assert hop_to(parse_uri(uri)) == hop


@pytest.mark.parametrize("uri", ["tel:+123", "sip:a@b;transport=sctp"])
def test_where_a_uri_does_not_lead(uri: str) -> None:
    with pytest.raises(SipError) as refused:
        hop_to(parse_uri(uri))
    assert refused.value.code == 503
