"""Following the journal on a real file."""

import pytest

from callserver.model.agent import AgentState
from callserver.model.facts import AgentChanged, CallAnswered, DigitPressed, Fact, QueueLeft
from callserver.model.following import FactFilter
from callserver.store import SqlStore, following
from tests.store.samples import call

FACTS: list[Fact] = [
    CallAnswered("1", 1.0),
    AgentChanged("alice", 2.0, AgentState.READY, "", None),
    QueueLeft("2", 3.0, "sales", 4.0),
    DigitPressed("1", 4.0, "5"),
    DigitPressed("2", 5.0, "6"),
]
TABLE = [
    (FactFilter(), [1, 2, 3, 4, 5]),
    (FactFilter(kinds=["DigitPressed"]), [4, 5]),
    (FactFilter(kinds=["DigitPressed"], call="2"), [5]),
    (FactFilter(but=["DigitPressed"]), [1, 2, 3]),
    (FactFilter(agent="alice"), [2]),
    (FactFilter(queue="support"), [1, 4]),
    (FactFilter(queue="sales"), [3]),
    (FactFilter(queue="billing"), []),
]


@pytest.mark.parametrize(("wanted", "numbers"), TABLE)
async def test_what_is_wanted_comes_in_order_with_its_numbers(
    store: SqlStore, wanted: FactFilter, numbers: list[int]
) -> None:
    assert await store.last_number() == 0
    await store.append(FACTS, {"1": call("1", queue="support")})
    assert await store.last_number() == 5
    passage = await store.facts_after(0, wanted)
    assert [number for number, _ in passage.facts] == numbers
    assert [fact for _, fact in passage.facts] == [FACTS[number - 1] for number in numbers]
    assert passage.read_to == 5
    later = await store.facts_after(3, wanted)
    assert [number for number, _ in later.facts] == [n for n in numbers if n > 3]
    assert (await store.facts_after(5, wanted)).read_to == 5


async def test_a_long_absence_is_read_in_parts(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "WINDOW", 2)
    await store.append(FACTS, {})
    number, seen = 0, []
    while (passage := await store.facts_after(number, FactFilter(call="2"))).read_to > number:
        number = passage.read_to
        seen.append([one for one, _ in passage.facts])
    assert seen == [[], [3], [5]]


async def test_who_follows_is_told_of_every_write_with_facts(store: SqlStore) -> None:
    told = []
    store.on_facts = lambda: told.append(1)
    await store.append(FACTS, {})
    await store.append([], {"1": call("1")})
    assert told == [1]
