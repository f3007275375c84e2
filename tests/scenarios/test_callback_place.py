"""Who hangs up keeps the place: five in a queue, the third presses the key."""

import asyncio
import os
import signal
from pathlib import Path

from callserver.testing.phone import Phone, SoftCall
from callserver.testing.rig import eventually
from tests.restart.test_flow_steps import new_flow
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, House
from tests.scenarios.test_agents_call import OUTSIDE
from tests.scenarios.test_callbacks import asks, call_centre, outcomes, request_is, talk

FLOW = """
start: wait
steps:
  wait: {queue: support, keys: {1: call_me}, next: bye}
  call_me: {callback: {queue: support, offer: false}, next: bye, otherwise: wait}
  bye: {hangup: {}}
"""


async def five_wait(house: House, outside: Phone) -> list[SoftCall]:
    """One after the other; the third calls from the phone that is called back."""
    callers = []
    for place in range(1, 6):
        if place == 3:
            call = await outside.call(f"sip:100@{house.rig.sip}", number=OUTSIDE, name="Jane Doe")
        else:
            call = await house.customer()
        await call.answered()
        await call.tone(CUSTOMER_HZ)
        await house.call_is("queued", position=place)
        callers.append(call)
    return callers


async def serve(house: House) -> SoftCall:
    """Alice takes the next call."""
    taken = await house.phones["alice"].incoming()
    await taken.answer()
    await taken.tone(AGENT_HZ)
    return taken


async def positions(house: House) -> list[bool]:
    """Who waits, from the head on: whether they are to be called back."""
    (queue,) = (await house.rig.api.get("/api/v1/queues"))["items"]
    return [one["callback"] for one in queue["waiting"]]


async def test_who_calls_in_again_has_the_place_held_and_is_not_called_back(
    tmp_path: Path,
) -> None:
    async with call_centre(tmp_path) as (house, outside):
        paused = {"state": "paused", "reason": "lunch"}
        await house.rig.api.put("/api/v1/agents/alice/state", paused)
        request = await asks(house)
        first = await house.waiting_customer()
        await house.call_is("queued")
        theirs = await outside.call(f"sip:100@{house.rig.sip}", number=OUTSIDE, name="Jane Doe")
        await theirs.answered()
        await theirs.tone(CUSTOMER_HZ)
        await theirs.digits("1")
        await house.call_is("queued", position=1)
        await house.rig.agent_is_ready("alice")
        alice = await serve(house)
        assert alice.number == OUTSIDE, "they asked before the other one called"
        await asyncio.gather(theirs.hears(AGENT_HZ), alice.hears(CUSTOMER_HZ))
        await alice.hang_up()
        done = await request_is(house, request, "returned")
        assert done["attempts"] == []
        alice = await serve(house)
        await first.hears(AGENT_HZ)
        await alice.hang_up()
        await first.ended()
        await house.is_quiet()


async def test_caller_whom_a_fault_cut_off_is_called_back_at_the_old_place(
    tmp_path: Path,
) -> None:
    async with call_centre(tmp_path, server={"spare_workers": 0}) as (house, outside):
        paused = {"state": "paused", "reason": "lunch"}
        await house.rig.api.put("/api/v1/agents/alice/state", paused)
        theirs = await outside.call(f"sip:100@{house.rig.sip}", number=OUTSIDE, name="Jane Doe")
        await theirs.answered()
        await theirs.tone(CUSTOMER_HZ)
        await theirs.digits("1")
        await house.call_is("queued")
        (victim,) = house.rig.workers()
        os.kill(victim.pid, signal.SIGKILL)
        await theirs.ended()
        lost = await house.record()
        later = await house.waiting_customer()
        await house.call_is("queued")
        await eventually(lambda: positions(house), lambda found: found == [True, False])
        await house.rig.agent_is_ready("alice")
        alice = await serve(house)
        await talk(await outside.incoming(), alice)
        await alice.hang_up()
        request = await request_is(house, lost["id"], "done")
        assert (request["why"], request["entered_at"]) == ("fault", lost["queued_at"])
        alice = await serve(house)
        await later.hears(AGENT_HZ)
        await alice.hang_up()
        await later.ended()
        await house.is_quiet()


async def test_third_of_five_hangs_up_and_is_called_exactly_when_the_place_comes(
    tmp_path: Path,
) -> None:
    async with call_centre(tmp_path) as (house, outside):
        await new_flow(house, FLOW)
        first = await house.customer()
        await first.answered()
        await first.tone(CUSTOMER_HZ)
        alice = await serve(house)
        callers = await five_wait(house, outside)
        third = callers.pop(2)
        await third.digits("1")
        await asyncio.sleep(0.5)
        await third.digits("1")  # yes, this number
        assert await third.ended(timeout=20) == 200
        await eventually(
            lambda: positions(house), lambda now: now == [False, False, True] + [False] * 2
        )
        served = []
        await alice.hang_up()
        for caller in (callers[0], callers[1], None, callers[2], callers[3]):
            alice = await serve(house)
            if caller is None:
                customer = await outside.incoming()
                await talk(customer, alice)
            else:
                await caller.hears(AGENT_HZ)
            served.append(alice)
            await alice.hang_up()
        records = await house.records(7)
        asked = next(one for one in records if one["result"] == "callback")
        made = next(one for one in records if one["callback_of"])
        assert made["callback_of"] == asked["id"]
        assert (made["agent"], made["result"]) == ("alice", "answered")
        assert made["queued_at"] == asked["queued_at"], "the place was kept"
        talked = sorted(
            (one for one in records if one["talking_at"]), key=lambda one: one["talking_at"]
        )
        assert [one["queued_at"] for one in talked] == sorted(one["queued_at"] for one in talked)
        request = await request_is(house, asked["id"], "done")
        assert (outcomes(request), request["why"]) == (["answered"], "asked")
        assert request["attempts"][0]["call"] == made["id"]
        await house.is_quiet()
