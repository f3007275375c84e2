"""The event stream: Server-Sent Events (WHATWG HTML section 9.2), resumed when it breaks."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import aiohttp
import msgspec

from callserver.client.errors import TooMany, Unavailable, error
from callserver.client.shapes import Event
from callserver.client.transport import Transport

SILENCE_S: Final = 45.0
"""The server says something every 15 s; one that is silent for so long is gone."""
MAX_LINE_BYTES: Final = 1 << 20
_PATH: Final = "/api/v1/events"
_BREAKS: Final = (
    aiohttp.ClientConnectionError,
    aiohttp.ClientPayloadError,
    TimeoutError,
    TooMany,
    Unavailable,
)


async def follow(
    transport: Transport, params: Mapping[str, str], after: str | None
) -> AsyncIterator[Event]:
    """Events for ever: a stream that breaks is taken up behind the last event. Raises
    :class:`~callserver.client.errors.ApiError` when the server does not want to tell."""
    failed = 0
    while True:
        try:
            async for event in _once(transport, params, after):
                failed = 0
                after = event.id or after
                if event.kind:
                    yield event
        except _BREAKS:
            failed += 1
        await asyncio.sleep(transport.pause(min(failed, 8)))


async def _once(
    transport: Transport, params: Mapping[str, str], after: str | None
) -> AsyncIterator[Event]:
    """The events of one connection; one without a kind is a place to go on from, or a sign of
    life."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {})
    quiet = aiohttp.ClientTimeout(total=None, sock_connect=10.0, sock_read=SILENCE_S)
    async with transport.session.get(
        transport.url + _PATH,
        params=params,
        headers=headers,
        timeout=quiet,
        read_bufsize=MAX_LINE_BYTES,
    ) as answer:
        if answer.status != 200:
            raise error(answer.status, await answer.read())
        fields: dict[str, str] = {}
        async for raw in answer.content:
            line = raw.decode().rstrip("\n")
            if line:
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
            else:
                yield _event(fields)
                fields = {}


def _event(fields: Mapping[str, str]) -> Event:
    data: dict[str, Any] = msgspec.json.decode(fields.get("data", "{}"))
    told = {**data, "id": fields.get("id", ""), "kind": fields.get("event", "")}
    return msgspec.convert(told, Event)
