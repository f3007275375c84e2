"""Digest: RFC 7616's own example, ages, counts and replays."""

import hashlib
import re

import pytest
from sipmessage import Headers

from callserver.sip.digest import Algorithm, Guard, Offer, Verdict, ha1
from callserver.sip.hop import Hop
from callserver.sip.nonce import Nonces

NOW = 1_800_000_000.0
REALM = "callserver"
BOTH = (Algorithm.SHA256, Algorithm.MD5)
SOURCE = Hop("udp", "192.0.2.7", 5060)


def _secret(username: str, algorithm: Algorithm) -> str | None:
    return ha1(username, REALM, "correct horse", algorithm) if username == "anna" else None


@pytest.fixture
def guard() -> Guard:
    return Guard(REALM, b"s" * 32, 300, BOTH)


def _nonce(guard: Guard, now: float = NOW) -> str:
    _, value = guard.challenges(SOURCE, now, stale=False)[0]
    found = re.search(r'nonce="([^"]+)"', value)
    assert found is not None
    return found[1]


def _headers(
    nonce: str,
    *,
    username: str = "anna",
    password: str = "correct horse",
    algorithm: str = "SHA-256",
    nc: str = "00000001",
    cseq: int = 1,
    realm: str = REALM,
    method: str = "REGISTER",
) -> Headers:
    """Credentials computed here with hashlib, not with the code under test."""
    hashed = hashlib.sha256 if algorithm == "SHA-256" else hashlib.md5

    def h(text: str) -> str:
        return hashed(text.encode()).hexdigest()

    first = h(f"{username}:{realm}:{password}")
    second = h(f"{method}:sip:callserver")
    response = h(f"{first}:{nonce}:{nc}:c0ffee:auth:{second}")
    headers = Headers()
    headers.add("Call-ID", "reg-1")
    headers.add("CSeq", f"{cseq} REGISTER")
    headers.add(
        "Authorization",
        f'Digest username="{username}", realm="{realm}", nonce="{nonce}", uri="sip:callserver", '
        f'response="{response}", algorithm={algorithm}, cnonce="c0ffee", qop=auth, nc={nc}',
    )
    return headers


def _verify(guard: Guard, headers: Headers, now: float = NOW, source: Hop = SOURCE) -> Verdict:
    return guard.verify(headers, "REGISTER", source, _secret, now)[0]


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
    ],
)
def test_the_example_of_rfc_7616(algorithm: str, response: str) -> None:
    offer = Offer(
        "Mufasa",
        Algorithm(algorithm),
        "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "00000001",
        "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        "/dir/index.html",
        response,
    )
    secret = ha1("Mufasa", "http-auth@example.org", "Circle of Life", Algorithm(algorithm))
    assert offer.expected(secret, "GET") == response


def test_the_better_algorithm_is_offered_first(guard: Guard) -> None:
    values = [value for _, value in guard.challenges(SOURCE, NOW, stale=False)]
    assert ["algorithm=SHA-256" in values[0], "algorithm=MD5" in values[1]] == [True, True]
    assert not any("stale" in value for value in values)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_the_right_password_is_right(guard: Guard, algorithm: str) -> None:
    assert _verify(guard, _headers(_nonce(guard), algorithm=algorithm)) is Verdict.RIGHT


def test_a_digest_we_do_not_ask_for_does_not_count() -> None:
    guard = Guard(REALM, b"s" * 32, 300, (Algorithm.SHA256,))
    nonce = _nonce(guard)
    assert len(guard.challenges(SOURCE, NOW, stale=False)) == 1
    assert _verify(guard, _headers(nonce, algorithm="MD5")) is Verdict.WRONG
    assert _verify(guard, _headers(nonce)) is Verdict.RIGHT


def test_a_phone_that_answers_both_challenges_is_right(guard: Guard) -> None:
    nonce = _nonce(guard)
    headers = _headers(nonce, algorithm="SHA-256")
    headers.add("Authorization", _headers(nonce, algorithm="MD5")["Authorization"])
    assert _verify(guard, headers) is Verdict.RIGHT


@pytest.mark.parametrize(
    ("username", "password"), [("anna", "wrong"), ("nobody", "correct horse"), ("", "")]
)
def test_the_wrong_password_and_the_unknown_user_are_both_wrong(
    guard: Guard, username: str, password: str
) -> None:
    headers = _headers(_nonce(guard), username=username, password=password)
    assert _verify(guard, headers) is Verdict.WRONG


