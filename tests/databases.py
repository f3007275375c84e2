"""What tests need to know of the two kinds of databases."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""About its file."""


def empty_database(request: pytest.FixtureRequest) -> str:
    """What goes into ``store.url`` for the kind that is the fixture's parameter."""
    if request.param == "sqlite":
        folder: Path = request.getfixturevalue("tmp_path")
        return f"sqlite+aiosqlite:///{folder / 'callserver.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@asynccontextmanager
async def held(url: str) -> AsyncIterator[None]:
    """Somebody else has the database: a backup, an operator's shell."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(where.database or "", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
        return
    operator = await asyncpg.connect(
        host=where.query["host"], port=where.query["port"], user="admin", database=where.database
    )
    try:
        async with operator.transaction():
            await operator.execute("LOCK TABLE alembic_version, journal IN EXCLUSIVE MODE")
            yield
    finally:
        await operator.close()
