"""An import in its own process, on a real database: what it tells, and that it ends with us."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from callserver.crm.import_process import ImportProcess
from callserver.model.errors import ImportBroken
from callserver.model.imports import Mistake, Report, Tally, Wish
from callserver.store import SqlStore
from tests.databases import only_sqlite

ROWS = 600
HEAD = "number,name,company\n"
GOOD = "".join(f"2000{n:04},Jane {n},Bērzs\n" for n in range(ROWS))


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(database_url)
    await store.open()
    yield store
    await store.close()


async def carry_out(
    url: str, folder: Path, table: str, mistakes: str = "mistakes.ndjson"
) -> list[Report]:
    file, told = folder / "table.csv", list[Report]()
    await asyncio.to_thread(file.write_text, table, encoding="utf-8")
    run = ImportProcess(url, "LV")
    async with asyncio.timeout(60):
        await run(Wish(1, "token:1"), file, folder / mistakes, told.append)
    return told


async def test_it_takes_in_a_table_beside_us_and_a_second_time_changes_nothing(
    tmp_path: Path, store: SqlStore, database_url: str
) -> None:
    table = HEAD + GOOD + "hello,Jo,\n"
    told = await carry_out(database_url, tmp_path, table)
    size = len(table.encode())
    wrong = Mistake(
        ROWS + 2, "number", "`hello` is no telephone number", "write it as +37120000001"
    )
    assert [report.tally.rows for report in told] == [500, ROWS + 1, ROWS + 1]
    assert told[-1] == Report(Tally(size, ROWS + 1, ROWS, 0, 0, 1), (wrong,))
    lines = await asyncio.to_thread((tmp_path / "mistakes.ndjson").read_bytes)
    assert msgspec.json.decode(lines, type=Mistake) == wrong
    found = await store.customers.contact("+37120000007")
    assert found is not None
    assert found.name == "Jane 7"
    table += '20009999,Last,\n"' + "x" * (1 << 20)
    again = (await carry_out(database_url, tmp_path, table))[-1]
    assert (again.tally.rows, again.tally.same, again.tally.new) == (ROWS + 2, ROWS, 1)
    assert f"line {ROWS + 4}: " in again.trouble
    assert await store.customers.contact("+37120009999"), "what came before it is in"


@only_sqlite
@pytest.mark.usefixtures("store")
async def test_whoever_is_cancelled_leaves_no_process_and_a_broken_one_says_so(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = list[asyncio.subprocess.Process]()
    real = asyncio.create_subprocess_exec

    async def start(*arguments: str, **how: int) -> asyncio.subprocess.Process:
        started.append(await real(*arguments, **how))  # type: ignore[arg-type]
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    work = asyncio.create_task(carry_out(database_url, tmp_path, HEAD + GOOD * 50))
    async with asyncio.timeout(10):
        while not started:  # noqa: ASYNC110 - the process is all there is to see
            await asyncio.sleep(0.01)
    work.cancel()
    await asyncio.wait([work])
    assert started[0].returncode == -9
    with pytest.raises(ImportBroken, match="ended with 1"):
        await carry_out(database_url, tmp_path, HEAD, "not/there")
