"""How events go out to one who looks on: as Server-Sent Events, or as WebSocket messages."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec
from aiohttp import WSCloseCode, web

from callserver.web.problems import Kind, Problem

UPGRADE: Final = Kind("upgrade-required", 426, "This address speaks WebSocket only")

STALL_S: Final = 30.0
"""Who takes nothing for so long is cut off."""
RETRY_MS: Final = 2000
PING_S: Final = 15.0
MAX_HEARD_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Event:
    """A fact as clients get it; ``number`` is its place in the journal."""

    number: int
    kind: str
    at: str
    call: str | None
    data: dict[str, Any]

    def content(self) -> dict[str, Any]:
        """What is told of it, besides its number."""
        return {"kind": self.kind, "at": self.at, "call": self.call, "data": self.data}


class Wire(Protocol):
    """One who looks on. All but ``open`` raise ``TimeoutError`` or ``OSError`` when they have gone,
    or take nothing."""

    @property
    def gone(self) -> bool:
        """Whether they have said goodbye."""

    async def open(self, news: asyncio.Event) -> web.StreamResponse:
        """Send the head; ``news`` is set when they go. Raises ``Problem``."""

    async def send(self, events: Sequence[Event]) -> None:
        """Tell what happened."""

    async def begin(self, number: int, *, missed: bool) -> None:
        """What comes is behind this number, which they know from now on, so that nothing is lost if
        the connection breaks at once. ``missed``: the number they knew is of another journal."""

    async def beat(self) -> None:
        """Say nothing, so that proxies keep the connection and we notice who is gone."""

    async def close(self) -> None:
        """It is over; they will come back."""


class Lines:
    """Server-Sent Events."""

    gone = False
    """A client that goes is noticed by writing."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})

    async def open(self, news: asyncio.Event) -> web.StreamResponse:
        self._response.content_type = "text/event-stream"
        await self._response.prepare(self._request)
        return self._response

    async def send(self, events: Sequence[Event]) -> None:
        await self._write("".join(map(_lines, events)))

    async def begin(self, number: int, *, missed: bool) -> None:
        reset = f"id: {number}\nevent: reset\ndata: {{}}\n\n" if missed else ""
        await self._write(f"id: {number}\nretry: {RETRY_MS}\n\n{reset}")

    async def beat(self) -> None:
        await self._write(":\n\n")

    async def close(self) -> None:
        self._request.protocol.force_close()

    async def _write(self, text: str) -> None:
        async with asyncio.timeout(STALL_S):
            await self._response.write(text.encode())


def _lines(event: Event) -> str:
    data = msgspec.json.encode(event.content()).decode()
    return f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n"


class Frames:
    """A WebSocket. Pings go out by themselves, and who does not answer them is gone."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._socket = web.WebSocketResponse(
            timeout=1.0, heartbeat=PING_S, max_msg_size=MAX_HEARD_BYTES, compress=False
        )
        self._listening: asyncio.Task[None] | None = None

    @property
    def gone(self) -> bool:
        return self._socket.closed

    async def open(self, news: asyncio.Event) -> web.StreamResponse:
        if not self._socket.can_prepare(self._request):
            headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
            raise Problem(UPGRADE, headers=headers)
        await self._socket.prepare(self._request)
        self._listening = asyncio.create_task(self._listen(news), name="events-socket")
        return self._socket

    async def _listen(self, news: asyncio.Event) -> None:
        """Goodbyes and pongs are only noticed by reading; what else they say is dropped."""
        try:
            async for _message in self._socket:
                pass
        finally:
            news.set()

    async def send(self, events: Sequence[Event]) -> None:
        for event in events:
            await self._send({"id": str(event.number), **event.content()})

    async def begin(self, number: int, *, missed: bool) -> None:
        await self._send({"id": str(number), "kind": "reset" if missed else "start"})

    async def beat(self) -> None:
        """The pings of the socket are enough."""

    async def close(self) -> None:
        with suppress(TimeoutError, OSError):
            await self._socket.close(code=WSCloseCode.GOING_AWAY)
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait([self._listening])
        self._request.protocol.force_close()

    async def _send(self, content: dict[str, Any]) -> None:
        async with asyncio.timeout(STALL_S):
            await self._socket.send_str(msgspec.json.encode(content).decode())
