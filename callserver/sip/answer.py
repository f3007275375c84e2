"""Answers we give ourselves, without keeping a transaction (RFC 3261 sections 8.2.6 and 8.2.7)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sipmessage import Headers

from callserver.sip.errors import SipError
from callserver.sip.hop import Hop
from callserver.sip.text import parse_address, split
from callserver.sip.via import Via

ALLOWED = (
    "INVITE",
    "ACK",
    "CANCEL",
    "BYE",
    "OPTIONS",
    "REGISTER",
    "INFO",
    "UPDATE",
    "PRACK",
    "REFER",
    "NOTIFY",
)
ALLOW = ("Allow", ", ".join(ALLOWED))
PHRASES = {
    100: "Trying",
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    408: "Request Timeout",
    414: "Request-URI Too Long",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    423: "Interval Too Brief",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    486: "Busy Here",
    487: "Request Terminated",
    500: "Server Internal Error",
    503: "Service Unavailable",
    505: "Version Not Supported",
    513: "Message Too Large",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from: ``source`` as the packet says, ``back`` where its answers go,
    ``vias`` what they must carry (the top one stamped, RFC 3581)."""

    source: Hop
    back: Hop
    vias: tuple[str, ...]

    @classmethod
    def of(cls, vias: Sequence[Via], source: Hop) -> Origin:
        """The origin of a parsed request."""
        top, back = vias[0].stamped(source)
        return cls(source, back, (str(top), *map(str, vias[1:])))

    @classmethod
    def of_broken(cls, headers: Headers, source: Hop) -> Origin:
        """The origin of a request that cannot be served; raises :class:`SipError`."""
        first = Via.salvage(headers.get("Via") or "")
        if first is None:
            raise SipError(400, "Bad Via")
        top, back = first.stamped(source)
        try:
            _, *others = (item for line in headers.getlist("Via") for item in split(line))
        except SipError:
            others = []
        return cls(source, back, (str(top), *others))


def own_tag(headers: Headers) -> str:
    """A To tag that is the same for every retransmission of a request (section 8.2.7)."""
    seed = f"{headers.get('Call-ID')} {headers.get('From')} {headers.get('CSeq')}"
    return hashlib.blake2s(seed.encode(), digest_size=8).hexdigest()


def _tagged(to: str, tag: str) -> str:
    try:
        return to if parse_address(to).tag else f"{to};tag={tag}"
    except SipError:
        return to


def answer(
    origin: Origin,
    headers: Headers,
    code: int,
    phrase: str = "",
    extra: Sequence[tuple[str, str]] = (),
    tag: str = "",
) -> bytes:
    """The bytes of an answer to the request with these ``headers``; what a bad request lacks, its
    answer lacks too. A To without a tag gets one, 100 excepted; ``tag`` is used instead of our own
    when a worker has already given one."""
    lines = [f"SIP/2.0 {code} {phrase or PHRASES.get(code, 'Refused')}"]
    lines += [f"Via: {via}" for via in origin.vias]
    for name in ("From", "To", "Call-ID", "CSeq"):
        value = headers.get(name)
        if value and name == "To" and code != 100:
            value = _tagged(value, tag or own_tag(headers))
        if value:
            lines.append(f"{name}: {value}")
    lines += [f"{name}: {value}" for name, value in extra]
    lines.append("Content-Length: 0\r\n\r\n")
    return "\r\n".join(lines).encode()
