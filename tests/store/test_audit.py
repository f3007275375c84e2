"""The audit log on a real file: a fold of the journal, quick to ask."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from callserver.model.facts import Audited, CallAnswered, Outcome
from callserver.model.store_ports import AuditFilter, Mark
from callserver.store import SqlStore
from tests.databases import only_sqlite


def entry(number: int, **changes: Any) -> Audited:
    values: dict[str, Any] = {
        "actor": "token:t1",
        "role": "qa",
        "action": "recordings.audio",
        "target": f"recordings/r{number}",
        "remote": "192.0.2.1",
        "outcome": Outcome.DONE,
    }
    return Audited(id=f"a{number}", at=1000.0 + number, **{**values, **changes})


async def ids(store: SqlStore, **wanted: Any) -> list[str]:
    return [one.id for one in await store.audit(AuditFilter(**wanted))]


async def test_entries_come_back_as_they_were_newest_first_in_pages(store: SqlStore) -> None:
    entries = [entry(number) for number in range(5)]
    await store.append([entries[0], CallAnswered("c", 1.0), *entries[1:]], {})
    assert list(await store.audit(AuditFilter())) == entries[::-1]
    assert await ids(store, limit=2) == ["a4", "a3"]
    assert await ids(store, limit=2, before="a3") == ["a2", "a1"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"actor": "cli:root"}, ["a2", "a1"]),
        ({"actor": "cli:root", "action": "agents.create"}, ["a1"]),
        ({"target": "recordings/r0"}, ["a0"]),
        ({"action": "agents.%"}, []),
        ({"since": 1001.0, "until": 1003.0}, ["a2", "a1"]),
        ({"since": 2000.0}, []),
    ],
)
async def test_filters(store: SqlStore, wanted: dict[str, Any], found: list[str]) -> None:
    made = [
        entry(0),
        entry(1, actor="cli:root", action="agents.create"),
        entry(2, actor="cli:root"),
        entry(3),
    ]
    await store.append(made, {})
    assert await ids(store, **wanted) == found


async def test_an_entry_written_twice_is_there_once(store: SqlStore) -> None:
    await store.append([entry(1)], {}, Mark("run", 0, 1))
    await store.append([entry(1)], {}, Mark("run", 0, 1))
    await store.append([entry(1)], {})
    assert await ids(store) == ["a1"]


@only_sqlite
async def test_no_question_reads_the_whole_log(store: SqlStore, tmp_path: Path) -> None:
    await store.append([entry(1)], {})
    connection = sqlite3.connect(tmp_path / "callserver.db")
    for column in ("actor", "action", "target"):
        asked = f"SELECT * FROM audit WHERE {column} = 'x' AND id < 'y' ORDER BY id DESC LIMIT 50"  # noqa: S608 - fixed words
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {asked}"))
        assert f"audit_{column}" in plan and "SCAN" not in plan and "TEMP" not in plan
    connection.close()
