"""Where calls and agents are after a restart."""

from dataclasses import replace

import pytest

from callserver.call import restore
from callserver.call.folds import Folds
from callserver.call.talk import Talk
from callserver.model import facts as f
from callserver.model.agent import AgentState
from callserver.model.call import Leg, Phase
from callserver.model.people import AgentAccount
from callserver.testing.store import MemoryStore
from tests.call.calls import offered, whole

TALKING = restore.Place(None, 2, 104.0, agent="alice")


@pytest.mark.parametrize(
    ("facts", "phase", "place"),
    [
        (1, Phase.ARRIVING, restore.Place()),
        (4, Phase.FLOW, restore.Place()),
        (5, Phase.QUEUED, restore.Place("support", 2, 104.0)),
        (6, Phase.RINGING, restore.Place("support", 2, 104.0, ("boris",))),
        (7, Phase.QUEUED, restore.Place("support", 2, 104.0)),
        (9, Phase.RINGING, restore.Place("support", 2, 104.0, ("alice",))),
        (10, Phase.RINGING, restore.Place(None, 2, 104.0, ("alice",))),
        (11, Phase.TALKING, replace(TALKING, talk=Talk(Leg.AGENT, "alice"))),
        (13, Phase.FLOW, restore.Place(None, 2, 104.0)),
    ],
)
@pytest.mark.parametrize("stored", [0, 3, 14])
async def test_a_call_is_where_its_last_fact_brought_it(
    facts: int, phase: Phase, place: restore.Place, stored: int
) -> None:
    """Whether the store has all of them or the spool has some."""
    store = MemoryStore()
    await store.open()
    all_facts = whole("c1")[:facts]
    before, later = all_facts[:stored], all_facts[stored:]
    await store.append(before, await Folds(store).after(before))
    (call,) = (await restore.read(store, later)).calls
    assert (call.record.phase, call.place) == (phase, place)
    assert call.record.id == "c1"
    if facts > 2:
        record = call.record
        assert (record.flow, record.flow_version, record.step) == ("support", "v1", "welcome")


async def test_calls_that_ended_are_not_restored_and_the_others_come_oldest_first() -> None:
    store = MemoryStore()
    await store.open()
    before = [*whole("c1"), *whole("c2")[:5], offered("c4")]
    await store.append(before, await Folds(store).after(before))
    later: list[f.Fact] = [*whole("c2")[5:], offered("c3"), f.DigitPressed("unknown", 1.0, "1")]
    restored = await restore.read(store, later)
    assert [call.record.id for call in restored.calls] == ["c3", "c4"]


async def test_agents_are_in_their_last_state_since_its_beginning() -> None:
    store = MemoryStore()
    await store.open()
    for name in ("alice", "boris"):
        await store.save_agent(AgentAccount(name, name, (), "", "", 0.0))
    await store.append(
        [
            f.AgentChanged("alice", 1.0, AgentState.READY, "", None),
            f.AgentChanged("boris", 2.0, AgentState.PAUSED, "lunch", None),
        ],
        {},
    )
    wrap_up = f.AgentChanged("alice", 3.0, AgentState.WRAP_UP, "", None)
    restored = await restore.read(store, [wrap_up])
    assert [(one.agent, one.state, one.at) for one in restored.agents] == [
        ("alice", AgentState.WRAP_UP, 3.0),
        ("boris", AgentState.PAUSED, 2.0),
    ]
