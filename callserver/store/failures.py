"""Whatever goes wrong below, as ``StoreError`` with its cure."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util.exc import CommandError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from callserver.model.errors import StoreError

# By primary result code (https://sqlite.org/rescode.html).
_CURES = {
    sqlite3.SQLITE_BUSY: "another process holds the database; end it (a backup, a second server)",
    sqlite3.SQLITE_LOCKED: "another process holds the database; end it (a backup, a second server)",
    sqlite3.SQLITE_READONLY: "make the database file and its folder writable for this user",
    sqlite3.SQLITE_PERM: "make the database file and its folder writable for this user",
    sqlite3.SQLITE_CANTOPEN: "make the folder of the database exist and be writable for this user",
    sqlite3.SQLITE_FULL: "free space on the disk of the database",
    sqlite3.SQLITE_IOERR: "the disk of the database is full or failing; see the kernel's log",
    sqlite3.SQLITE_CORRUPT: "restore the database from a backup",
    sqlite3.SQLITE_NOTADB: "store.url names a file that is no database",
}
_CURE = "check that the database runs and that store.url is right (`callserver doctor`)"


def _explain(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        return f"{cause}; {_CURES.get(code, _CURE)}"
    # One line, and never the statement's parameters: they hold numbers and names of callers.
    return f"{' '.join(str(cause).split())[:300]}; {_CURE}"


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Failures inside come out as ``StoreError``; ``doing`` completes "could not …"."""
    try:
        yield
    # OSError: asyncpg when the server is away. ValueError, OverflowError: a driver that refuses a
    # value before it reaches the database.
    except (
        SQLAlchemyError,
        sqlite3.Error,
        CommandError,
        OSError,
        ValueError,
        OverflowError,
    ) as error:
        raise StoreError(f"could not {doing}: {_explain(error)}") from error
