"""Where a request comes from: the peer, or who stands behind a reverse proxy that we know."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from aiohttp import web

IPv6_SITE_BITS: Final = 64
"""One household or one rented machine has a whole /64 to send from: it counts as one."""

ORIGIN: Final = web.RequestKey("origin", str)
"""Set on every request that was proper HTTP; limits, access log and audit log name it."""

_FORWARDED: Final = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")
_FOR: Final = "X-Forwarded-For"
_MAX_HOPS: Final = 20


class Proxies:
    """The reverse proxies of ``http.proxies``."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = tuple(ip_network(network) for network in networks)

    def __contains__(self, host: str) -> bool:
        address = parse(host)
        return address is not None and any(address in network for network in self._networks)

    def origin(self, request: web.BaseRequest) -> str:
        """The address a request comes from, as text; empty when it cannot be told. Each proxy
        appends the one it heard, so the list is read from its end: the first that is none of ours
        is the client, and what stands before it the client may have made up."""
        host = plain(request.remote or "")
        if host not in self:
            return host
        told = ",".join(request.headers.getall(_FOR, [])).split(",")
        for hop in reversed(told[-_MAX_HOPS:]):
            address = parse(hop.strip())
            if address is None:
                break
            host = str(address)
            if host not in self:
                break
        return host


def parse(host: str) -> IPv4Address | IPv6Address | None:
    """An address; one of IPv4 written as IPv6 (`::ffff:192.0.2.1`) is one of IPv4."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def plain(host: str) -> str:
    """The address as it is written everywhere."""
    return str(parse(host) or "")


def site(host: str) -> str:
    """Whom an address counts for: itself, or its IPv6 network."""
    address = parse(host)
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), IPv6_SITE_BITS), strict=False))
    return str(address or "")


def is_local(request: web.BaseRequest) -> bool:
    """Whether it was sent on this machine: loopback peer, and no trace of a proxy, which would
    make every request of the world look local."""
    peer = parse(request.remote or "")
    if peer is None or any(name in request.headers for name in _FORWARDED):
        return False
    return peer.is_loopback
