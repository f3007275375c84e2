"""Somebody deletes the file of the database, or puts another one there, while the server runs."""

import asyncio
import shutil
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from callserver.model.errors import StoreError
from callserver.model.facts import DigitPressed, Fact
from callserver.model.people import AgentAccount, Token
from callserver.model.store_ports import CallFilter
from callserver.store import SqlStore
from callserver.store.sql import Remembered
from tests.databases import only_sqlite
from tests.store.samples import call, sample

FACTS: list[Fact] = [DigitPressed("1", float(n), "5") for n in range(50)]


def delete(folder: Path, *suffixes: str) -> None:
    for suffix in suffixes or ("", "-wal", "-shm"):
        (folder / f"callserver.db{suffix}").unlink()


@only_sqlite
@pytest.mark.parametrize("suffixes", [("",), ("", "-wal"), ("", "-wal", "-shm"), ("", "-shm")])
async def test_a_deleted_file_is_made_again_at_once_and_kept_by_the_next_open(
    store: SqlStore, url: str, tmp_path: Path, suffixes: tuple[str, ...]
) -> None:
    await store.append(FACTS, {"1": call("1")})
    delete(tmp_path, *suffixes)
    assert await store.timeline("1") == []
    await store.append(FACTS[:3], {"1": call("1")})
    assert await store.timeline("1") == FACTS[:3]
    await store.close()
    again = SqlStore(url)
    await again.open()
    assert await again.timeline("1") == FACTS[:3]
    await again.close()


async def test_a_deleted_folder_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    store = SqlStore(f"sqlite+aiosqlite:///{folder / 'callserver.db'}")
    await store.open()
    await store.append(FACTS, {})
    shutil.rmtree(folder)
    await store.append(FACTS[:1], {})
    assert await store.timeline("1") == FACTS[:1]
    await store.close()


@only_sqlite
async def test_people_the_server_knows_go_into_the_new_file_before_anybody_reads_it(
    store: SqlStore, tmp_path: Path
) -> None:
    alice, token = sample(AgentAccount, full=True), sample(Token, full=True)
    store.remembered = lambda: Remembered((alice,), (token,))
    delete(tmp_path)
    accounts, tokens = await asyncio.gather(store.agents(), store.tokens())
    assert (accounts, tokens) == ([alice], [token])


@only_sqlite
async def test_a_backup_put_in_its_place_is_read_as_it_is(store: SqlStore, tmp_path: Path) -> None:
    store.remembered = lambda: Remembered((sample(AgentAccount, full=True),))
    backup = SqlStore(f"sqlite+aiosqlite:///{tmp_path / 'backup.db'}")
    await backup.open()
    await backup.append(FACTS[:7], {"1": call("1")})
    await backup.close()
    await store.append(FACTS, {"2": call("2")})
    (tmp_path / "backup.db").rename(tmp_path / "callserver.db")
    assert await store.timeline("1") == FACTS[:7]
    assert [record.id for record in await store.calls(CallFilter())] == ["1"]
    assert await store.agents() == []
    await store.append(FACTS[7:], {})
    assert await store.timeline("1") == FACTS


async def test_while_the_new_file_cannot_be_made_every_door_says_why_and_then_it_is_made(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "var"
    store = SqlStore(f"sqlite+aiosqlite:///{folder / 'callserver.db'}")
    await store.open()
    shutil.rmtree(folder)
    folder.write_text("somebody's file")
    for ask in (store.ping, store.agents):
        with pytest.raises(StoreError, match=r"Not a directory|File exists"):
            await ask()
    folder.unlink()
    await store.append(FACTS, {})
    assert await store.timeline("1") == FACTS
    await store.close()


@only_sqlite
async def test_those_who_read_and_write_while_it_is_deleted_go_on(
    store: SqlStore, tmp_path: Path
) -> None:
    """Many at once, deleted again and again: nobody is left hanging, and no two files mix."""

    async def work(name: str) -> int:
        refused = 0
        for _ in range(40):
            try:
                await store.append([DigitPressed(name, 1.0, "1")], {name: call(name)})
                await store.timeline(name)
            except StoreError:
                refused += 1
        return refused

    workers = [asyncio.create_task(work(f"c{n}")) for n in range(6)]
    for _ in range(5):
        await asyncio.sleep(0.05)
        with suppress(FileNotFoundError):  # it is being made again
            delete(tmp_path, "")
    async with asyncio.timeout(20):
        refused = await asyncio.gather(*workers)
    assert sum(refused) <= 5 * 6  # once each for every deletion
    last = [DigitPressed("last", 1.0, "9")]
    await store.append(last, {"last": call("last")})
    assert await store.timeline("last") == last


@only_sqlite
async def test_neither_threads_nor_files_pile_up(store: SqlStore, tmp_path: Path) -> None:
    def resources() -> tuple[int, int]:
        return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))

    before = (0, 0)
    for turn in range(8):
        delete(tmp_path, "")
        await store.append(FACTS, {})
        await store.timeline("1")
        if turn == 1:
            before = resources()
    assert resources() <= before
