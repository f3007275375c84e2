"""What the store says when the world below it breaks: always ``StoreError``, always with a cure."""

import asyncio
import sqlite3
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from callserver.model.errors import StoreError
from callserver.model.facts import DigitPressed
from callserver.store import SqlStore
from tests.databases import held, only_sqlite
from tests.store.samples import call

FACTS = [DigitPressed("1", float(n), "5") for n in range(100)]


async def test_a_locked_database_is_given_up_in_time_and_written_when_it_is_free(
    store: SqlStore, url: str
) -> None:
    async with held(url):
        started = time.monotonic()
        with pytest.raises(StoreError, match=r"write to the journal: .*lock.*; another process"):
            await store.append(FACTS, {})
        assert 0.2 < time.monotonic() - started < 5, "so long SQLite waits if it is not told"
        assert await store.timeline("1") == []  # reading goes on meanwhile
    await store.append(FACTS, {})
    assert await store.timeline("1") == FACTS


@only_sqlite
async def test_a_new_database_that_is_locked_at_the_start_is_given_up_in_time(
    url: str, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "callserver.db", isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("BEGIN EXCLUSIVE")
    late = SqlStore(url, busy_timeout_s=0.2)
    with pytest.raises(StoreError, match=r"could not bring the database up to date: .*locked"):
        await late.open()
    other.close()
    await late.open()
    await late.close()


@pytest.mark.usefixtures("store")
async def test_a_database_that_is_up_to_date_is_opened_even_while_it_is_locked(
    url: str,
) -> None:
    late = SqlStore(url, busy_timeout_s=0.2)
    async with held(url):
        await late.open()
        assert await late.agents() == []
        with pytest.raises(StoreError, match="another process"):
            await late.ping()
    await late.ping()
    await late.close()


async def test_the_loop_goes_on_while_the_database_is_locked(store: SqlStore, url: str) -> None:
    turns = 0
    async with held(url):
        append = asyncio.create_task(store.append(FACTS, {}))
        while not append.done():
            await asyncio.sleep(0.01)
            turns += 1
        with pytest.raises(StoreError):
            await append
    assert turns >= 10  # of the 30 in the busy timeout of 0.3 s


@only_sqlite
async def test_a_full_disk_fails_whole_and_recovers(store: SqlStore) -> None:
    writer = store._database._writer
    async with writer.connect() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    big = [DigitPressed("1", 1.0, "5" * 10000) for _ in range(10)]
    with pytest.raises(StoreError, match="full; free space"):
        await store.append(big, {"1": call("1")})
    assert await store.call("1") is None
    async with writer.connect() as connection:
        await connection.execute(text("PRAGMA max_page_count = 1000000"))
    await store.append(big, {"1": call("1")})
    assert await store.timeline("1") == big


@only_sqlite
async def test_a_database_that_may_only_be_read_says_so(store: SqlStore, tmp_path: Path) -> None:
    reader = SqlStore(f"sqlite+aiosqlite:///file:{tmp_path / 'callserver.db'}?mode=ro&uri=true")
    with pytest.raises(StoreError, match="readonly database; make the database file"):
        await reader.ping()
    assert await reader.agents() == []
    await reader.close()


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "photo.db").write_bytes(b"\x89PNG" * 300)
    store = SqlStore(f"sqlite+aiosqlite:///{tmp_path / 'photo.db'}")
    with pytest.raises(StoreError, match="no database"):
        await store.open()
    await store.close()


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = SqlStore(f"sqlite+aiosqlite:///{tmp_path / 'file' / 'callserver.db'}")
    with pytest.raises(StoreError, match=r"could not make the database file .*file/callserver.db"):
        await store.open()
    await store.close()


async def test_a_postgresql_that_is_away_is_a_store_error_without_the_password() -> None:
    store = SqlStore("postgresql+asyncpg://me:s3cret@127.0.0.1:1/callserver", busy_timeout_s=1)
    with pytest.raises(StoreError, match="could not open the database") as caught:
        await store.open()
    assert "s3cret" not in str(caught.value)
    await store.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("callserver.db", "no database URL; write sqlite"),
        ("sqlite:///callserver.db", "write sqlite\\+aiosqlite"),
        ("oracledb2://x", "write sqlite\\+aiosqlite"),
        ("sqlite+aiosqlite://", "must be a file"),
        ("sqlite+aiosqlite:///:memory:", "must be a file"),
    ],
)
def test_a_wrong_url_is_refused_with_the_right_form(url: str, message: str) -> None:
    with pytest.raises(StoreError, match=message):
        SqlStore(url)


async def test_no_caller_stands_in_an_error(store: SqlStore) -> None:
    orphan = call("1", number="+37120000012")
    async with store._database._writer.begin() as connection:
        await connection.execute(text("DROP TABLE legs"))
        await connection.execute(text("DROP TABLE recordings"))
        await connection.execute(text("DROP TABLE calls"))
    with pytest.raises(StoreError, match=r"no such table: calls|relation .calls. does") as caught:
        await store.append([], {"1": orphan})
    assert "20000012" not in str(caught.value)
    assert "20000012" not in str(caught.value.__cause__)
