"""Tables of contacts that are sent over the API, and what came of them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
from aiohttp import web
from msgspec import Struct

from callserver.config import Config
from callserver.crm.import_files import ARRIVING
from callserver.crm.table import BadTable, opened
from callserver.model.imports import ImportDesk, ImportJob, ImportState, Mistake, Wish
from callserver.model.table import guarded
from callserver.web import problems
from callserver.web.asks_contacts import ImportQuery
from callserver.web.auth import actor
from callserver.web.bulk import CSV, NDJSON, Bulk, table
from callserver.web.operation import Operation
from callserver.web.problems import Problem, invalid, refusals
from callserver.web.shapes import Accepted, ListOut, Time, iso, iso_or_none
from callserver.web.uploads import Upload, Uploaded

MIB: Final = 1 << 20

_IMPORTS = "/api/v1/imports"
_PIECE: Final = 1 << 16
_HEAD: Final = ("line", "column", "what", "cure")


class MistakeOut(Struct, frozen=True, kw_only=True):
    """What is wrong at a place of the table (``column`` empty: with the row), and the cure."""

    line: int
    column: str
    what: str
    cure: str


class ImportOut(Struct, frozen=True, kw_only=True):
    """One table: so many of its ``size`` bytes were ``read``, so many ``rows`` of it, and what
    became of these. ``mistakes`` are the first 20; ``trouble`` says why it failed or was
    interrupted, and what to do."""

    id: str
    state: ImportState
    dry: bool
    by: str
    asked_at: Time
    begun_at: Time | None
    ended_at: Time | None
    size: int
    read: int
    rows: int
    new: int
    changed: int
    same: int
    bad: int
    mistakes: list[MistakeOut]
    trouble: str


def _mistake(one: Mistake) -> MistakeOut:
    return MistakeOut(line=one.line, column=one.column, what=one.what, cure=one.cure)


def _show(job: ImportJob) -> ImportOut:
    tally = job.tally
    return ImportOut(
        id=job.id,
        state=job.state,
        dry=job.wish.dry,
        by=job.wish.by,
        asked_at=iso(job.asked_at),
        begun_at=iso_or_none(job.begun_at),
        ended_at=iso_or_none(job.ended_at),
        size=job.wish.size,
        read=tally.read,
        rows=tally.rows,
        new=tally.new,
        changed=tally.changed,
        same=tally.same,
        bad=tally.bad,
        mistakes=[_mistake(one) for one in job.first],
        trouble=job.trouble,
    )


class Imports:
    """``/api/v1/imports``: tables of contacts, which are taken in one after the other, in a process
    of their own."""

    def __init__(self, desk: ImportDesk, config: Config, bulk: Bulk) -> None:
        self._desk = desk
        self._bulk = bulk
        self._upload = Upload(
            media="text/csv",
            example="number,name,vip\n+37120000012,Jane,yes\n",
            folder=config.imports_dir,
            prefix=ARRIVING,
            most=config.imports.max_mib * MIB,
            spare=config.recording.min_free_mib * MIB,
        )

    def operations(self) -> tuple[Operation, ...]:
        """What it does, for the table."""
        one = f"{_IMPORTS}/{{job:[0-9a-z]{{1,32}}}}"
        ndjson, csv_ = f"{one}/mistakes.ndjson", f"{one}/mistakes.csv"
        return (
            Operation("imports.list", "GET", _IMPORTS, self.list),
            Operation("imports.create", "POST", _IMPORTS, self.create, upload=self._upload),
            Operation("imports.get", "GET", one, self.get),
            Operation("imports.delete", "DELETE", one, self.delete),
            Operation("imports.ndjson", "GET", ndjson, self.ndjson, streams=True, raw=NDJSON),
            Operation("imports.csv", "GET", csv_, self.csv, streams=True, raw=CSV),
        )

    async def list(self) -> ListOut[ImportOut]:
        """All tables that were sent in the last days, newest first."""
        return ListOut([_show(job) for job in self._desk.jobs()])

    async def get(self, job: str) -> ImportOut:
        """How far one is, and what came of it."""
        with refusals():
            return _show(self._desk.job(job))

    async def create(
        self, query: ImportQuery, file: Uploaded, request: web.Request
    ) -> Accepted[ImportOut]:
        """Take in a table of contacts (CSV; the first line has names). They are known again by
        external_id, number or mail address; empty cells change nothing, lists grow: the same table,
        sent again, changes nothing. Rows with mistakes are left out and told with their line."""
        await asyncio.to_thread(_check, file, query)
        wish = Wish(file.size, actor(request), file.charset, query.map, query.dry)
        with refusals():
            made = await self._desk.add(file.path, wish)
        return Accepted(f"{_IMPORTS}/{made.id}", _show(made))

    async def delete(self, job: str) -> None:
        """Stop it if it runs, and forget it; contacts that are in stay."""
        with refusals():
            await self._desk.remove(job)

    async def ndjson(self, job: str, request: web.Request) -> web.StreamResponse:
        """All its mistakes so far, in order, one JSON object a line."""
        return await self._bulk.send(request, "mistakes.ndjson", NDJSON, self._lines(job))

    async def csv(self, job: str, request: web.Request) -> web.StreamResponse:
        """All its mistakes so far, in order, as a table with a head (RFC 4180)."""
        return await self._bulk.send(request, "mistakes.csv", CSV, self._table(job))

    async def _lines(self, job: str) -> AsyncIterator[bytes]:
        with refusals():
            pieces = _pieces(self._desk.mistakes(job))
        while piece := await asyncio.to_thread(next, pieces, None):
            yield b"".join(piece)

    async def _table(self, job: str) -> AsyncIterator[bytes]:
        with refusals():
            pieces = _pieces(self._desk.mistakes(job))
        yield table([_HEAD])
        while piece := await asyncio.to_thread(next, pieces, None):
            yield table([_row(line) for line in piece])


def _check(file: Uploaded, query: ImportQuery) -> None:
    """Its head, at once: what is wrong with it can be told in the answer."""
    try:
        with opened(file.path, file.charset, query.map):
            pass
    except LookupError as error:
        raise Problem(problems.UNSUPPORTED_MEDIA, str(error)) from error
    except BadTable as error:
        raise invalid([{"detail": one, "pointer": ""} for one in error.wrong]) from error


def _pieces(path: Path) -> Iterator[list[bytes]]:
    """Some lines of the file at a time. One that is not there yet has nothing in it."""
    try:
        with path.open("rb") as file:
            while lines := file.readlines(_PIECE):
                # The last one may be half written.
                yield lines if lines[-1].endswith(b"\n") else lines[:-1]
    except FileNotFoundError:
        return


def _row(line: bytes) -> list[Any]:
    one = msgspec.json.decode(line, type=Mistake)
    return [one.line, *(guarded(text) for text in (one.column, one.what, one.cure))]
