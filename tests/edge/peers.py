"""Scripted SIP peers on real sockets: they say what a test tells them and keep what they hear."""

import asyncio
import ssl
from types import TracebackType
from typing import Self

from callserver.sip.message import Request, Response, parse
from callserver.sip.stream import Ping, Stream

PATIENCE_S = 5.0


class UdpPeer(asyncio.DatagramProtocol):
    """One UDP port."""

    def __init__(self) -> None:
        self.raw: asyncio.Queue[tuple[bytes, tuple[str, int]]] = asyncio.Queue()
        self.host, self.port = "", 0
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def at(cls, host: str) -> Self:
        """A peer on a free port of ``host``."""
        loop = asyncio.get_running_loop()
        transport, peer = await loop.create_datagram_endpoint(cls, local_addr=(host, 0))
        peer.host, peer.port = transport.get_extra_info("sockname")[:2]
        peer._transport = transport
        return peer

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.raw.put_nowait((data, addr))

    def say(self, data: bytes, place: str) -> None:
        """Send to ``host:port``."""
        assert self._transport is not None
        host, _, port = place.rpartition(":")
        self._transport.sendto(data, (host, int(port)))

    async def hear_raw(self) -> bytes:
        async with asyncio.timeout(PATIENCE_S):
            return (await self.raw.get())[0]

    async def hear(self) -> Request | Response:
        return parse(await self.hear_raw())

    async def request(self, method: str) -> Request:
        """The next message, which must be this request."""
        message = await self.hear()
        assert isinstance(message, Request), message
        assert message.method == method
        return message

    async def response(self, code: int) -> Response:
        """The next message, which must be this response."""
        message = await self.hear()
        assert isinstance(message, Response), message
        assert message.code == code, message.phrase
        return message

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class TcpPeer:
    """One connection to the door, with or without TLS."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._stream = Stream(65535)
        self._items: list[bytes | Ping] = []
        self.host, self.port = writer.get_extra_info("sockname")[:2]

    @classmethod
    async def to(cls, place: str, host: str, tls: ssl.SSLContext | None = None) -> Self:
        """Connected to ``place`` from an address."""
        to_host, _, port = place.rpartition(":")
        return cls(
            *await asyncio.open_connection(to_host, int(port), local_addr=(host, 0), ssl=tls),
        )

    def say(self, data: bytes) -> None:
        self._writer.write(data)

    async def hear_bytes(self, count: int) -> bytes:
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.readexactly(count)

    async def hear(self) -> Request | Response:
        async with asyncio.timeout(PATIENCE_S):
            while not self._items:
                data = await self._reader.read(65535)
                assert data, "the door closed the connection"
                self._items += self._stream.feed(data)
        item = self._items.pop(0)
        assert isinstance(item, bytes)
        return parse(item)

    async def request(self, method: str) -> Request:
        message = await self.hear()
        assert isinstance(message, Request), message
        assert message.method == method
        return message

    async def response(self, code: int) -> Response:
        message = await self.hear()
        assert isinstance(message, Response), message
        assert message.code == code, message.phrase
        return message

    async def is_closed(self) -> bool:
        """Wait until the door closes the connection."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                while await self._reader.read(65535):
                    pass
            except ConnectionError:
                return True
        return True

    async def close(self) -> None:
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self.close()
