"""Every fact is in the store exactly once, whatever is sent again; what a restart asks for."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from callserver.model.agent import AgentState
from callserver.model.call import Ending, Reason, Result
from callserver.model.errors import StoreBehind
from callserver.model.facts import AgentChanged, DigitPressed, Fact
from callserver.model.people import AgentAccount
from callserver.model.store_ports import Mark
from callserver.store import SqlStore
from callserver.store.calls import last_changes
from tests.databases import only_sqlite
from tests.store.samples import call, sample


def digits(first: int, last: int) -> list[Fact]:
    return [DigitPressed("1", float(n), "5") for n in range(first, last + 1)]


async def test_a_batch_that_is_sent_twice_is_written_once(store: SqlStore) -> None:
    for _ in range(3):
        await store.append(digits(1, 10), {"1": call("1")}, Mark("run", 0, 10))
    await store.append(digits(11, 12), {}, Mark("run", 10, 12))
    assert await store.timeline("1") == digits(1, 12)
    assert await store.marked("run") == 12


async def test_each_run_has_its_own_numbers(store: SqlStore) -> None:
    await store.append(digits(1, 3), {}, Mark("first", 0, 3))
    await store.append(digits(4, 5), {}, Mark("second", 0, 2))
    assert await store.timeline("1") == digits(1, 5)
    assert [await store.marked(run) for run in ("first", "second", "third")] == [3, 2, 0]


@pytest.mark.parametrize(
    ("mark", "where"), [(Mark("run", 7, 9), 5), (Mark("run", 3, 9), 5), (Mark("other", 1, 2), 0)]
)
async def test_a_gap_or_an_overlap_is_refused_with_the_place_and_leaves_nothing(
    store: SqlStore, mark: Mark, where: int
) -> None:
    await store.append(digits(1, 5), {}, Mark("run", 0, 5))
    with pytest.raises(StoreBehind) as caught:
        await store.append(digits(6, 9), {"2": call("2")}, mark)
    assert caught.value.number == where
    assert await store.timeline("1") == digits(1, 5)
    assert await store.call("2") is None


async def test_the_last_change_of_each_agent_who_has_an_account(store: SqlStore) -> None:
    account = sample(AgentAccount, full=True)
    for name in ("boris", "alice", "new"):
        await store.save_agent(replace(account, username=name))
    changes = [
        AgentChanged("alice", 1.0, AgentState.READY, "", None),
        AgentChanged("boris", 2.0, AgentState.TALKING, "", "c1"),
        AgentChanged("gone", 3.0, AgentState.READY, "", None),
        AgentChanged("alice", 4.0, AgentState.PAUSED, "lunch", None),
    ]
    await store.append([*changes, DigitPressed("1", 9.0, "5")], {})
    assert await store.last_agent_changes() == [changes[3], changes[1]]


@only_sqlite
async def test_the_last_changes_are_found_by_the_index_however_long_the_journal_is(
    store: SqlStore,
) -> None:
    async with store._database.reading("look") as connection:
        plan = await connection.execute(text(f"EXPLAIN QUERY PLAN {last_changes}"))
        steps = [str(row) for row in plan]
    assert any("journal_agent (agent=?)" in step for step in steps)
    assert not any("SCAN journal" in step for step in steps)


async def test_endings_are_counted_by_how(store: SqlStore) -> None:
    lost = Ending(Result.ABANDONED, Reason.IN_QUEUE)
    served = Ending(Result.ANSWERED, Reason.AGENT_HUNG_UP)
    records = [call(str(n), ending=served) for n in range(3)]
    records += [call("x", ending=lost), call("running")]
    await store.append([], {record.id: record for record in records})
    assert await store.ending_counts() == {served: 3, lost: 1}
