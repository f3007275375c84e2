"""Host names to addresses, never waiting in the loop, remembered for a while."""

import asyncio
import socket
from collections import OrderedDict

FOUND_S = 60.0
MISSED_S = 5.0
LOOKUP_S = 4.0
MAX_NAMES = 256


class Names:
    """A small cache over the system's resolver."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[str | None, float]] = OrderedDict()

    async def address(self, host: str) -> str | None:
        """An IPv4 address of ``host``; None: it has none, or nobody answers."""
        loop = asyncio.get_running_loop()
        known = self._known.get(host)
        if known is not None and known[1] > loop.time():
            return known[0]
        address: str | None = None
        try:
            found = await asyncio.wait_for(
                loop.getaddrinfo(host, None, family=socket.AF_INET, type=socket.SOCK_DGRAM),
                LOOKUP_S,
            )
            address = str(found[0][4][0]) if found else None
        except (OSError, TimeoutError, UnicodeError):
            address = None
        self._known[host] = (address, loop.time() + (FOUND_S if address else MISSED_S))
        self._known.move_to_end(host)
        if len(self._known) > MAX_NAMES:
            self._known.popitem(last=False)
        return address
