"""HTTP Digest access authentication for SIP (RFC 3261 22, RFC 7616, RFC 8760)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from sipmessage import Headers

from callserver.sip.errors import SipError
from callserver.sip.hop import Hop
from callserver.sip.nonce import Nonces
from callserver.sip.text import parse_credentials

MAX_OFFERS = 4

_NEEDED = frozenset({"username", "nonce", "cnonce", "uri", "response"})
_COUNT = re.compile(r"[0-9A-Fa-f]{8}")


class Algorithm(StrEnum):
    """The hash functions we offer; the value is the word on the wire."""

    MD5 = "MD5"
    SHA256 = "SHA-256"


ALGORITHMS = {algorithm.value: algorithm for algorithm in Algorithm}


def digest(algorithm: Algorithm, text: str) -> str:
    """Return H(text) of RFC 7616 as lower-case hex."""
    data = text.encode("utf-8")
    if algorithm is Algorithm.SHA256:
        return hashlib.sha256(data).hexdigest()
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def ha1(username: str, realm: str, password: str, algorithm: Algorithm) -> str:
    """Return H(username:realm:password), the only form of a password we keep."""
    return digest(algorithm, f"{username}:{realm}:{password}")


class Verdict(Enum):
    """What a request's credentials are worth."""

    RIGHT = "right"
    STALE = "stale"  # the password is right, the nonce is not: ask again (RFC 7616 3.3, stale)
    WRONG = "wrong"
    ABSENT = "absent"  # none for our realm


@dataclass(frozen=True, slots=True)
class Offer:
    """Credentials as a request carries them, complete and for our realm."""

    username: str
    algorithm: Algorithm
    nonce: str
    nc: str
    cnonce: str
    uri: str
    response: str

    def expected(self, secret: str, method: str) -> str:
        """The response that the holder of this HA1 would give (RFC 7616 section 3.4.1)."""
        ha2 = digest(self.algorithm, f"{method}:{self.uri}")
        return digest(self.algorithm, f"{secret}:{self.nonce}:{self.nc}:{self.cnonce}:auth:{ha2}")


def _credentials(headers: Headers, realm: str) -> list[dict[str, str]]:
    """What a request offers for this realm. What cannot be read might be for us: it counts. What is
    of another scheme was not asked for: it does not (RFC 4475 section 3.3.7)."""
    found = []
    values = (*headers.getlist("Authorization"), *headers.getlist("Proxy-Authorization"))
    for value in values[:MAX_OFFERS]:
        try:
            scheme, given = parse_credentials(value)
        except SipError:
            scheme, given = "", {"realm": realm}
        if scheme in ("digest", "") and given.get("realm", realm) == realm:
            found.append(given if scheme else {})
    return found


def _offer(given: dict[str, str]) -> Offer | None:
    """The credentials, when they are complete and of a kind we asked for."""
    algorithm = ALGORITHMS.get(given.get("algorithm", "MD5").upper())
    count = given.get("nc", "")
    if (
        algorithm is None
        or given.get("qop", "").lower() != "auth"
        or _COUNT.fullmatch(count) is None
        or not given.keys() >= _NEEDED
    ):
        return None
    return Offer(
        given["username"],
        algorithm,
        given["nonce"],
        count,
        given["cnonce"],
        given["uri"],
        given["response"].lower(),
    )


def is_tried(headers: Headers) -> bool:
    """Whether the request offers credentials of any kind."""
    return headers.get("Authorization") is not None or (
        headers.get("Proxy-Authorization") is not None
    )


class Guard:
    """Challenges and verifies. ``secret`` is 32 random bytes of this run."""

    def __init__(
        self,
        realm: str,
        secret: bytes,
        nonce_ttl_s: float,
        algorithms: Sequence[Algorithm] = (Algorithm.SHA256, Algorithm.MD5),
    ) -> None:
        self._realm = realm
        self._algorithms = tuple(algorithms)
        self._nonces = Nonces(secret, nonce_ttl_s)
        # What an unknown user is compared with, so that one costs what a known one does.
        self._nobody = {
            algorithm: digest(algorithm, secret.hex() + algorithm) for algorithm in Algorithm
        }

    def challenges(
        self, source: Hop, now: float, *, stale: bool = False, simply: bool = False
    ) -> list[tuple[str, str]]:
        """One WWW-Authenticate per algorithm, in order of preference (RFC 8760 section 2.3);
        ``simply``: MD5 alone, when we accept it."""
        nonce = self._nonces.issue(source.host, now)
        ending = ", stale=true" if stale else ""
        simple = simply and Algorithm.MD5 in self._algorithms
        asked = (Algorithm.MD5,) if simple else self._algorithms
        return [
            (
                "WWW-Authenticate",
                f'Digest realm="{self._realm}", nonce="{nonce}", algorithm={algorithm}, '
                f'qop="auth"{ending}',
            )
            for algorithm in asked
        ]

    def verify(
        self,
        headers: Headers,
        method: str,
        source: Hop,
        secret_of: Callable[[str, Algorithm], str | None],
        now: float,
    ) -> tuple[Verdict, str]:
        """The verdict and the username it is about. ``secret_of`` gives the HA1 of a user."""
        given = _credentials(headers, self._realm)
        if not given:
            return Verdict.ABSENT, ""
        found = [offer for one in given if (offer := _offer(one)) is not None]
        found = [offer for offer in found if offer.algorithm in self._algorithms]
        for offer in found:
            if offer.algorithm not in self._algorithms:
                continue
            known = secret_of(offer.username, offer.algorithm)
            expected = offer.expected(known or self._nobody[offer.algorithm], method)
            same = hmac.compare_digest(expected.encode(), offer.response.encode())
            if same and known is not None:
                return self._age(offer, headers, source, now), offer.username
        return Verdict.WRONG, found[0].username if found else ""

    def is_answered(self, headers: Headers, source: Hop, now: float) -> bool:
        """Whether the credentials, right or wrong, answer a challenge of ours: then their sender
        is not forged."""
        offers = map(_offer, _credentials(headers, self._realm))
        return any(
            offer is not None and self._nonces.is_fresh(offer.nonce, source.host, now)
            for offer in offers
        )

    def _age(self, offer: Offer, headers: Headers, source: Hop, now: float) -> Verdict:
        request = f"{offer.response} {headers['Call-ID']} {headers['CSeq']} {source}"
        if not self._nonces.is_fresh(offer.nonce, source.host, now):
            return Verdict.STALE
        if not self._nonces.count(offer.nonce, int(offer.nc, 16), request):
            return Verdict.STALE
        return Verdict.RIGHT
