"""The table of TCP and TLS connections of the public face: who has one, how long, how many."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator

from callserver.edge.connection import Connection, Listener, Secure
from callserver.rate import Rate
from callserver.sip.hop import Hop

MAX_PER_SOURCE = 200
UNPROVEN_S = 30.0  # a stranger who never got in
PARTIAL_S = 10.0  # a message that began and does not end
CONNECT_S = 4.0
HANDSHAKE_S = 10.0
MAX_HANDSHAKES = 200  # TLS connections of strangers that are half open
HANDSHAKES_PER_S = 20.0  # each costs a signature; a whole office may come back at once


def _settle(opened: asyncio.Future[bool] | None, result: bool) -> None:
    if opened is not None and not opened.done():
        opened.set_result(result)


class Connections:
    """All of them, by the peer's address. ``count`` is told how each handshake of TLS ended:
    ``done``, ``failed``, ``late`` or ``refused`` (too many). When there are ``most``, the stranger
    who came first gives way to the next: whoever belongs here has said so by then."""

    def __init__(
        self,
        max_bytes: int,
        most: int,
        idle_s: float,
        listener: Listener,
        time: Callable[[], float],
        count: Callable[[str], None] = lambda outcome: None,
    ) -> None:
        self.max_bytes = max_bytes
        self.listener = listener
        self.time = time
        self._most = most
        self._idle_s = idle_s
        self._tell = count
        self._by_hop: dict[Hop, Connection] = {}
        self._per_source: Counter[str] = Counter()
        self._strangers: dict[Connection, None] = {}  # these two in order of arrival
        self._half_open: dict[Connection, None] = {}
        self._handshakes = Rate(HANDSHAKES_PER_S, MAX_PER_SOURCE)
        self._closing = False

    def __len__(self) -> int:
        return len(self._by_hop)

    def __iter__(self) -> Iterator[Connection]:
        return iter(tuple(self._by_hop.values()))

    def accept(self, secure: Secure | None = None) -> Connection:
        """The protocol of a new connection."""
        return Connection(self, secure)

    def add(self, connection: Connection) -> bool:
        """False: too many."""
        hop = connection.hop
        if hop is None or not self._has_room(connection, hop.host):
            if connection.is_tls:
                self._tell("refused")
            return False
        self._per_source[hop.host] += 1
        self._by_hop[hop] = connection
        if not connection.called:
            self._strangers[connection] = None
        if connection.is_tls:
            self._half_open[connection] = None
        return True

    def _has_room(self, connection: Connection, host: str) -> bool:
        if self._per_source[host] >= MAX_PER_SOURCE:
            return False
        shakes = connection.is_tls and not connection.called
        if shakes and self._handshakes.take(host, self.time()):
            return False
        if shakes and len(self._half_open) >= MAX_HANDSHAKES:
            self._give_way(next(iter(self._half_open)))
        elif len(self._by_hop) >= self._most:
            if not self._strangers:
                return False
            self._give_way(next(iter(self._strangers)))
        return True

    def _give_way(self, connection: Connection) -> None:
        connection.close()
        self.remove(connection)

    def shaken(self, connection: Connection) -> None:
        """The TLS of this connection is open."""
        self._half_open.pop(connection, None)
        self._tell("done")
        _settle(connection.opened, True)

    def remove(self, connection: Connection) -> None:
        hop = connection.hop
        _settle(connection.opened, False)
        if hop is None or self._by_hop.get(hop) is not connection:
            return
        del self._by_hop[hop]
        self._strangers.pop(connection, None)
        self._per_source[hop.host] -= 1
        if not self._per_source[hop.host]:
            del self._per_source[hop.host]
        if connection in self._half_open:
            del self._half_open[connection]
            late = self.time() - connection.born_at > HANDSHAKE_S
            self._tell("late" if late else "failed")
        elif not self._closing:  # when we go, the phones stay registered
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
            self._strangers.pop(connection, None)

    def send(self, hop: Hop, data: bytes) -> bool:
        connection = self._by_hop.get(hop)
        return connection is not None and connection.send(data)

    async def connect(self, hop: Hop, secure: Secure | None = None) -> Connection | None:
        """A connection to a peer we call; None: it cannot be had."""
        known = self._by_hop.get(hop)
        if known is not None:
            return known
        loop = asyncio.get_running_loop()
        connection = Connection(self, secure, called=True)
        connection.opened = opened = loop.create_future()
        try:
            async with asyncio.timeout(CONNECT_S):
                await loop.create_connection(lambda: connection, hop.host, hop.port)
                if secure is not None and not await opened:
                    return None
        except (OSError, TimeoutError):
            connection.close()
            return None
        connection.proven = True
        return connection

    def sweep(self) -> None:
        """Close what has been quiet, half open or in the middle of a message for too long."""
        now = self.time()
        for connection in self:
            quiet = now - connection.heard_at
            partial = connection.partial_since
            if (
                quiet > (self._idle_s if connection.proven else UNPROVEN_S)
                or (partial is not None and now - partial > PARTIAL_S)
                or (connection.is_half_open and now - connection.born_at > HANDSHAKE_S)
            ):
                connection.close()

    def close(self) -> None:
        """Close them all; the listener is not told."""
        self._closing = True
        for connection in self:
            connection.close()
