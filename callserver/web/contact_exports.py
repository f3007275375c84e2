"""Contacts in bulk, for other programs."""

from collections.abc import AsyncIterator

from aiohttp import web

from callserver.crm import exporting
from callserver.model.contacts import ContactStore
from callserver.web.asks_contacts import ContactConditions
from callserver.web.bulk import CSV, NDJSON, Bulk, lines, table
from callserver.web.contacts import show
from callserver.web.operation import Operation


class ContactExports:
    """``/api/v1/contacts/export``."""

    def __init__(self, book: ContactStore, bulk: Bulk) -> None:
        self._book = book
        self._bulk = bulk

    def operations(self) -> tuple[Operation, ...]:
        """One line each; the names are keys of ``access.ROLES``."""
        path = "/api/v1/contacts/export"
        return (
            Operation(
                "contacts.ndjson", "GET", f"{path}.ndjson", self.ndjson, streams=True, raw=NDJSON
            ),
            Operation("contacts.csv", "GET", f"{path}.csv", self.csv, streams=True, raw=CSV),
        )

    async def ndjson(self, query: ContactConditions, request: web.Request) -> web.StreamResponse:
        """All contacts that fit, newest first, one JSON object a line."""
        return await self._bulk.send(request, "contacts.ndjson", NDJSON, self._lines(query))

    async def csv(self, query: ContactConditions, request: web.Request) -> web.StreamResponse:
        """All contacts that fit, newest first, as a table that imports understand (RFC 4180)."""
        return await self._bulk.send(request, "contacts.csv", CSV, self._table(query))

    async def _lines(self, query: ContactConditions) -> AsyncIterator[bytes]:
        async for contacts in exporting.pages(self._book, query.conditions()):
            yield lines([show(contact) for contact in contacts])

    async def _table(self, query: ContactConditions) -> AsyncIterator[bytes]:
        wanted = query.conditions()
        names = await exporting.columns(self._book, wanted)
        yield table([names])
        async for contacts in exporting.pages(self._book, wanted):
            yield table(await exporting.rows(self._book, contacts, names))
