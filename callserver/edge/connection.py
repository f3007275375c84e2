"""One TCP or TLS connection of the public face."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Protocol, cast

from callserver import log
from callserver.edge.channel import Channel
from callserver.sip.hop import Hop
from callserver.sip.stream import Ping, Stream

MAX_UNSENT_BYTES = 256 * 1024

Secure = Callable[[], Channel]

_log = log.get("edge")


class Listener(Protocol):
    """Who hears what the connections bring."""

    def hears(self, source: Hop) -> bool: ...

    def on_packet(self, data: bytes, source: Hop) -> None: ...

    def on_broken(self, data: bytes, source: Hop, *, too_large: bool) -> None: ...

    def on_closed(self, source: Hop) -> None: ...


class Table(Protocol):
    """Where the connections stand (``connections.py``)."""

    max_bytes: int
    listener: Listener
    time: Callable[[], float]

    def add(self, connection: "Connection") -> bool: ...

    def remove(self, connection: "Connection") -> None: ...

    def shaken(self, connection: "Connection") -> None: ...


class Connection(asyncio.Protocol):
    """One connection; ``proven`` once a registered phone or a trunk spoke over it. ``secure`` makes
    the TLS of one that has it, ``called``: by us."""

    def __init__(self, table: Table, secure: Secure | None = None, *, called: bool = False) -> None:
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
