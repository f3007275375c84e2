"""Out of the queue by key, by time, and because the queue says so, over real calls."""

from pathlib import Path

from callserver.testing.rig import eventually
from tests.restart.test_controller_dies import die_and_return
from tests.restart.test_flow_steps import facts, new_flow
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, open_house

FLOW = """
start: wait
steps:
  wait: {queue: support, keys: {1: again}, timeout_s: 8, timeout: late, refused: refused, next: bye}
  again: {queue: support, priority: 1, next: bye}
  late: {hangup: unwanted}
  refused: {hangup: closed}
  bye: {hangup: {}}
"""


async def test_key_leads_out_while_a_phone_rings_and_the_place_is_kept(tmp_path: Path) -> None:
    async with open_house(tmp_path, {"agents": {"ring_timeout_s": 20.0}}) as house:
        await new_flow(house, FLOW)
        phone = await house.agent("alice")
        caller = await house.customer()
        await caller.answered()
        await caller.tone(CUSTOMER_HZ)
        first = await phone.incoming()
        await caller.digits("1")
        await first.ended(timeout=5)
        second = await phone.incoming()
        await second.answer()
        await second.tone(AGENT_HZ)
        await caller.hears(AGENT_HZ)
        await second.hang_up()
        assert await caller.ended(timeout=5) == 200
        record = await house.record()
        assert (record["result"], record["agent"]) == ("answered", "alice")
        one, two = await facts(house, "queue_joined")
        assert (one["entered_at"], one["priority"], two["priority"]) == (two["entered_at"], 0, 1)
        await house.agent_is("alice", "ready")
        await house.is_quiet()


async def test_time_goes_on_counting_when_the_controller_dies(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await new_flow(house, FLOW)
        caller = await house.customer()
        await caller.answered()
        await house.call_is("queued")
        await eventually(
            lambda: facts(house, "queue_joined"), lambda found: len(found) == 1, within=5
        )
        await die_and_return(house, after_s=1.0)
        assert await caller.ended(timeout=10) == 200
        record = await house.record()
        assert record["reason"] == "unwanted"
        assert 7.5 < record["waited_s"] < 11
        await house.is_quiet()


async def test_queue_that_nobody_serves_refuses(tmp_path: Path) -> None:
    rules = {"queues": {"support": {"join_needs": "signed_in"}}}
    async with open_house(tmp_path, rules) as house:
        await new_flow(house, FLOW)
        caller = await house.customer()
        assert await caller.ended(timeout=10) == 200
        assert (await house.record())["reason"] == "closed"
        await house.is_quiet()
