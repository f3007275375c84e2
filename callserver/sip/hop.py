"""Where a message goes next, and how that travels in URIs between the door and its workers.

Behind NAT, or over TCP, a phone's own Contact does not say how to reach it. The door therefore
writes the way it came into ``;x-hop=`` of the URIs it shows to workers (Contact) and gives for
dialling. It is believed only when it comes from a worker, and never leaves the building.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from sipmessage import URI

from callserver.sip.errors import SipError

TRANSPORTS = frozenset({"udp", "tcp"})
DEFAULT_PORT = 5060

_HOP = re.compile(r"([a-z]{2,4})\*([A-Za-z0-9.:_-]{1,253})\*(\d{1,5})", re.ASCII)
_LEAVING = re.compile(r";x-hop=[A-Za-z0-9.:_*%-]*")


@dataclass(frozen=True, slots=True)
class Hop:
    """Transport (``udp``, ``tcp``), host (address or name) and port of the next neighbour."""

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


def with_hop(uri: str, hop: Hop) -> str:
    """The URI as a worker may know it."""
    return f"{uri};x-hop={hop}"


def without_hop(uri: str) -> str:
    """The URI without any ``x-hop``, however it is spelled: PJSIP would decode ``%78-hop`` and
    hand it back to us as its own."""
    if ";" not in uri or not ("%" in uri or "x-hop" in uri.lower()):
        return uri
    userinfo, at, rest = uri.rpartition("@")
    kept = [
        part
        for place, part in enumerate(rest.split(";"))
        if place == 0 or unquote(part.partition("=")[0]).strip().lower() != "x-hop"
    ]
    return userinfo + at + ";".join(kept)


def strip_hops(text: str) -> str:
    """Header text that leaves the building."""
    return _LEAVING.sub("", text) if ";x-hop=" in text else text


def hop_in(uri: URI) -> Hop | None:
    """The hop a worker's URI carries."""
    for name, value in uri.parameters.items():
        if name.lower() == "x-hop":
            return Hop.parse(value or "")
    return None


def hop_to(uri: URI) -> Hop:
    """Where RFC 3263 sends a request for this URI, as far as it needs no DNS; raises
    :class:`SipError` for a transport we do not speak."""
    transport = "udp"
    for name, value in uri.parameters.items():
        if name.lower() == "transport":
            transport = (value or "").lower()
    if uri.scheme != "sip" or transport not in TRANSPORTS:
        raise SipError(503, "No Such Transport")
    return Hop(transport, uri.host, uri.port or DEFAULT_PORT)
