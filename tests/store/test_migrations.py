"""Databases of every age become what the code expects."""

import asyncio
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from callserver.model.errors import StoreError
from callserver.store import SqlStore
from callserver.store.migrate import alembic_config, migrate
from callserver.store.schema_hooks import metadata
from tests.databases import only_sqlite
from tests.store.samples import call


def revisions() -> list[str]:
    with create_engine("sqlite://").connect() as connection:
        script = ScriptDirectory.from_config(alembic_config(connection))
        return [revision.revision for revision in script.walk_revisions()][::-1]


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Each database keeps the index of a search in its own way."""
    return not (name or "").startswith(("search_index", "search_docs_words"))


def difference(connection: Connection) -> list[object]:
    opts = {"compare_type": True, "include_name": _is_ours}
    context = MigrationContext.configure(connection, opts=opts)
    return list(compare_metadata(context, metadata))


@pytest.mark.parametrize("start", ["base", *revisions()])
def test_from_every_earlier_version_to_exactly_the_tables_of_the_code(
    tmp_path: Path, start: str
) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        if start != "base":
            command.upgrade(alembic_config(connection), start)
    with engine.begin() as connection:
        migrate(connection)
    with engine.begin() as connection:
        assert difference(connection) == []
    engine.dispose()


def test_the_comparison_would_see_a_forgotten_column(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        migrate(connection)
        connection.exec_driver_sql("ALTER TABLE agents ADD COLUMN shoe_size INTEGER")
        assert len(difference(connection)) == 1
    engine.dispose()


async def test_what_was_written_is_there_after_the_next_open(url: str) -> None:
    for expected in (None, call("1")):
        store = SqlStore(url)
        await store.open()
        assert await store.call("1") == expected
        await store.append([], {"1": call("1")})
        await store.close()


async def test_two_may_open_a_new_database_at_once(url: str) -> None:
    stores = [SqlStore(url), SqlStore(url)]
    await asyncio.gather(*(store.open() for store in stores))
    await asyncio.gather(*(store.ping() for store in stores))
    for store in stores:
        await store.close()


async def test_a_database_of_a_newer_version_is_refused_and_not_touched(
    url: str,
) -> None:
    store = SqlStore(url)
    await store.open()
    async with store._database.writing("be newer") as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    store = SqlStore(url)
    with pytest.raises(StoreError, match=r"has version 9999, .* install the newer"):
        await store.open()
    await store.close()


@only_sqlite
@pytest.mark.usefixtures("store")
def test_the_files_are_for_this_user_alone(tmp_path: Path) -> None:
    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.glob("callserver.db*")}
    assert modes == dict.fromkeys(
        ("callserver.db", "callserver.db-wal", "callserver.db-shm"), 0o600
    )
