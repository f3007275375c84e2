"""What each database needs to be told, so that both behave the same."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

from callserver.model.plain import plain

# A server that went away without a word; longer than any statement of ours, a migration's included.
COMMAND_TIMEOUT_S = 60.0
# A writer that went away in the midst of it holds the others up no longer than this.
_IDLE_WRITER_S = 60.0
# Any number will do, as long as all who share a database use the same.
_WRITERS_LOCK = 0x63616C6C


def tell_sqlite(engine: AsyncEngine, busy_timeout_s: float, *, writing: bool) -> None:
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
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def for_postgresql(busy_timeout_s: float, *, writing: bool) -> dict[str, Any]:
    """Readers see one moment; a writer sees what the one before it has written."""
    ms = 1000
    settings = {
        "application_name": "callserver",
        "lock_timeout": str(int(busy_timeout_s * ms)),
        "idle_in_transaction_session_timeout": str(int(_IDLE_WRITER_S * ms)),
        "default_transaction_read_only": "off" if writing else "on",
    }
    return {
        "pool_pre_ping": True,
        "isolation_level": "READ COMMITTED" if writing else "REPEATABLE READ",
        "connect_args": {
            "timeout": busy_timeout_s,
            "command_timeout": COMMAND_TIMEOUT_S,
            "server_settings": settings,
        },
    }


def tell_postgresql(engine: AsyncEngine, *, writing: bool) -> None:
    """One writes at a time; and what is looked for is text as it is kept (``model/plain``): a NUL
    in it would be an error, not a miss."""
    if writing:

        @event.listens_for(engine.sync_engine, "begin")
        def _begun(connection: Connection) -> None:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")

    @event.listens_for(engine.sync_engine, "before_cursor_execute", retval=True)
    def _asked(_: Any, __: Any, statement: str, values: Any, ___: Any, many: bool) -> Any:
        return statement, [_kept(row) for row in values] if many else _kept(values)


def _kept(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(plain(value) if isinstance(value, str) else value for value in values)
