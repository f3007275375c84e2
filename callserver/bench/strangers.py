"""Strangers on real sockets: each has an address, speaks datagrams and keeps some connections. What
they say is ``testing/voice.py``."""

import asyncio
from dataclasses import dataclass
from random import Random

from callserver.testing.rubbish import Place
from callserver.testing.voice import Account, Voice

TICK_S = 0.02
READ_BYTES = 65536
PATIENCE_S = 0.2
CONNECT_S = 5.0
MOST_WORDS = 20  # over one connection


@dataclass(slots=True)
class Tally:
    """What was said to the server, and how often it answered."""

    datagrams: int = 0
    connections: int = 0
    streamed: int = 0
    heard: int = 0


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._transport: asyncio.DatagramTransport | None = None
        self.voice: Voice | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._tally.heard += 1
        if self.voice is not None and self._transport is not None:
            said = self.voice.hear(data)
            if said:
                self._transport.sendto(said)

    def error_received(self, exc: Exception) -> None:
        """The server is gone: others will notice."""


class Stranger:
    """Somebody at ``host``; all chance comes from ``random``."""

    def __init__(
        self,
        host: str,
        door: str,
        line: str,
        random: Random,
        tally: Tally,
        account: Account | None = None,
    ) -> None:
        self._host = host
        self._door = door
        self._line = account.username if account else line
        self._random = random
        self._tally = tally
        self._account = account

    async def talk(self, per_s: float) -> None:
        """Datagrams, until cancelled."""
        host, _, port = self._door.partition(":")
        transport, ear = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Ear(self._tally), local_addr=(self._host, 0), remote_addr=(host, int(port))
        )
        ear.voice = voice = self._voice(transport.get_extra_info("sockname"), "UDP")
        try:
            while True:
                for _ in range(max(round(per_s * TICK_S), 1)):
                    transport.sendto(voice.words())
                    self._tally.datagrams += 1
                await asyncio.sleep(TICK_S)
        finally:
            transport.close()

    async def connect(self) -> None:
        """One connection after the other, until cancelled."""
        host, _, port = self._door.partition(":")
        while True:
            try:
                async with asyncio.timeout(CONNECT_S):
                    reader, writer = await asyncio.open_connection(
                        host, int(port), local_addr=(self._host, 0)
                    )
            except (OSError, TimeoutError):
                await asyncio.sleep(PATIENCE_S)
                continue
            self._tally.connections += 1
            try:
                await self._converse(reader, writer)
            except OSError:
                continue  # the server had enough
            finally:
                writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        voice = self._voice(writer.get_extra_info("sockname"), "TCP")
        for _ in range(self._random.randint(1, MOST_WORDS)):
            data = voice.words()
            if self._random.random() < 0.2:
                data = self._random.randbytes(self._random.randint(0, 300))
            half = self._random.randint(0, len(data))
            for part in (data[:half], data[half:]):  # in two pieces, sometimes one of them lost
                if part and self._random.random() < 0.95:
                    writer.write(part)
            self._tally.streamed += 1
            try:
                async with asyncio.timeout(PATIENCE_S):
                    heard = await reader.read(READ_BYTES)
            except TimeoutError:
                continue
            if not heard:
                return
            self._tally.heard += 1
            if said := voice.hear(heard):
                writer.write(said)

    def _voice(self, address: tuple[str, int], transport: str) -> Voice:
        place = Place(f"{address[0]}:{address[1]}", self._door, self._line, transport)
        return Voice(place, self._random, self._account)
