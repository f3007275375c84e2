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
        self._asking: dict[str, asyncio.Task[str | None]] = {}

    async def address(self, host: str) -> str | None:
        """An IPv4 address of ``host``; None: it has none, or nobody answers. Who asks while the
        same name is being looked up waits for that."""
        known = self._known.get(host)
        if known is not None and known[1] > asyncio.get_running_loop().time():
            return known[0]
        asking = self._asking.get(host)
        if asking is None:
            asking = asyncio.create_task(self._look_up(host), name="edge.names.look_up")
            self._asking[host] = asking
            asking.add_done_callback(lambda _: self._asking.pop(host, None))
        return await asyncio.shield(asking)

    async def _look_up(self, host: str) -> str | None:
        loop = asyncio.get_running_loop()
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
