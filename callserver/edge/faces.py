"""The sockets: a public face (UDP and TCP on one port, TLS on another) and an internal one (UDP on
loopback)."""

import asyncio
import math
import socket
import ssl
from collections.abc import Callable
from typing import Protocol, cast

from callserver.config.sections import Sip
from callserver.edge.address import is_address
from callserver.edge.certificate import Certificate
from callserver.edge.channel import Channel
from callserver.edge.connection import Connection, Listener
from callserver.edge.connections import Connections
from callserver.edge.names import Names
from callserver.metrics import Metrics
from callserver.model.errors import ConfigError
from callserver.model.ports import Clock
from callserver.runtime import Tasks
from callserver.sip.hop import Hop

LOOPBACK = "127.0.0.1"
SOCKET_BUFFER_BYTES = 4 << 20  # a burst of calls must not be lost in the kernel
BACKLOG = 256
MAX_UNSENT_BYTES = 1 << 20  # datagrams the kernel did not take yet

Receiver = Callable[[bytes, tuple[str, int]], None]


class _Outlet(Protocol):
    """What typeshed leaves out of a datagram transport."""

    def sendto(self, data: bytes, addr: tuple[str, int]) -> None: ...

    def get_write_buffer_size(self) -> int: ...

    def close(self) -> None: ...


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._receiver(data, addr)

    def error_received(self, exc: Exception) -> None:
        """A peer's port is closed (ICMP): its transaction will time out, nothing to do here."""


def _socket(bind: str, port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            opened.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER_BYTES)
        opened.setblocking(False)
        opened.bind((bind, port))
    except OSError:
        opened.close()
        raise
    return opened


