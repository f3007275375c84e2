"""The customer is called first, while an agent is kept free for them."""

import asyncio
from pathlib import Path

from callserver.testing.rig import eventually
from tests.restart.test_callbacks import no_other_call
from tests.restart.test_controller_dies import PATIENT, die_and_return
from tests.restart.test_flow_steps import facts
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ
from tests.scenarios.test_callbacks import OURS, asks, call_centre, outcomes, request_is

FIRST = {"mode": "customer_first"}


async def test_agent_is_rung_when_the_customer_has_answered(tmp_path: Path) -> None:
    async with call_centre(tmp_path, FIRST) as (house, outside):
        request = await asks(house)
        customer = await outside.incoming()
        assert customer.number == OURS
        await house.agent_is("alice", "ringing")  # kept free; the phone is silent
        await customer.answer()
        await customer.tone(CUSTOMER_HZ)
        alice = await house.phones["alice"].incoming()
        await customer.hears_sound()
        await alice.answer()
        await alice.tone(AGENT_HZ)
        await asyncio.gather(customer.hears(AGENT_HZ), alice.hears(CUSTOMER_HZ))
        await alice.hang_up()
        assert await customer.ended() == 200
        done = await request_is(house, request, "done")
        assert [(one["agent"], one["outcome"]) for one in done["attempts"]] == [
            ("alice", "answered")
        ]
        (record,) = await house.records(1)
        assert (record["result"], record["agent"]) == ("answered", "alice")
        assert await house.recording(record["id"])
        await house.agent_is("alice", "ready")
        await house.is_quiet()


async def test_nobody_answers_or_they_hang_up_too_soon_and_no_agent_is_disturbed(
    tmp_path: Path,
) -> None:
    rules = {**FIRST, "left_s": 0.5, "tries": 3}
    async with call_centre(tmp_path, rules) as (house, outside):
        request = await asks(house)
        await (await outside.incoming()).reject(486)
        again = await outside.incoming()
        await again.answer()
        alice = await house.phones["alice"].incoming()
        await again.hang_up()
        await alice.ended()
        await (await outside.incoming()).reject(603)
        gone = await request_is(house, request, "unreached")
        assert outcomes(gone) == ["busy", "left", "declined"]
        reasons = [one["reason"] for one in await house.records(3)]
        assert reasons == ["callee_busy", "in_queue", "callee_declined"]
        await house.agent_is("alice", "ready")
        await house.is_quiet()


async def test_controller_dies_while_it_rings_there_and_again_while_they_wait(
    tmp_path: Path,
) -> None:
    rules = {**FIRST, "ring_s": 60.0, "agent_ring_s": 60.0}
    async with call_centre(tmp_path, rules, **PATIENT) as (house, outside):
        request = await asks(house)
        customer = await outside.incoming()
        await customer.ring()
        await eventually(lambda: facts(house, "callback_dialled"), bool)
        await die_and_return(house, after_s=0.2)
        await house.agent_is("alice", "ringing")
        await customer.answer()
        await customer.tone(CUSTOMER_HZ)
        alice = await house.phones["alice"].incoming()
        await alice.ring()
        await eventually(lambda: facts(house, "agent_ringing"), bool)
        await die_and_return(house, after_s=0.2)
        await customer.hears_sound()
        await alice.answer()
        await alice.tone(AGENT_HZ)
        await asyncio.gather(customer.hears(AGENT_HZ), alice.hears(CUSTOMER_HZ))
        await no_other_call(outside)
        await alice.hang_up()
        assert outcomes(await request_is(house, request, "done")) == ["answered"]
        await house.agent_is("alice", "ready")
        await house.is_quiet()
