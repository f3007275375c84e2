"""Connections, transactions and what SQLite needs to be told.

One connection writes, a few read. On SQLite that is how it works best: readers never wait for the
writer (WAL), and writers queue here instead of meeting in the file.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from callserver.model.errors import StoreError
from callserver.store.failures import explained

READERS = 4
# A server that went away without a word; longer than any statement of ours, a migration's included.
COMMAND_TIMEOUT_S = 60.0
_URLS = "sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/NAME"


def _to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def without_password(text: str) -> str:
    """A database URL as it may be shown. Raises ``StoreError`` when it is none."""
    return _parse(text).render_as_string(hide_password=True)


class Database:
    """Two engines on one URL: ``writing`` and ``reading`` hand out transactions."""

    def __init__(self, url: str, busy_timeout_s: float) -> None:
        self._url = _parse(url)
        self._busy_timeout_s = busy_timeout_s
        self._writer = self._engine(1, "BEGIN IMMEDIATE", "READ COMMITTED")
        self._readers = self._engine(READERS, "BEGIN", "REPEATABLE READ")

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._url.get_backend_name()

    def prepare(self) -> None:
        """Make folder and file of an SQLite database, readable by this user alone (it holds the
        digests of the agents' passwords and the numbers of callers)."""
        if self.dialect == "sqlite" and "uri" not in self._url.query:
            file = Path(self._url.database or "")
            with explained(f"make the database file {file}"):
                file.parent.mkdir(parents=True, exist_ok=True)
                file.touch(mode=0o600, exist_ok=True)

    @asynccontextmanager
    async def writing(self, doing: str) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write: all of it, or nothing."""
        with explained(doing):
            async with self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def reading(self, doing: str) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one moment of the database."""
        with explained(doing):
            async with self._readers.begin() as connection:
                yield connection

    async def close(self) -> None:
        """Close the connections."""
        await self._readers.dispose()
        await self._writer.dispose()

    def _engine(self, connections: int, begin: str, isolation: str) -> AsyncEngine:
        """``begin`` is for SQLite, ``isolation`` for PostgreSQL: they mean the same."""
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
            options["pool_pre_ping"] = True
            options["isolation_level"] = isolation
            options["connect_args"] = {
                "timeout": self._busy_timeout_s,
                "command_timeout": COMMAND_TIMEOUT_S,
            }
        try:
            engine = create_async_engine(self._url, **options)
        except ModuleNotFoundError as error:
            raise StoreError(
                f"store.url asks for {error.name}, which is not installed; install callserver "
                "with its extra `postgres`"
            ) from error
        if sqlite:
            _tell_sqlite(engine, begin, self._busy_timeout_s)
        return engine


def _parse(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise StoreError(f"store.url is no database URL; write {_URLS}") from error
    if url.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        raise StoreError(f"store.url: {url.drivername!r} is not supported; write {_URLS}")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise StoreError(f"store.url: the database must be a file; write {_URLS}")
    return url


def _tell_sqlite(engine: AsyncEngine, begin: str, busy_timeout_s: float) -> None:
    """Settings of each connection, and transactions that begin when we say so: Python's own begin
    too late for a reader to see one moment, and without the lock that lets a writer wait."""

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for setting in (
            f"busy_timeout = {int(busy_timeout_s * 1000)}",
            "journal_mode = WAL",
            # A power cut may take the last moments, never the file (https://sqlite.org/wal.html).
            "synchronous = NORMAL",
            "foreign_keys = ON",
        ):
            cursor.execute(f"PRAGMA {setting}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
