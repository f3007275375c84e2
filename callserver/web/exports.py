"""Calls in bulk, for other programs."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from aiohttp import web

from callserver.model.record import CallRecord
from callserver.model.store_ports import Store
from callserver.model.table import guarded
from callserver.web import views
from callserver.web.asks import CallConditions
from callserver.web.bulk import CSV, NDJSON, Bulk, lines, table
from callserver.web.operation import Operation

PIECE: Final = 200
"""Calls read, shown and sent at once: about 5 ms of the loop that also carries calls."""

COLUMNS: Final = (
    *("id", "direction", "phase", "line", "number", "name", "trunk", "offered_at", "answered_at"),
    *("queue", "queued_at", "agent", "talking_at", "ended_at", "result", "reason", "flow"),
    *("waited_s", "talked_s", "held_s", "missed_by", "survey", "callback_of", "recording"),
)


class Exports:
    """``/api/v1/calls/export``."""

    def __init__(self, store: Store, bulk: Bulk) -> None:
        self._store = store
        self._bulk = bulk

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
        return await self._bulk.send(request, "calls.ndjson", NDJSON, self._lines(query))

    async def csv(self, query: CallConditions, request: web.Request) -> web.StreamResponse:
        """All calls that fit, newest first, as a table with a head (RFC 4180)."""
        return await self._bulk.send(request, "calls.csv", CSV, self._table(query))

    async def _lines(self, query: CallConditions) -> AsyncIterator[bytes]:
        async for records in self._pieces(query):
            yield lines([views.call(record) for record in records])

    async def _table(self, query: CallConditions) -> AsyncIterator[bytes]:
        head = table([COLUMNS])
        async for records in self._pieces(query):
            yield head + table([_row(views.call(record)) for record in records])
            head = b""
        if head:
            yield head

    async def _pieces(self, query: CallConditions) -> AsyncIterator[Sequence[CallRecord]]:
        before = None
        while piece := await self._store.calls(query.conditions(before, PIECE)):
            yield piece
            before = piece[-1].id


def _row(call: views.CallOut) -> list[Any]:
    values = {name: getattr(call, name) for name in COLUMNS}
    values["missed_by"] = " ".join(call.missed_by)
    values["survey"] = " ".join(f"{name}={answer}" for name, answer in call.survey.items())
    values["recording"] = call.recording.id if call.recording else None
    return [guarded(value) for value in values.values()]
