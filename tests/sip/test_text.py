"""Values of headers."""

import contextlib
import time

import pytest

from callserver.sip.errors import SipError
from callserver.sip.text import (
    MAX_ADDRESS_CHARS,
    params,
    parse_address,
    parse_credentials,
    parse_cseq,
    parse_uri,
    quoted,
    split,
    without_headers,
)
from callserver.sip.via import Via


def test_lists_are_split_outside_of_quotes_and_brackets() -> None:
    assert split('"a, b" <sip:x,y@z>;q=1, <sip:c@d>') == ['"a, b" <sip:x,y@z>;q=1', "<sip:c@d>"]
    assert split("one") == ["one"]


@pytest.mark.parametrize("bad", ["a,", ",a", "a,,b", 'a,"b', "a,<b"])
def test_a_list_with_holes_or_open_quotes_is_refused(bad: str) -> None:
    with pytest.raises(SipError):
        split(bad)


@pytest.mark.parametrize(
    ("text", "name", "uri", "tag"),
    [
        ("<sip:a@b>;tag=x", "", "sip:a@b", "x"),
        ("sip:a@b;tag=x", "", "sip:a@b", "x"),
        ("Jane Doe <sip:a@b;p=1>", "Jane Doe", "sip:a@b;p=1", ""),
        ('"J \\"D\\" <x>" <sip:a@b> ; TAG = x%2Fy', 'J "D" <x>', "sip:a@b", "x%2Fy"),
        ("<tel:+1234>;tag=1", "", "tel:+1234", "1"),
    ],
)
def test_addresses(text: str, name: str, uri: str, tag: str) -> None:
    read = parse_address(text)
    assert (read.name, read.uri, read.tag) == (name, uri, tag)


@pytest.mark.parametrize("bad", ["", "<>", "<sip:a@b", '"x" sip:a@b', "<sip:a@b>tag=1", "<a>;;"])
def test_addresses_that_are_none(bad: str) -> None:
    with pytest.raises(SipError):
        parse_address(bad)


def test_parameters_keep_their_spelling() -> None:
    assert params(';A=%41;flag;q="a;b"') == {"a": "%41", "flag": None, "q": '"a;b"'}


@pytest.mark.parametrize(
    ("uri", "code"),
    [("foo:bar", 416), ("sip:", 400), ("sip:a@b:0", 400), ("sip:" + "a" * 600, 414), ("x", 400)],
)
def test_uris_that_are_refused(uri: str, code: int) -> None:
    with pytest.raises(SipError) as refused:
        parse_uri(uri)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "user", "host", "port"),
    [
        ("sip:pc33", None, "pc33", None),
        ("SIP:a%40b:pw@host_1.local:5070;lr", "a@b", "host_1.local", 5070),
        ("sip:*21%23;x=1@[2001:db8::1]", "*21#;x=1", "[2001:db8::1]", None),
        ("sips:a@1.2.3.4", "a", "1.2.3.4", None),
        ("tel:+1-201-555-0123", "+1-201-555-0123", "", None),
        ("sip:a@b?Replaces=x%40y", "a", "b", None),
    ],
)
def test_uris(text: str, user: str | None, host: str, port: int | None) -> None:
    uri = parse_uri(text)
    assert (uri.user, uri.host, uri.port) == (user, host, port)


def test_cseq() -> None:
    assert parse_cseq("0007  INVITE") == (7, "INVITE")


def test_credentials_with_commas_in_quotes() -> None:
    scheme, given = parse_credentials('Digest username="a,b", realm="x \\"y\\"",nc=00000001')
    assert scheme == "digest"
    assert given == {"username": "a,b", "realm": 'x "y"', "nc": "00000001"}


def test_a_via_is_written_as_it_was_read() -> None:
    text = "SIP/2.0/UDP host.example:5070;branch=z9hG4bK%41;rport;x=1"
    assert str(Via.parse(text)) == text


@pytest.mark.parametrize(
    "evil",
    [
        "Digest " + 'a="x",' * 600 + "!",
        "Digest " + "a= " * 2000,
        'Digest a="' + "\\" * 4001,
    ],
)
def test_credentials_meant_to_hang_the_parser_do_not(evil: str) -> None:
    started = time.process_time()
    with pytest.raises(SipError):
        parse_credentials(evil)
    assert time.process_time() - started < 0.1


@pytest.mark.parametrize(
    "evil",
    [
        '"' * 2001,
        '"<' * 1000,
        "a " * 1000,
        "<" * 2000,
        ";=" * 1000,
        "<sip:a@b>" + ";a" * 900 + ";",
        "<sip:" + "a-" * 250 + "!>",
        "<sip:" + "1." * 250 + ">",
        "<sip:[" + "1:" * 245 + "]>",
        "<sip:" + "%41" * 160 + "%>",
        "<sip:a@" + "a." * 200 + "-;x>",
    ],
)
def test_values_meant_to_hang_the_parser_do_not(evil: str) -> None:
    started = time.process_time()
    with contextlib.suppress(SipError):
        for item in split(evil):
            parse_uri(parse_address(item).uri)
    assert time.process_time() - started < 0.1


@pytest.mark.parametrize(
    ("uri", "plain"),
    [
        ("sip:a@b?Route=%3Csip:c%3E", "sip:a@b"),
        ("sip:a@b;x=1?Route=%3Csip:c%3E", "sip:a@b;x=1"),
        ("sip:a?b@c", "sip:a?b@c"),
        ("sip:a@b", "sip:a@b"),
        ("tel:+371", "tel:+371"),
    ],
)
def test_header_fields_of_a_uri_are_taken_off(uri: str, plain: str) -> None:
    assert without_headers(uri) == plain


def test_a_uri_whose_header_fields_hide_behind_an_at_sign_is_none() -> None:
    with pytest.raises(SipError):
        parse_uri("sip:a@b?x=c@d")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Bell, A. <sip:a@b>;tag=1", '"Bell, A." <sip:a@b>;tag=1'),
        ('a \\"b\\ <sip:a@b>', 'a \\"b\\ <sip:a@b>'),
        ("a\\b <sip:a@b>", '"a\\\\b" <sip:a@b>'),
        ("Jane Doe <sip:a@b>", "Jane Doe <sip:a@b>"),
        ('"Bell, A." <sip:a@b>', '"Bell, A." <sip:a@b>'),
        ("<sip:a@b>", "<sip:a@b>"),
        ("sip:a@b", "sip:a@b"),
    ],
)
def test_a_display_name_is_quoted_where_it_must_be(value: str, shown: str) -> None:
    assert quoted(value) == shown


def test_a_bare_name_leaves_room_for_its_quotes() -> None:
    bare = "\\" * (MAX_ADDRESS_CHARS // 2 + 10)
    with pytest.raises(SipError, match="Address Too Long"):
        parse_address(f"{bare} <sip:a@b>")
