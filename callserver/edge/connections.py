"""TCP and TLS connections of the public face: who has one, how long, how many."""

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Protocol, cast

from callserver import log
from callserver.edge.channel import Channel
from callserver.rate import Rate
from callserver.sip.hop import Hop
from callserver.sip.stream import Ping, Stream

MAX_CONNECTIONS = 2000
MAX_PER_SOURCE = 200
MAX_UNSENT_BYTES = 256 * 1024
UNPROVEN_S = 30.0  # a stranger who never got in
PARTIAL_S = 10.0  # a message that began and does not end
CONNECT_S = 4.0
HANDSHAKE_S = 10.0
MAX_HANDSHAKES = 200  # TLS connections that are half open
HANDSHAKES_PER_S = 20.0  # each costs a signature; a whole office may come back at once

Secure = Callable[[], Channel]

_log = log.get("edge")


class Listener(Protocol):
    """Who hears what the connections bring."""

    def hears(self, source: Hop) -> bool: ...

    def on_packet(self, data: bytes, source: Hop) -> None: ...

    def on_broken(self, data: bytes, source: Hop, *, too_large: bool) -> None: ...

    def on_closed(self, source: Hop) -> None: ...


class Connection(asyncio.Protocol):
    """One connection; ``proven`` once a registered phone or a trunk spoke over it. ``secure`` makes
    the TLS of one that has it, ``called``: by us."""

    def __init__(
        self, table: "Connections", secure: Secure | None = None, *, called: bool = False
    ) -> None:
        self._table = table
        self._secure = secure
        self._stream = Stream(table.max_bytes)
        self._transport: asyncio.Transport | None = None
        self._channel: Channel | None = None
        self.called = called
        self.opened: asyncio.Future[bool] | None = None  # whom we call
        self.hop: Hop | None = None
        self.proven = False
        self.born_at = self.heard_at = 0.0
        self.partial_since: float | None = None

    @property
    def is_tls(self) -> bool:
        return self._secure is not None

    @property
    def is_half_open(self) -> bool:
        """The handshake of its TLS is not done."""
        return self.is_tls and (self._channel is None or not self._channel.is_open)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        if not peer:  # it is closed already
            transport.close()
            return
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self.born_at = self.heard_at = self._table.time()
        self.hop = Hop("tls" if self.is_tls else "tcp", peer[0], peer[1])
        if not self._table.listener.hears(self.hop) or not self._table.add(self):
            self.close()
        elif self._secure is not None:
            self._channel = self._secure()
            if self.called:
                self._channel.start()
                self._transport.write(self._channel.to_send())

    def data_received(self, data: bytes) -> None:
        if self.hop is None or self._transport is None or self._transport.is_closing():
            return
        self.heard_at = self._table.time()
        if self._channel is not None:
            data = self._decrypt(self._channel, data, self._transport)
        if data:
            self._read(data, self.hop, self._transport)

    def _decrypt(self, channel: Channel, data: bytes, transport: asyncio.Transport) -> bytes:
        clear, was_open, wrong = b"", channel.is_open, False
        try:
            clear = channel.feed(data)
        except ssl.SSLError as error:
            wrong = True
            if self.called and not was_open:
                _log.warning("tls_peer_refused", peer=str(self.hop), error=str(error))
        if said := channel.to_send():  # the handshake's next words, or why we refuse
            transport.write(said)
        if channel.is_open and not was_open:
            self._table.shaken(self)
        if wrong or channel.is_over:
            transport.close()
        return clear

    def _read(self, data: bytes, hop: Hop, transport: asyncio.Transport) -> None:
        items = self._stream.feed(data)
        for place, item in enumerate(items, start=1):
            if isinstance(item, Ping):
                self.send(b"\r\n")
            elif self._stream.is_broken and place == len(items):
                large = self._stream.is_too_large
                self._table.listener.on_broken(item, hop, too_large=large)
            else:
                self._table.listener.on_packet(item, hop)
        if self._stream.is_broken:
            transport.close()
        if not self._stream.is_partial:
            self.partial_since = None
        elif self.partial_since is None or items:
            self.partial_since = self.heard_at

    def send(self, data: bytes) -> bool:
        """False: it is closed, or the peer does not read."""
        if self._transport is None or self._transport.is_closing() or self.is_half_open:
            return False
        if self._transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            self.close()
            return False
        if self._channel is not None:
            try:
                self._channel.seal(data)
            except ssl.SSLError:
                self.close()
                return False
            data = self._channel.to_send()
        self._transport.write(data)
        return True

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._table.remove(self)


def _settle(opened: asyncio.Future[bool] | None, result: bool) -> None:
    if opened is not None and not opened.done():
        opened.set_result(result)


class Connections:
    """All of them, by the peer's address. ``count`` is told how each handshake of TLS ended:
    ``done``, ``failed``, ``late`` or ``refused`` (too many)."""

    def __init__(
        self,
        max_bytes: int,
        idle_s: float,
        listener: Listener,
        time: Callable[[], float],
        count: Callable[[str], None] = lambda outcome: None,
    ) -> None:
        self.max_bytes = max_bytes
        self.listener = listener
        self.time = time
        self._idle_s = idle_s
        self._tell = count
        self._by_hop: dict[Hop, Connection] = {}
        self._per_source: Counter[str] = Counter()
        self._half_open: set[Connection] = set()
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
        if connection.is_tls:
            self._half_open.add(connection)
        return True

    def _has_room(self, connection: Connection, host: str) -> bool:
        if len(self._by_hop) >= MAX_CONNECTIONS or self._per_source[host] >= MAX_PER_SOURCE:
            return False
        if not connection.is_tls or connection.called:
            return True
        if len(self._half_open) >= MAX_HANDSHAKES:
            return False
        return not self._handshakes.take(host, self.time())

    def shaken(self, connection: Connection) -> None:
        """The TLS of this connection is open."""
        self._half_open.discard(connection)
        self._tell("done")
        _settle(connection.opened, True)

    def remove(self, connection: Connection) -> None:
        hop = connection.hop
        _settle(connection.opened, False)
        if hop is None or self._by_hop.get(hop) is not connection:
            return
        del self._by_hop[hop]
        self._per_source[hop.host] -= 1
        if not self._per_source[hop.host]:
            del self._per_source[hop.host]
        if connection in self._half_open:
            self._half_open.discard(connection)
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
