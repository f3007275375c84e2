"""Whatever goes wrong below, as ``StoreError`` with its cure."""

import re
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
# By SQLSTATE, its class if not itself (https://www.postgresql.org/docs/15/errcodes-appendix.html).
_POSTGRESQL_CURES = {
    "55P03": "another process holds the database; end it (a backup, a second server)",
    "28": "check user and password: store.url, store.password",
    "3D000": "make the database that store.url names (CREATE DATABASE)",
    "42501": "make the user of store.url the owner of the database",
    "25006": "store.url names a server that may only be read, a standby: name the primary",
    "53100": "free space on the disk of the database",
    "53300": "raise max_connections of PostgreSQL; a callserver takes 5",
    "57P03": "the database is starting or stopping; wait",
}
_ARGUMENT = re.compile(r"(query argument \$\d+): .*")
"""Where asyncpg tells the value that it refuses."""
_CURE = "check that the database runs and that store.url is right (`callserver doctor`)"


def _explain(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        return f"{cause}; {_CURES.get(code, _CURE)}"
    state = str(getattr(cause, "sqlstate", None) or "")
    cure = _POSTGRESQL_CURES.get(state) or _POSTGRESQL_CURES.get(state[:2], _CURE)
    # One line, and never the statement's parameters: they hold numbers and names of callers.
    said = _ARGUMENT.sub(r"\1", " ".join(str(cause).split()))
    return f"{said[:300]}; {cure}"


def _shows_rows(error: Exception) -> bool:
    """PostgreSQL's own error, the last in the chain, says which key of which row is taken."""
    return isinstance(error, DBAPIError) and not isinstance(error.orig, sqlite3.Error)


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
        cause = None if _shows_rows(error) else error
        raise StoreError(f"could not {doing}: {_explain(error)}") from cause
