"""Names are looked up, and addresses of our own insides are not given out."""

import socket
from collections.abc import Callable
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver


def is_public(address: str) -> bool:
    """Whether it belongs to somebody on the public internet."""
    parsed = ip_address(address)
    return parsed.is_global and not parsed.is_multicast


class PublicResolver(AbstractResolver):
    """Leaves out every address that is not of the public internet: a name of somebody else that
    leads to loopback or a private network is a trick (or a mistake). ``permits`` may say
    otherwise."""

    def __init__(
        self, inner: AbstractResolver | None = None, permits: Callable[[str], bool] = is_public
    ) -> None:
        self._inner = inner or ThreadedResolver()
        self._permits = permits

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        public = [one for one in found if self._permits(one["host"])]
        if not public:
            raise OSError(f"{host} leads to a private address")
        return public

    async def close(self) -> None:
        await self._inner.close()