def test_a_wrong_password_is_never_called_stale(guard: Guard) -> None:
    assert _verify(guard, _headers("made.up.nonce", password="wrong")) is Verdict.WRONG


def test_an_answer_to_our_challenge_proves_the_address_it_comes_from(guard: Guard) -> None:
    wrong = _headers(_nonce(guard), password="wrong")
    assert guard.is_answered(wrong, SOURCE, NOW)
    assert guard.is_answered(wrong, Hop("tcp", SOURCE.host, 4000), NOW + 300)
    assert not guard.is_answered(wrong, Hop("udp", "198.51.100.1", 5060), NOW)
    assert not guard.is_answered(wrong, SOURCE, NOW + 302)
    assert not guard.is_answered(_headers("made.up.nonce"), SOURCE, NOW)
    assert not guard.is_answered(Headers(), SOURCE, NOW)


def test_a_nonce_is_no_good_at_another_address(guard: Guard) -> None:
    elsewhere = Hop("udp", "198.51.100.1", 5060)
    assert _verify(guard, _headers(_nonce(guard)), source=elsewhere) is Verdict.STALE


def test_no_credentials_and_those_for_another_realm_are_absent(guard: Guard) -> None:
    assert _verify(guard, Headers()) is Verdict.ABSENT
    assert _verify(guard, _headers(_nonce(guard), realm="elsewhere")) is Verdict.ABSENT


def test_an_old_nonce_and_one_of_another_run_are_stale(guard: Guard) -> None:
    assert _verify(guard, _headers(_nonce(guard)), NOW + 301) is Verdict.STALE
    other = Guard(REALM, b"t" * 32, 300, BOTH)
    assert _verify(guard, _headers(_nonce(other))) is Verdict.STALE


def test_a_nonce_is_used_again_with_a_higher_count(guard: Guard) -> None:
    nonce = _nonce(guard)
    assert _verify(guard, _headers(nonce, nc="00000001")) is Verdict.RIGHT
    assert _verify(guard, _headers(nonce, nc="00000002", cseq=2)) is Verdict.RIGHT
    assert _verify(guard, _headers(nonce, nc="00000001", cseq=3)) is Verdict.STALE


def test_a_retransmission_passes_but_a_replay_from_elsewhere_does_not(guard: Guard) -> None:
    headers = _headers(_nonce(guard))
    assert _verify(guard, headers) is Verdict.RIGHT
    assert _verify(guard, headers) is Verdict.RIGHT
    assert _verify(guard, headers, source=Hop("udp", "198.51.100.1", 5060)) is Verdict.STALE
    headers.set("CSeq", "2 REGISTER")
    assert _verify(guard, headers) is Verdict.STALE


@pytest.mark.parametrize(
    ("find", "put"),
    [
        ("qop=auth", "qop=auth-int"),
        (", qop=auth", ""),
        ("nc=00000001", "nc=1"),
        ("algorithm=SHA-256", "algorithm=SHA-512"),
        ('cnonce="c0ffee"', "x=y"),
        ("username=", "username"),
    ],
)
def test_credentials_of_another_kind_do_not_count(guard: Guard, find: str, put: str) -> None:
    headers = _headers(_nonce(guard))
    headers.set("Authorization", headers["Authorization"].replace(find, put, 1))
    assert _verify(guard, headers) is Verdict.WRONG


def test_a_scheme_we_did_not_ask_for_is_no_credentials_at_all(guard: Guard) -> None:
    headers = _headers(_nonce(guard))
    headers.set("Authorization", headers["Authorization"].replace("Digest ", "Basic ", 1))
    assert _verify(guard, headers) is Verdict.ABSENT


def test_the_table_of_counts_is_bounded() -> None:
    nonces = Nonces(b"s", 300)
    for number in range(10_100):
        nonces.count(str(number), 1, "r")
    assert len(nonces._used) == 10_000


@pytest.mark.parametrize("nonce", ["", ".", "a.b.c", "zz..", "…"])
def test_texts_that_are_no_nonces_are_not_fresh(nonce: str) -> None:
    assert not Nonces(b"s", 300).is_fresh(nonce, SOURCE.host, NOW)
