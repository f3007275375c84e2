"""Calls in bulk, as NDJSON or CSV: read from the store and sent in pieces, never held whole."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final

import msgspec
from aiohttp import web

from callserver.model.errors import StoreError
from callserver.model.record import CallRecord
from callserver.model.store_ports import Store
from callserver.web import problems, views
from callserver.web.asks import CallConditions
from callserver.web.operation import Operation, Raw
from callserver.web.problems import Problem

PIECE: Final = 200
"""Calls read, shown and sent at once: about 5 ms of the loop that also carries calls."""
MOST: Final = 4
STALL_S: Final = 30.0

NDJSON: Final = Raw("application/x-ndjson")
CSV: Final = Raw("text/csv")

COLUMNS: Final = (
    *("id", "direction", "phase", "line", "number", "name", "trunk", "offered_at", "answered_at"),
    *("queue", "queued_at", "agent", "talking_at", "ended_at", "result", "reason", "flow"),
    *("waited_s", "talked_s", "held_s", "missed_by", "survey", "callback_of", "recording"),
)
_FORMULA: Final = ("=", "-", "@", "\t", "\r")
"""A table program would reckon with a cell that begins so; ``+`` begins a number of ours."""

Show = Callable[[Sequence[CallRecord]], bytes]


class Exports:
    """Calls in bulk, for other programs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._running = 0

    def operations(self) -> tuple[Operation, ...]:
        """One line each; the names are keys of ``access.ROLES``."""
        path = "/api/v1/calls/export"
        return (
            Operation(
                "calls.ndjson", "GET", f"{path}.ndjson", self.ndjson, streams=True, raw=NDJSON
            ),
            Operation("calls.csv", "GET", f"{path}.csv", self.csv, streams=True, raw=CSV),
        )

    async def ndjson(self, query: CallConditions, request: web.Request) -> web.StreamResponse:
        """All calls that fit, newest first, one JSON object a line."""
        return await self._send(request, query, NDJSON, b"", _lines)

    async def csv(self, query: CallConditions, request: web.Request) -> web.StreamResponse:
        """All calls that fit, newest first, as a table with a head (RFC 4180)."""
        return await self._send(request, query, CSV, _table([COLUMNS]), _rows)

    async def _send(
        self, request: web.Request, query: CallConditions, raw: Raw, head: bytes, show: Show
    ) -> web.StreamResponse:
        if self._running >= MOST:
            raise Problem(problems.BUSY, f"{MOST} exports go on already")
        self._running += 1
        try:
            pieces = self._pieces(query)
            first = await anext(pieces, None) or []
            name = request.path.rpartition("/")[2].replace("export", "calls")
            response = web.StreamResponse(
                headers={"Content-Disposition": f'attachment; filename="{name}"'}
            )
            response.content_type = raw.media
            response.charset = "utf-8"
            await response.prepare(request)
            if request.method == "HEAD":
                return response
            try:
                await _write(response, head + show(first))
                async for piece in pieces:
                    await _write(response, show(piece))
            except (TimeoutError, OSError, StoreError):
                # The head is out, so the only honest end is a cut connection: no last chunk.
                request.protocol.force_close()
            return response
        finally:
            self._running -= 1

    async def _pieces(self, query: CallConditions) -> AsyncIterator[Sequence[CallRecord]]:
        before = None
        while piece := await self._store.calls(query.conditions(before, PIECE)):
            yield piece
            before = piece[-1].id


async def _write(response: web.StreamResponse, content: bytes) -> None:
    async with asyncio.timeout(STALL_S):
        await response.write(content)


def _lines(records: Sequence[CallRecord]) -> bytes:
    return msgspec.json.Encoder().encode_lines([views.call(record) for record in records])


def _rows(records: Sequence[CallRecord]) -> bytes:
    return _table([_row(views.call(record)) for record in records])


def _row(call: views.CallOut) -> list[Any]:
    values = {name: getattr(call, name) for name in COLUMNS}
    values["missed_by"] = " ".join(call.missed_by)
    values["survey"] = " ".join(f"{name}={answer}" for name, answer in call.survey.items())
    values["recording"] = call.recording.id if call.recording else None
    return [_cell(value) for value in values.values()]


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _table(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
