"""kill -9 of the controller in every phase of a callback: exactly one call reaches the customer."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from callserver.testing.phone import Phone, SoftCall
from callserver.testing.rig import eventually
from tests.restart.test_controller_dies import PATIENT, die_and_return, phones_are_kept
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, House
from tests.scenarios.test_callbacks import (
    agent_takes,
    asks,
    call_centre,
    outcomes,
    request_is,
    talk,
)

RULES = {"ring_s": 60.0, "failed_s": 600.0, "busy_s": 600.0}


async def meanwhile(house: House, act: Coroutine[Any, Any, None]) -> None:
    """A phone does something while no controller is there."""
    await house.rig.kill()
    doing = asyncio.create_task(act)
    await house.rig.run()
    await doing


async def is_on_record(house: House) -> None:
    """Until the one call there is has reached the database: one that has not is forgotten, and
    makes no record (``test_forgotten.py``)."""
    (live,) = (await house.rig.api.get("/api/v1/calls/live"))["items"]
    await house.facts(live["call"], "queue_joined")


async def no_other_call(outside: Phone) -> None:
    """Nobody else calls the customer."""
    try:
        async with asyncio.timeout(1.5):
            await outside.incoming()
    except TimeoutError:
        return
    raise AssertionError("the customer was called again")


async def conversation_ends(house: House, request: str, alice: SoftCall, calls: int = 1) -> None:
    """They talk, the agent hangs up; what is on record afterwards. ``calls`` were begun."""
    await alice.hang_up()
    done = await request_is(house, request, "done")
    assert outcomes(done) == ["answered"]
    *_, record = await house.records(calls)
    assert (record["result"], record["callback_of"]) == ("answered", request)
    await house.agent_is("alice", "ready")
    await house.is_quiet()


async def test_before_anybody_is_rung_the_place_is_kept(tmp_path: Path) -> None:
    async with call_centre(tmp_path, RULES, **PATIENT) as (house, outside):
        await house.rig.api.put(
            "/api/v1/agents/alice/state", {"state": "paused", "reason": "lunch"}
        )
        request = await asks(house)
        await request_is(house, request, "open")
        await die_and_return(house, after_s=0.2)
        await house.rig.agent_is_ready("alice")
        alice = await agent_takes(house)
        await talk(await outside.incoming(), alice)
        await no_other_call(outside)
        await conversation_ends(house, request, alice)


async def test_while_it_rings_at_the_agents(tmp_path: Path) -> None:
    async with call_centre(tmp_path, RULES, **PATIENT) as (house, outside):
        request = await asks(house)
        alice = await house.phones["alice"].incoming()
        await alice.ring()
        await house.agent_is("alice", "ringing")
        await is_on_record(house)
        await die_and_return(house, after_s=0.2)
        await alice.ended()
        taken = await agent_takes(house)
        await talk(await outside.incoming(), taken)
        await no_other_call(outside)
        await conversation_ends(house, request, taken, calls=2)


async def test_while_the_agent_hears_who_it_is(tmp_path: Path) -> None:
    title = "The support of all those who have nobody else to ask, and of some who have"
    async with call_centre(tmp_path, RULES, title=title, **PATIENT) as (house, outside):
        request = await asks(house)
        await phones_are_kept(house)
        alice = await house.phones["alice"].incoming()
        await alice.answer()
        await is_on_record(house)
        await die_and_return(house, after_s=0.0)
        await alice.ended()
        taken = await agent_takes(house)
        await talk(await outside.incoming(), taken)
        await no_other_call(outside)
        await conversation_ends(house, request, taken, calls=2)


async def test_while_it_rings_at_the_customers(tmp_path: Path) -> None:
    async with call_centre(tmp_path, RULES, **PATIENT) as (house, outside):
        request = await asks(house)
        alice = await agent_takes(house)
        customer = await outside.incoming()
        await customer.ring()
        await die_and_return(house, after_s=0.2)
        await house.agent_is("alice", "talking")
        await talk(customer, alice)
        await no_other_call(outside)
        await conversation_ends(house, request, alice)


async def test_customer_answers_while_nobody_conducts(tmp_path: Path) -> None:
    async with call_centre(tmp_path, RULES, **PATIENT) as (house, outside):
        request = await asks(house)
        alice = await agent_takes(house)
        customer = await outside.incoming()
        await customer.ring()
        await phones_are_kept(house)
        await meanwhile(house, customer.answer(30.0))
        await customer.tone(CUSTOMER_HZ)
        await asyncio.gather(customer.hears(AGENT_HZ), alice.hears(CUSTOMER_HZ))
        await no_other_call(outside)
        await conversation_ends(house, request, alice)


@pytest.mark.parametrize("gone", ["customer", "agent"])
async def test_somebody_hangs_up_while_nobody_conducts(tmp_path: Path, gone: str) -> None:
    async with call_centre(tmp_path, RULES, **PATIENT) as (house, outside):
        request = await asks(house)
        alice = await agent_takes(house)
        customer = await outside.incoming()
        await customer.ring()
        await phones_are_kept(house)
        await meanwhile(house, customer.reject(486) if gone == "customer" else alice.hang_up())
        await (alice if gone == "customer" else customer).ended()

        async def attempts() -> list[str]:
            return outcomes(await request_is(house, request, "open"))

        expected = "busy" if gone == "customer" else "failed"
        await eventually(attempts, lambda found: found == [expected])
        await no_other_call(outside)
        await house.agent_is("alice", "ready")
        await house.is_quiet()


async def test_after_the_customer_was_given_to_a_queue(tmp_path: Path) -> None:
    async with call_centre(tmp_path, RULES, **PATIENT) as (house, outside):
        request = await asks(house)
        alice = await agent_takes(house)
        customer = await outside.incoming()
        await talk(customer, alice)
        await request_is(house, request, "done")
        (live,) = (await house.rig.api.get("/api/v1/calls/live"))["items"]
        await house.rig.api.put(
            "/api/v1/agents/alice/state", {"state": "paused", "reason": "lunch"}
        )
        target = {"kind": "queue", "name": "support"}
        await house.rig.api.post(f"/api/v1/calls/{live['call']}/talk/transfer", target)
        await alice.ended()
        await house.call_is("queued")
        await die_and_return(house, after_s=0.2)
        await customer.hears_sound()
        await house.rig.agent_is_ready("alice")
        again = await house.phones["alice"].incoming()
        await again.answer()
        await again.tone(AGENT_HZ)
        await asyncio.gather(customer.hears(AGENT_HZ), again.hears(CUSTOMER_HZ))
        await no_other_call(outside)
        await conversation_ends(house, request, again)
        metrics = await house.rig.api.text("/metrics")
        assert "callserver_callback_attempts_total{" not in metrics, "counted before the restart"


async def test_while_they_talk(tmp_path: Path) -> None:
    async with call_centre(tmp_path, RULES, **PATIENT) as (house, outside):
        request = await asks(house)
        alice = await agent_takes(house)
        customer = await outside.incoming()
        await talk(customer, alice)
        await die_and_return(house, after_s=0.2)
        await asyncio.gather(customer.hears(AGENT_HZ), alice.hears(CUSTOMER_HZ))
        await house.agent_is("alice", "talking")
        await no_other_call(outside)
        await conversation_ends(house, request, alice)
