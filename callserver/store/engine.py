"""Connections and transactions.

One connection writes, a few read. On SQLite that is how it works best: readers never wait for the
writer (WAL), and writers queue here instead of meeting in the file. On PostgreSQL it is the same:
those who write, whichever process or machine they are on, do it one after the other. So nothing
changes under who looks first and writes then, and who reads the journal on from a number never
passes one that is still being written.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from callserver import log
from callserver.model.errors import StoreError
from callserver.store.dialects import for_postgresql, tell_postgresql, tell_sqlite
from callserver.store.failures import explained
from callserver.store.file import DatabaseFile
from callserver.store.migrate import is_up_to_date

READERS = 4
_URLS = "sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/NAME"


Make = Callable[[AsyncConnection], Awaitable[None]]

_log = log.get("store")


def _to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def without_password(url: str) -> str:
    """A database URL as it may be shown. Raises ``StoreError`` when it is none."""
    return _parse(url).render_as_string(hide_password=True)


class Database:
    """Two engines on one URL: ``writing`` and ``reading`` hand out transactions. ``make`` brings
    the tables up to date, at the start and whenever the file of the database was replaced."""

    def __init__(
        self, url: str, busy_timeout_s: float, make: Make, password: str | None = None
    ) -> None:
        self._url = _parse(url)
        if password is not None:
            self._url = self._url.set(password=password)
        self._busy_timeout_s = busy_timeout_s
        self._make = make
        self._writer = self._engine(1, writing=True)
        self._readers = self._engine(READERS, writing=False)
        self._file: DatabaseFile | None = None
        if self.dialect == "sqlite" and "uri" not in self._url.query:
            self._file = DatabaseFile(Path(self._url.database or ""))
        self._told = False
        self.on_replaced: Callable[[], None] = lambda: None
        """Called when another file was opened in the place of the first."""
        self._visitors = 0
        self._empty = asyncio.Event()
        self._mending = asyncio.Lock()

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._url.get_backend_name()

    async def open(self) -> None:
        """Connect; make the file of an SQLite database and the tables, unless they are there."""
        if self._file is not None:
            with explained(f"make the database file {self._file.path}"):
                self._file.prepare()
        async with self.reading("open the database") as connection:
            await self._check_encoding(connection)
            ready = await connection.run_sync(is_up_to_date)
        if not ready:
            async with self.writing("bring the database up to date") as connection:
                await self._make(connection)
        if self._file is not None:
            self._file.opened()

    def writing(self, doing: str) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that may write: all of it, or nothing."""
        return self._transaction(self._writer, doing)

    def reading(self, doing: str) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that sees one moment of the database."""
        return self._transaction(self._readers, doing)

    async def _check_encoding(self, connection: AsyncConnection) -> None:
        if self.dialect == "sqlite":
            return
        encoding = await connection.scalar(text("SHOW server_encoding"))
        if encoding != "UTF8":
            raise StoreError(
                f"the database keeps text as {encoding}, which has no room for all names; make it "
                "with CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'"
            )

    async def close(self) -> None:
        """Close the connections."""
        await self._readers.dispose()
        await self._writer.dispose()

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine, doing: str) -> AsyncIterator[AsyncConnection]:
        with explained(doing):
            await self._check_file()
            self._visitors += 1
            try:
                async with engine.connect() as connection:
                    try:
                        async with connection.begin():
                            yield connection
                    except DBAPIError:
                        # One that was opened while the disk was read-only stays so for ever.
                        await connection.invalidate()
                        raise
            finally:
                self._visitors -= 1
                if not self._visitors:
                    self._empty.set()

    async def _check_file(self) -> None:
        """Work with the file that stands there now. No connection to the old one may be open then:
        both would take the same log and the same shared memory for theirs."""
        if self._file is None or not (self._file.replaced() or self._mending.locked()):
            return
        async with self._mending:
            if not self._file.replaced():
                return
            self._say_replaced(self._file.path)
            async with asyncio.timeout(2 * self._busy_timeout_s):
                while self._visitors:
                    self._empty.clear()
                    await self._empty.wait()
            await self.close()
            self._file.sweep()
            self._file.prepare()
            async with self._writer.begin() as connection:
                await self._make(connection)
            self._file.opened()
            self._told = False
        self.on_replaced()

    def _say_replaced(self, file: Path) -> None:
        if not self._told:
            _log.error(
                "database_file_replaced",
                file=str(file),
                now="another one is opened, and made if there is none; what stood in the old one "
                "alone is lost",
                cure="put a backup in its place (mv, not cp)",
            )
        self._told = True

    def _engine(self, connections: int, *, writing: bool) -> AsyncEngine:
        options: dict[str, Any] = {
            "poolclass": AsyncAdaptedQueuePool,
            "pool_size": connections,
            "max_overflow": 0,
            "pool_timeout": 2 * self._busy_timeout_s,
            "hide_parameters": True,
            "json_serializer": _to_json,
            "json_deserializer": msgspec.json.decode,
        }
        sqlite = self.dialect == "sqlite"
        if not sqlite:
            options |= for_postgresql(self._busy_timeout_s, writing=writing)
        try:
            engine = create_async_engine(self._url, **options)
        except ModuleNotFoundError as error:
            raise StoreError(
                f"store.url asks for {error.name}, which is not installed; install callserver "
                "with its extra `postgres`"
            ) from error
        if sqlite:
            tell_sqlite(engine, self._busy_timeout_s, writing=writing)
        else:
            tell_postgresql(engine, writing=writing)
        return engine


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"store.url is no database URL; write {_URLS}") from error
    if parsed.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        raise StoreError(f"store.url: {parsed.drivername!r} is not supported; write {_URLS}")
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StoreError(f"store.url: the database must be a file; write {_URLS}")
    return parsed
