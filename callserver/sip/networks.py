"""Sets of IPv4 addresses."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv4Network


@lru_cache(maxsize=1024)
def _number(address: str) -> int:
    try:
        return int(IPv4Address(address))
    except AddressValueError:
        return -1


def is_ipv4(address: str) -> bool:
    """Whether this is an IPv4 address, written in the one way we compare."""
    return _number(address) >= 0


class Networks:
    """Whether an address lies in one of some networks; what is no address lies in none."""

    def __init__(self, networks: Iterable[IPv4Network]) -> None:
        self._ranges = [(int(one.network_address), int(one.netmask)) for one in networks]

    def __contains__(self, address: str) -> bool:
        number = _number(address)
        return number >= 0 and any(number & mask == network for network, mask in self._ranges)
