"""The database refuses, is deleted, its disk is full: no caller notices, and afterwards every fact
of every call is on record once."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from callserver.testing.phone import SoftCall
from tests.faults import faults
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, House, open_house

FAULT_S = 10.0
RESUMED = ("step_entered",)


async def a_talk_and_a_caller_who_leaves(house: House) -> None:
    """Two whole calls: boris talks with one customer; another one waits, hears music, gives up."""
    customer, agent = await house.talking("boris")
    waiter = await house.waiting_customer()
    await faults.somebody_waits(house)
    await waiter.hears_sound()
    await waiter.hang_up()
    await customer.hears(AGENT_HZ)
    await agent.hears(CUSTOMER_HZ)
    await customer.hang_up()
    assert await agent.ended() == 200
    await house.agent_is("boris", "ready")


async def long_talk(house: House) -> tuple[SoftCall, SoftCall]:
    await house.rig.api.put("/api/v1/agents/boris/state", {"state": "paused", "reason": "break"})
    pair = await house.talking("alice")
    await house.rig.agent_is_ready("boris")
    return pair


async def whole_stories(house: House, extra: tuple[str, ...] = ()) -> None:
    """Three conversations and two callers who left, each with all its facts, once; ``extra`` are
    those that a restart adds."""
    records = await house.records(5, within=30)
    talks = [one for one in records if one["result"] == "answered"]
    left = [one for one in records if one["result"] == "abandoned"]
    assert [one["reason"] for one in talks] == ["customer_hung_up"] * 3
    assert [one["reason"] for one in left] == ["in_queue"] * 2
    assert Counter(one["agent"] for one in talks) == {"boris": 2, "alice": 1}
    for one in talks:
        await house.recording(one["id"])
        assert one["talked_s"] > 0.5
        assert len(one["legs"]) == 2
    assert all(one["waited_s"] > 0.3 for one in left)
    calm, *others = [await faults.story(house, one["id"]) for one in talks]
    for other in others:
        assert calm - other == Counter()
        assert set(other - calm) <= set(extra)
    calm, other = [await faults.story(house, one["id"]) for one in left]
    assert other == calm
    assert faults.facts_twice(house) == []
    assert await faults.metric(house, "callserver_facts_lost_total") == 0
    await faults.all_is_delivered(house)


@pytest.mark.parametrize("fault", [faults.locked, faults.unwritable, faults.deleted, faults.full])
async def test_calls_go_on_and_every_fact_is_on_record_afterwards(
    tmp_path: Path, fault: faults.Fault
) -> None:
    async with AsyncExitStack() as stack:
        settings = stack.enter_context(faults.small_disk(tmp_path)) if fault is faults.full else {}
        house = await stack.enter_async_context(open_house(tmp_path, settings))
        await house.agent("boris")
        await a_talk_and_a_caller_who_leaves(house)
        await house.agent("alice")
        customer, agent = await long_talk(house)
        with fault(house):
            until = asyncio.get_running_loop().time() + FAULT_S
            await a_talk_and_a_caller_who_leaves(house)
            await customer.hears(AGENT_HZ)
            await agent.hears(CUSTOMER_HZ)
            if fault is not faults.deleted:
                await faults.is_ready(house, ready=False, within=8)
                assert await faults.metric(house, "callserver_journal_backlog") > 0
                await asyncio.sleep(until - asyncio.get_running_loop().time())
        await customer.hears(AGENT_HZ)
        await customer.hang_up()
        assert await agent.ended() == 200
        await faults.is_ready(house, ready=True, within=10)
        await whole_stories(house)
        await house.is_quiet()


async def test_readyz_says_what_is_wrong_and_what_helps(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        with faults.locked(house):
            call = await house.customer()
            await call.answered()
            await faults.is_ready(house, ready=False, within=8)
            assert "has not answered" in await faults.degraded(house) or "locked" in (
                await faults.degraded(house)
            )
            await call.hang_up()
        await faults.is_ready(house, ready=True, within=10)
        assert len(await house.records()) == 1


async def test_a_fault_is_noticed_while_nobody_calls(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        with faults.locked(house):
            await faults.is_ready(house, ready=False, within=10)
        await faults.is_ready(house, ready=True, within=10)
        faults.database(house).unlink()
        await house.agent("alice")
        assert faults.rows(house, "SELECT username FROM agents") == [("alice",)]
        assert faults.rows(house, "SELECT name FROM tokens") == [("rig",)]


async def test_a_controller_killed_while_the_database_is_locked_has_lost_nothing(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("boris")
        await a_talk_and_a_caller_who_leaves(house)
        await house.agent("alice")
        customer, agent = await long_talk(house)
        with faults.locked(house):
            await a_talk_and_a_caller_who_leaves(house)
            await house.rig.kill()
        await house.rig.run()
        await faults.earlier_forkers_came_back(house, 1)
        await customer.hears(AGENT_HZ)
        await customer.hang_up()
        assert await agent.ended() == 200
        await whole_stories(house, extra=RESUMED)


async def test_a_server_starts_and_takes_calls_while_the_database_is_locked(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("boris")
        await a_talk_and_a_caller_who_leaves(house)
        await house.agent("alice")
        customer, agent = await long_talk(house)
        with faults.locked(house):
            await house.rig.kill()
            await house.rig.launch()
            await faults.is_ready(house, ready=False, within=30)
            await house.agent_is("boris", "ready")
            await a_talk_and_a_caller_who_leaves(house)
            await customer.hears(AGENT_HZ)
            await house.rig.kill()
        await house.rig.run()
        await faults.earlier_forkers_came_back(house, 2)
        await customer.hang_up()
        assert await agent.ended() == 200
        await whole_stories(house, extra=RESUMED)
