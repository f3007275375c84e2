"""The process that takes in a table of contacts beside a running server.

``python -m callserver.cli.importer``: standard input says what is to be done (a :class:`Job`),
standard output how far it is (a line of JSON each, :class:`~callserver.model.imports.Report`). It
ends when nobody listens any more, so that it does not outlive the server that asked for it.
"""

import asyncio
import os
import sys
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec

from callserver import log
from callserver.call import numbers
from callserver.crm.import_process import Job
from callserver.crm.importing import Import
from callserver.crm.table import BadTable, Table, opened
from callserver.model.errors import CallServerError
from callserver.model.imports import Mistake, Report, Tally

NICE = 10
"""Calls come first. Not 19: while this process holds the database (0.1 s at a time) the server
waits for it, and on a machine that is busy altogether 19 would make that seconds."""

MOST_TOLD = 20
"""Mistakes that are told at once; all are in the file."""
MOST_WRITTEN = 100_000


class Scribe:
    """Writes mistakes down, and knows the first of them."""

    def __init__(self, file: Path) -> None:
        self._out = file.open("wb")
        self._written = 0
        self.first: list[Mistake] = []

    def add(self, one: Mistake) -> None:
        if len(self.first) < MOST_TOLD:
            self.first.append(one)
        if self._written < MOST_WRITTEN:
            self._written += 1
            self._out.write(msgspec.json.encode(one) + b"\n")

    def close(self) -> None:
        """What was told is in the file."""
        self._out.close()


class Work:
    """One table."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._scribe = Scribe(Path(job.mistakes))
        self._tally = Tally()

    def run(self) -> None:
        """Do it, and tell how it ended. Raises ``BrokenPipeError`` when nobody listens."""
        trouble, wish = "", self._job.wish
        try:
            with opened(Path(self._job.table), wish.encoding, wish.named) as table:
                asyncio.run(self._take_in(table))
        except BadTable as error:
            trouble = str(error)
        except BrokenPipeError:
            raise
        except (CallServerError, OSError) as error:
            trouble = f"{error}; send it again, what is in already stays as it is"
        self._scribe.close()
        self._tell(trouble)

    async def _take_in(self, table: Table) -> None:
        """All rows; how it goes is told after each transaction."""
        from callserver.clock import SystemClock
        from callserver.store import SqlStore

        wish, number = self._job.wish, partial(numbers.read, country=self._job.country)
        store, now = SqlStore(self._job.store_url, self._job.store_password), SystemClock().now
        await store.open()
        work = Import(store.customers, number, now, wish.by, self._scribe.add, dry=wish.dry)
        try:
            while await work.some(table.names, table.rows):
                self._tally = replace(work.tally, read=table.read)
                self._tell()
            self._tally = replace(work.tally, read=table.size)
        except BadTable:  # the rows before that are in
            self._tally = replace(work.tally, read=table.read)
            raise
        finally:
            await store.close()

    def _tell(self, trouble: str = "") -> None:
        report = Report(self._tally, tuple(self._scribe.first), trouble)
        sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
        sys.stdout.buffer.flush()


def main() -> None:
    """Ends with 0 when there is a last report, whatever it says."""
    log.setup("warning")
    os.nice(NICE)
    Work(msgspec.json.decode(sys.stdin.buffer.read(), type=Job)).run()


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()
