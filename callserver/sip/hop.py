"""Where a message goes next, and how that travels in URIs between the door and its workers.

Behind NAT, or over TCP, a phone's own Contact does not say how to reach it. The door therefore
writes the way it came into ``;x-hop=`` of the URIs it shows to workers (Contact) and gives for
dialling. It is believed only when it comes from a worker, and never leaves the building.

Workers know no ``sips``: PJSIP would insist on TLS of its own. What is ``sips:a@b`` outside is
``sip:a@b;x-hop=tls*192.0.2.7*5071*s`` inside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from sipmessage import URI

from callserver.sip.errors import SipError

TRANSPORTS = frozenset({"udp", "tcp", "tls"})
DEFAULT_PORT = 5060
DEFAULT_TLS_PORT = 5061

_SIPS = "*s"  # behind a hop, or alone: outside, the URI is a sips one
_HOP = re.compile(r"([a-z]{2,4})\*([A-Za-z0-9.:_-]{1,253})\*(\d{1,5})(?:\*s)?", re.ASCII)
_LEAVING = re.compile(r""";x-hop=[^;?>,"\s]*""")  # to where a parameter of a URI ends


@dataclass(frozen=True, slots=True)
class Hop:
    """Transport (``udp``, ``tcp``, ``tls``), host (address or name) and port of a neighbour."""

    transport: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Hop:
        """``udp*192.0.2.7*5062``; raises :class:`SipError`."""
        found = _HOP.fullmatch(text)
        if found is None or found[1] not in TRANSPORTS or not 0 < int(found[3]) < 65536:
            raise SipError(400, "Bad Hop")
        return cls(found[1], found[2], int(found[3]))

    def __str__(self) -> str:
        return f"{self.transport}*{self.host}*{self.port}"

    @property
    def is_stream(self) -> bool:
        """Whether it is a connection, where retransmissions are not ours to make."""
        return self.transport != "udp"


def is_sips(uri: str) -> bool:
    """Whether this is a URI that demands TLS."""
    return uri[:5].lower() == "sips:"


def is_marked_sips(hop: str) -> bool:
    """Whether the text of a hop says so of its URI."""
    return hop.endswith(_SIPS)


def hop_text(hop: Hop, *, sips: bool) -> str:
    """The hop as it travels; see :func:`is_marked_sips`."""
    return f"{hop}{_SIPS}" if sips else str(hop)


def with_hop(uri: str, hop: Hop | None) -> str:
    """The URI as a worker may know it."""
    if is_sips(uri):
        return f"sip:{uri[5:]};x-hop={hop or ''}{_SIPS}"
    return uri if hop is None else f"{uri};x-hop={hop}"


def without_hop(uri: str) -> str:
    """The URI as it is outside, without any ``x-hop``, however it is spelled: PJSIP would decode
    ``%78-hop`` and hand it back to us as its own."""
    if ";" not in uri or not ("%" in uri or "x-hop" in uri.lower()):
        return uri
    userinfo, at, rest = uri.rpartition("@")
    kept: list[str] = []
    hops: list[str] = []
    for place, part in enumerate(rest.split(";")):
        name, _, value = part.partition("=")
        is_hop = place > 0 and unquote(name).strip().lower() == "x-hop"
        (hops if is_hop else kept).append(value if is_hop else part)
    plain = userinfo + at + ";".join(kept)
    if any(map(is_marked_sips, hops)) and plain[:4].lower() == "sip:":
        return f"sips:{plain[4:]}"
    return plain


def strip_hops(text: str) -> str:
    """Header text that leaves the building."""
    return _LEAVING.sub("", text) if ";x-hop=" in text else text


def _marks(uri: URI) -> list[str]:
    return [value or "" for name, value in uri.parameters.items() if name.lower() == "x-hop"]


def hop_in(uri: URI) -> Hop | None:
    """The hop a worker's URI carries."""
    return next((Hop.parse(mark) for mark in _marks(uri) if mark != _SIPS), None)


def hop_to(uri: URI) -> Hop:
    """Where RFC 3263 sends a request for this URI, as far as it needs no DNS; raises
    :class:`SipError` for a transport we do not speak."""
    transport = "udp"
    for name, value in uri.parameters.items():
        if name.lower() == "transport":
            transport = (value or "").lower()
    if uri.scheme == "sips" or any(map(is_marked_sips, _marks(uri))):
        transport = "tls"
    if uri.scheme not in ("sip", "sips") or transport not in TRANSPORTS:
        raise SipError(503, "No Such Transport")
    default = DEFAULT_TLS_PORT if transport == "tls" else DEFAULT_PORT
    return Hop(transport, uri.host, uri.port or default)
