"""Fuzzing, the short version: of the code that reads SIP, and of a real server with calls on it.
``make fuzz`` is the long one."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callserver.bench import fuzz, guided
from callserver.bench.target import SOURCES, Finding, Target
from callserver.sip.errors import SipError
from callserver.sip.hop import Hop
from callserver.sip.message import Request, parse
from callserver.sip.registrar import Registrar, contacts, read
from callserver.testing.rubbish import Damage, Place, good, seeds
from callserver.testing.voice import Account, Voice

PLACE = Place("192.0.2.7:5070")
MAX_CONTACTS = 5


def test_every_kind_of_message_is_good_before_it_is_damaged() -> None:
    target = Target()
    for data in seeds():
        parse(data)
        target.feed(data)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 2**32))
def test_no_damage_makes_the_door_do_what_it_must_not(number: int, seed: int) -> None:
    Target().feed(Damage(Random(seed)).done_to(good(PLACE, number)))  # noqa: S311 - no secret


_URI = st.text('asip:@;<>"*%,= 0123456789.\\é\t', max_size=30) | st.sampled_from(
    ["sip:a@b", "sip:a@192.0.2.7", "sip:a@b;transport=tcp", "sips:a@b", "sip:b@b:5070", "*"]
)
_EXPIRES = st.sampled_from(["", "0", "60", "59", "3600", "4294967296", "-1", "x", "٣"])
_REGISTER = st.tuples(
    st.lists(_URI, max_size=8), _EXPIRES, st.integers(0, 2**31 - 1), st.sampled_from(SOURCES)
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_REGISTER, max_size=12), st.floats(0, 10_000))
def test_whatever_phones_register_the_table_is_bounded_and_forgets(
    registers: list[tuple[list[str], str, int, Hop]], later_s: float
) -> None:
    table, now = Registrar(60, 3600, MAX_CONTACTS), 1000.0
    for uris, expires, cseq, source in registers:
        now += 1
        data = good(PLACE, 8).replace(b"CSeq: 9 ", b"CSeq: %d " % cseq)
        lines = [f"Contact: {uri}".encode() for uri in uris] + [b"Expires: " + expires.encode()]
        data = data.replace(b"\r\nMax-", b"\r\n%b\r\nMax-" % b"\r\n".join(lines))
        try:
            request = parse(data)
            assert isinstance(request, Request)
            change = table.register(read(request, "anna", source, 300), now)
        except SipError:
            continue
        assert len(change.bound) == len(table.bound("anna")) <= MAX_CONTACTS
        assert {one.expires_at - now for one in change.saved} <= {float(s) for s in range(60, 3601)}
        for _, value in contacts(change.bound, now):
            assert "\r" not in value
            assert "\n" not in value
    before = set(table.all())
    gone = set(table.expire(now + later_s))
    assert gone == {one for one in before if one.expires_at <= now + later_s}
    assert table.expire(now + 3601) == tuple(one for one in before - gone)


async def test_fuzzing_in_a_process_of_its_own_counts_and_tells(tmp_path: Path) -> None:
    found = await guided.run(1.0, tmp_path / "good")
    assert (found.inputs > 100, found.finding) == (True, "")


def test_what_is_found_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def feed(self: Target, data: bytes) -> None:
        if b"INVITE" in data:
            raise Finding("here it is")

    monkeypatch.setattr(Target, "feed", feed)
    assert guided.by_chance(5.0, tmp_path) == 1
    (crash,) = tmp_path.iterdir()
    assert b"INVITE" in crash.read_bytes()


def test_what_is_found_is_told_without_the_commentary(tmp_path: Path) -> None:
    (tmp_path / "crash-1").write_bytes(b"INVITE\0")
    said = guided._finding("#1 cov: 5 ft: 6\n=== Uncaught ===\nKeyError: 'x'\n", tmp_path)
    assert said == "=== Uncaught ===\nKeyError: 'x'\nb'INVITE\\x00'"
    assert guided._finding("", tmp_path / "none") == "it failed and said nothing"


def test_a_voice_proves_its_password_acknowledges_calls_and_goes_on_in_them() -> None:
    voice = Voice(PLACE, Random(1), Account("anna", "secret"))  # noqa: S311 - no secret
    assert voice.hear(b"SIP/2.0 404 Not Found\r\n\r\n") == b""
    assert not any(b'uri="sip:x"' in voice.words() for _ in range(50))
    voice.hear(b'WWW-Authenticate: Digest realm="r", nonce="n", algorithm=MD5, qop="auth"\r\n')
    assert any(b'nonce="n", uri="sip:x"' in voice.words() for _ in range(50))
    ok = (
        b"SIP/2.0 200 OK\r\nCSeq: 7 INVITE\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\n"
        b"Call-ID: x\r\nContact: <sip:w1@door>\r\n\r\n"
    )
    ack = voice.hear(ok)
    assert ack.startswith(b"ACK sip:w1@door SIP/2.0\r\n")
    assert b"CSeq: 7 ACK\r\n" in ack
    assert any(b"tag=2" in voice.words() for _ in range(50))
    assert voice.hear(ok.replace(b"Contact", b"Kontakt")) == b""


@pytest.mark.timeout(150)
async def test_a_server_with_ten_calls_on_it_is_told_rubbish_for_a_while(tmp_path: Path) -> None:
    report = await fuzz.fuzz(tmp_path, 20.0, lambda said: None)
    assert report.faults == ()
    assert (report.alive, report.recordings_good) == (10, 10), report
    assert report.good, report
    assert not replace(report, alive=9).good
    assert not replace(report, faults=("Traceback",)).good
    assert not replace(report, memory_after_mb=report.memory_before_mb + 100).good