class Faces:
    """Opens, closes, sends. ``listener`` hears the public face, ``inside`` gets what came from a
    loopback port. ``trust`` verifies those we call over TLS; None: nobody is. ``detour`` is set
    by the wiring: the connection that took the place of one that is gone."""

    def __init__(
        self,
        sip: Sip,
        clock: Clock,
        metrics: Metrics,
        listener: Listener,
        inside: Callable[[bytes, int], None],
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.detour: Callable[[Hop], Hop | None] = lambda hop: None
        self._sip = sip
        self._clock = clock
        self._metrics = metrics
        self._trust = trust
        self._listener = listener
        self._inside = inside
        self._names = Names()
        self._tasks = Tasks("edge.faces")
        self._waiting: dict[Hop, dict[bytes, Callable[[], None] | None]] = {}
        self._public: _Outlet | None = None
        self._internal: _Outlet | None = None
        self._servers: list[asyncio.Server] = []
        self._connections: Connections | None = None
        self._certificate: Certificate | None = None

    async def start(self) -> None:
        """Raises ``ConfigError`` when a port or the certificate cannot be had."""
        sip = self._sip
        if sip.tls_port and sip.tls_certificate is not None and sip.tls_key is not None:
            self._certificate = Certificate(sip.tls_certificate, sip.tls_key)
        self._connections = Connections(
            sip.max_message_bytes,
            sip.max_connections,
            sip.max_expires_s + 120.0,
            self._listener,
            asyncio.get_running_loop().time,
            lambda outcome: self._metrics.tls_handshakes.labels(outcome).inc(),
        )
        try:
            self._internal = await self._open(LOOPBACK, sip.internal_port, self._from_inside)
            self._public = await self._open(sip.bind, sip.port, self._from_outside)
            await self._listen(self._connections, sip.port, None)
            if self._certificate is not None:
                await self._listen(self._connections, sip.tls_port, self._certificate)
        except OSError as error:
            await self.stop()
            tls = f", sip.tls_port {sip.tls_port}" if sip.tls_port else ""
            raise ConfigError(
                f"sip.bind {sip.bind}, sip.port {sip.port}{tls} and sip.internal_port "
                f"{sip.internal_port}: cannot listen there ({error}); is another SIP server "
                "running?"
            ) from error
        self._watch_certificate()

    async def _listen(
        self, connections: Connections, port: int, certificate: Certificate | None
    ) -> None:
        def accept() -> Connection:
            if certificate is None:
                return connections.accept()
            return connections.accept(lambda: Channel(certificate.context))

        self._servers.append(
            await asyncio.get_running_loop().create_server(
                accept, self._sip.bind, port, backlog=BACKLOG, reuse_address=True
            )
        )

    async def _open(self, bind: str, port: int, receiver: Receiver) -> _Outlet:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Datagrams(receiver), sock=_socket(bind, port)
        )
        return cast(_Outlet, transport)

    async def stop(self) -> None:
        await self._tasks.close()
        for server in self._servers:
            server.close()
        self._servers.clear()
        if self._connections is not None:
            self._connections.close()
        for transport in (self._public, self._internal):
            if transport is not None:
                transport.close()
        self._public = self._internal = None
        await asyncio.sleep(0)  # let the transports close their sockets

    def _from_outside(self, data: bytes, addr: tuple[str, int]) -> None:
        self._listener.on_packet(data, Hop("udp", addr[0], addr[1]))

    def _from_inside(self, data: bytes, addr: tuple[str, int]) -> None:
        if addr[0] == LOOPBACK:
            self._inside(data, addr[1])

    def to_worker(self, port: int, data: bytes) -> None:
        if self._internal is not None:
            self._internal.sendto(data, (LOOPBACK, port))

    def to_peer(
        self,
        hop: Hop,
        data: bytes,
        connect: Hop | None = None,
        failed: Callable[[], None] | None = None,
    ) -> None:
        """Send. When ``hop`` is a connection that is gone, the ``detour`` is taken, or one to
        ``connect`` is tried. ``failed`` is called when nothing can be sent at all."""
        if hop.is_stream:
            if self._sent(hop, data):
                return
            if connect is not None:
                if connect not in self._waiting:
                    self._waiting[connect] = {}
                    self._tasks.start("connect", self._connect(connect))
                self._waiting[connect][data] = failed  # a retransmission waits but once
            elif failed is not None:
                failed()
        elif is_address(hop.host):
            self._datagram((hop.host, hop.port), data)
        else:
            self._tasks.start("resolve", self._resolve(hop, data, failed))

    def _sent(self, hop: Hop, data: bytes) -> bool:
        if self._connections is None:
            return False
        if self._connections.send(hop, data):
            return True
        instead = self.detour(hop)
        return instead is not None and self._connections.send(instead, data)

    def _datagram(self, addr: tuple[str, int], data: bytes) -> None:
        if self._public is None or self._public.get_write_buffer_size() > MAX_UNSENT_BYTES:
            return
        try:
            self._public.sendto(data, addr)
        except OSError:
            return  # no route to there: the same as a packet lost on the way

    async def _resolve(self, hop: Hop, data: bytes, failed: Callable[[], None] | None) -> None:
        address = await self._names.address(hop.host)
        if address is not None:
            self._datagram((address, hop.port), data)
        elif failed is not None:
            failed()

    async def _connect(self, hop: Hop) -> None:
        """Send what waits for this connection, or say that it cannot be had."""
        connection = await self._connection(hop)
        for data, failed in self._waiting.pop(hop).items():
            if (connection is None or not connection.send(data)) and failed is not None:
                failed()

    async def _connection(self, hop: Hop) -> Connection | None:
        trust = self._trust
        if self._connections is None or (hop.transport == "tls" and trust is None):
            return None
        address = hop.host if is_address(hop.host) else await self._names.address(hop.host)
        if address is None:
            return None
        place = Hop(hop.transport, address, hop.port)
        if hop.transport != "tls" or trust is None:
            return await self._connections.connect(place)
        return await self._connections.connect(place, lambda: Channel(trust, hop.host))

    def silence(self, host: str) -> None:
        """An address is banned: close what it has open."""
        if self._connections is not None:
            self._connections.silence(host)

    def has(self, hop: Hop) -> bool:
        """Whether this connection is up."""
        return self._connections is not None and self._connections.has(hop)

    def prove(self, hop: Hop) -> None:
        """Whoever speaks from there has shown who it is."""
        if hop.is_stream and self._connections is not None:
            self._connections.prove(hop)

    def sweep(self) -> None:
        """Once a second."""
        if self._connections is not None:
            self._connections.sweep()
            self._metrics.sip_connections_now.set(len(self._connections))
        self._watch_certificate()

    def _watch_certificate(self) -> None:
        days_left = math.inf
        if self._certificate is not None:
            now = self._clock.now()
            self._certificate.refresh(now)
            days_left = self._certificate.days_left(now)
        self._metrics.tls_days_left.set(days_left)
