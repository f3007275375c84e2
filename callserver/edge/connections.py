"""TCP connections of the public face: who has one, how long, how many."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Protocol, cast

from callserver.sip.hop import Hop
from callserver.sip.stream import Ping, Stream

MAX_CONNECTIONS = 2000
MAX_PER_SOURCE = 200
MAX_UNSENT_BYTES = 256 * 1024
UNPROVEN_S = 30.0  # a stranger who never got in
PARTIAL_S = 10.0  # a message that began and does not end
CONNECT_S = 4.0


class Listener(Protocol):
    """Who hears what the connections bring."""

    def hears(self, source: Hop) -> bool: ...

    def on_packet(self, data: bytes, source: Hop) -> None: ...

    def on_broken(self, data: bytes, source: Hop, *, too_large: bool) -> None: ...

    def on_closed(self, source: Hop) -> None: ...


class Connection(asyncio.Protocol):
    """One connection; ``proven`` once a registered phone or a trunk spoke over it."""

    def __init__(self, table: "Connections") -> None:
        self._table = table
        self._stream = Stream(table.max_bytes)
        self._transport: asyncio.Transport | None = None
        self.hop: Hop | None = None
        self.proven = False
        self.heard_at = 0.0
        self.partial_since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        if not peer:  # it is closed already
            transport.close()
            return
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self.heard_at = self._table.time()
        self.hop = Hop("tcp", peer[0], peer[1])
        if not self._table.listener.hears(self.hop) or not self._table.add(self):
            self.close()

    def data_received(self, data: bytes) -> None:
        if self.hop is None or self._transport is None or self._transport.is_closing():
            return
        self.heard_at = self._table.time()
        items = self._stream.feed(data)
        for place, item in enumerate(items, start=1):
            if isinstance(item, Ping):
                self.send(b"\r\n")
            elif self._stream.is_broken and place == len(items):
                large = self._stream.is_too_large
                self._table.listener.on_broken(item, self.hop, too_large=large)
            else:
                self._table.listener.on_packet(item, self.hop)
        if self._stream.is_broken:
            self._transport.close()
        if not self._stream.is_partial:
            self.partial_since = None
        elif self.partial_since is None or items:
            self.partial_since = self.heard_at

    def send(self, data: bytes) -> bool:
        """False: it is closed, or the peer does not read."""
        if self._transport is None or self._transport.is_closing():
            return False
        if self._transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            self.close()
            return False
        self._transport.write(data)
        return True

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._table.remove(self)


class Connections:
    """All of them, by the peer's address."""

    def __init__(
        self, max_bytes: int, idle_s: float, listener: Listener, time: Callable[[], float]
    ) -> None:
        self.max_bytes = max_bytes
        self.listener = listener
        self.time = time
        self._idle_s = idle_s
        self._by_hop: dict[Hop, Connection] = {}
        self._per_source: Counter[str] = Counter()
        self._closing = False

    def __len__(self) -> int:
        return len(self._by_hop)

    def __iter__(self) -> Iterator[Connection]:
        return iter(tuple(self._by_hop.values()))

    def accept(self) -> Connection:
        """The protocol of a new connection."""
        return Connection(self)

    def add(self, connection: Connection) -> bool:
        """False: too many."""
        hop = connection.hop
        if hop is None or len(self._by_hop) >= MAX_CONNECTIONS:
            return False
        if self._per_source[hop.host] >= MAX_PER_SOURCE:
            return False
        self._per_source[hop.host] += 1
        self._by_hop[hop] = connection
        return True

    def remove(self, connection: Connection) -> None:
        hop = connection.hop
        if hop is None or self._by_hop.get(hop) is not connection:
            return
        del self._by_hop[hop]
        self._per_source[hop.host] -= 1
        if not self._per_source[hop.host]:
            del self._per_source[hop.host]
        if not self._closing:  # when we go, the phones stay registered
            self.listener.on_closed(hop)

    def silence(self, host: str) -> None:
        """An address is not heard any more."""
        for connection in self:
            hop = connection.hop
            if hop is not None and hop.host == host and not self.listener.hears(hop):
                connection.close()

    def has(self, hop: Hop) -> bool:
        return hop in self._by_hop

    def prove(self, hop: Hop) -> None:
        """Whoever is there belongs here: keep the connection while it is quiet."""
        connection = self._by_hop.get(hop)
        if connection is not None:
            connection.proven = True

    def send(self, hop: Hop, data: bytes) -> bool:
        connection = self._by_hop.get(hop)
        return connection is not None and connection.send(data)

    async def connect(self, hop: Hop) -> Connection | None:
        """A connection to a peer we call; None: it cannot be had."""
        known = self._by_hop.get(hop)
        if known is not None:
            return known
        loop = asyncio.get_running_loop()
        try:
            _, connection = await asyncio.wait_for(
                loop.create_connection(self.accept, hop.host, hop.port), CONNECT_S
            )
        except (OSError, TimeoutError):
            return None
        connection.proven = True
        return connection

    def sweep(self) -> None:
        """Close what has been quiet, or in the middle of a message, for too long."""
        now = self.time()
        for connection in self:
            quiet = now - connection.heard_at
            partial = connection.partial_since
            if quiet > (self._idle_s if connection.proven else UNPROVEN_S) or (
                partial is not None and now - partial > PARTIAL_S
            ):
                connection.close()

    def close(self) -> None:
        """Close them all; the listener is not told."""
        self._closing = True
        for connection in self:
            connection.close()
