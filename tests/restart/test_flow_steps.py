"""Flows change and controllers die while callers are inside."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from callserver.testing.phone import SoftCall
from callserver.testing.rig import START_S, eventually
from tests.restart.test_controller_dies import PATIENT, die_and_return, phones_are_kept
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, House, open_house
from tests.scenarios.test_agents_call import OUTSIDE, house_with_way_out

SECRET = "592671834"  # stands nowhere else

TYPING = """
start: ask
steps:
  ask:
    collect: {say: Type., into: account, min_length: 4, max_length: 4, timeout_s: 20, between_s: 20}
    next: pin
  pin:
    collect: {say: Your PIN., into: pin, max_length: 9, timeout_s: 20, between_s: 20, secret: true}
    next: decide
  decide:
    switch: [{when: account == '4711' and number(pin) == 592671833 + 1, to: good}]
    otherwise: bad
  good: {hangup: self_served}
  bad: {hangup: unwanted}
"""


async def new_flow(house: House, text: str) -> None:
    """Change the file of the line's flow; returns when new calls get it."""
    before = await version(house)
    (house.rig.folder / "ivr_flows" / "support.yaml").write_text(text)
    await eventually(lambda: version(house), lambda now: now != before, within=15)


async def version(house: House) -> str:
    (flow,) = (await house.rig.api.get("/api/v1/flows"))["items"]
    assert flow["mistakes"] == []
    found: str = flow["version"]
    return found


async def facts(house: House, kind: str) -> list[dict[str, Any]]:
    """What the call there is, or was, has been through."""
    live = (await house.rig.api.get("/api/v1/calls/live"))["items"]
    known = (await house.rig.api.get("/api/v1/calls"))["items"]
    if not known:
        return []  # not written yet
    call = live[0]["call"] if live else known[0]["id"]
    timeline = (await house.rig.api.get(f"/api/v1/calls/{call}/timeline"))["items"]
    return [one["data"] for one in timeline if one["kind"] == kind]


async def taken(house: House, count: int) -> None:
    """Until so many digits are journaled."""
    await eventually(lambda: facts(house, "digit_pressed"), lambda found: len(found) >= count)


async def test_half_typed_number_is_kept_and_a_half_typed_secret_is_asked_again(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        await new_flow(house, TYPING)
        customer = await house.customer()
        await customer.answered()
        await customer.tone(CUSTOMER_HZ)  # a phone that is silent for long sends no keys either
        await customer.digits("47")
        await taken(house, 2)
        await die_and_return(house, after_s=0.2)
        await customer.digits("11")
        await taken(house, 4)
        await customer.digits("59")
        await asyncio.sleep(1.0)  # of a secret nothing tells that it was taken
        await die_and_return(house, after_s=0.2)
        await customer.hears_sound()
        await customer.digits(SECRET)
        record = await house.record()
        assert (record["result"], record["reason"]) == ("answered", "self_served")
        digits = "".join(one["digit"] for one in await facts(house, "digit_pressed"))
        assert digits == "4711", "each once, and nothing of the secret"
        values = [(one["values"], one["secret"]) for one in await facts(house, "variables_set")]
        assert values == [({"account": "4711"}, []), ({}, ["pin"])]
        await house.is_quiet()
        left = [*(house.rig.folder / "var").rglob("*"), house.rig.stderr_file]
        files = [file for file in left if file.is_file() and file.suffix != ".wav"]
        assert [str(file) for file in files if SECRET.encode() in file.read_bytes()] == []


async def test_calls_finish_on_the_version_they_began_with_whoever_conducts_them(
    tmp_path: Path,
) -> None:
    first = "start: a\nsteps: {a: {menu: {say: One., keys: {1: b}}}, b: {hangup: {}}}\n"
    async with open_house(tmp_path) as house:
        await new_flow(house, first)
        old = await version(house)
        early = await house.customer()
        await early.answered()
        await new_flow(house, first.replace("{hangup: {}}", "{hangup: closed}"))
        late = await house.customer()
        await late.answered()
        await die_and_return(house, after_s=0.2)
        await early.hears_sound()
        await early.digits("1")
        assert await early.ended() == 200
        await late.hears_sound()  # its ACK may have died with the controller
        await late.digits("1")
        assert await late.ended() == 200
        one, two = await house.records(2)
        assert (one["flow_version"], one["reason"]) == (old, "flow_ended")
        assert (two["flow_version"], two["reason"]) == (await version(house), "closed")
        await house.is_quiet()


DIALS = """
start: ring
steps:
  ring: {{dial: {to}, next: talked, otherwise: nobody}}
  talked: {{hangup: self_served}}
  nobody: {{hangup: unwanted}}
"""


GIVES = """
start: ring
steps:
  ring: {{transfer: {to}, otherwise: nobody}}
  nobody: {{hangup: unwanted}}
"""


async def dialling(house: House, to: str, flow: str = DIALS) -> SoftCall:
    """Somebody who waits for whoever the flow calls."""
    await new_flow(house, flow.format(to=to))
    customer = await house.customer()
    await customer.answered()
    await customer.tone(CUSTOMER_HZ)
    return customer


async def meanwhile(house: House, act: Coroutine[Any, Any, None]) -> None:
    """A phone does something while no controller is there; its word is heard by the next one's
    front door, before or after the worker is back."""
    await house.rig.kill()
    doing = asyncio.create_task(act)
    await house.rig.run()
    await doing


async def test_phones_that_a_flow_rings_ring_on_and_who_answers_has_the_call(
    tmp_path: Path,
) -> None:
    async with house_with_way_out(tmp_path, **PATIENT) as (house, outside):
        phone = house.phones["alice"]
        customer = await dialling(house, f"[agent:alice, 'external:{OUTSIDE}'], how: at_once")
        alice, other = await phone.incoming(), await outside.incoming()
        await asyncio.gather(alice.ring(), other.ring())
        await eventually(lambda: facts(house, "flow_dialled"), bool)
        await die_and_return(house, after_s=0.2)
        await customer.hears_sound()
        await house.agent_is("alice", "busy")
        await alice.answer()
        await alice.tone(AGENT_HZ)
        assert await other.ended() == 487
        await asyncio.gather(customer.hears(AGENT_HZ), alice.hears(CUSTOMER_HZ))
        await house.agent_is("alice", "talking")
        await die_and_return(house, after_s=0.2)
        await asyncio.gather(customer.hears(AGENT_HZ), alice.hears(CUSTOMER_HZ))
        await house.agent_is("alice", "talking")
        await alice.hang_up()
        assert await customer.ended() == 200
        record = await house.record()
        assert (record["result"], record["reason"]) == ("answered", "agent_hung_up")
        assert [one["step"] for one in await facts(house, "step_entered")] == ["ring", "talked"]
        assert len(await facts(house, "flow_dialled")) == 1
        await house.agent_is("alice", "ready")
        await house.is_quiet()


async def test_who_answers_or_declines_while_nobody_conducts_is_found_again(
    tmp_path: Path,
) -> None:
    async with house_with_way_out(tmp_path, **PATIENT) as (house, outside):
        phone = house.phones["alice"]
        customer = await dialling(house, f"[agent:alice, 'external:{OUTSIDE}']")
        alice = await phone.incoming()
        await alice.ring()
        await eventually(lambda: facts(house, "flow_dialled"), bool)
        await phones_are_kept(house)
        await meanwhile(house, alice.reject(486))
        other = await outside.incoming()  # the list goes on where it was
        await other.ring()
        await eventually(lambda: facts(house, "flow_dialled"), lambda found: len(found) == 2)
        await meanwhile(house, other.answer(START_S))
        await other.tone(AGENT_HZ)
        await asyncio.gather(customer.hears(AGENT_HZ), other.hears(CUSTOMER_HZ))
        await house.call_is("talking")
        await other.hang_up()
        assert await customer.ended() == 200
        record = await house.record()
        assert (record["result"], record["reason"]) == ("answered", "third_hung_up")
        assert [one["why"] for one in await facts(house, "dial_missed")] == ["busy"]
        assert [one["step"] for one in await facts(house, "step_entered")] == ["ring", "talked"]
        await house.agent_is("alice", "ready")
        await house.is_quiet()


@pytest.mark.parametrize(("flow", "result"), [(DIALS, "answered"), (GIVES, "transferred")])
async def test_who_hangs_up_outside_while_nobody_conducts_has_ended_the_call(
    tmp_path: Path, flow: str, result: str
) -> None:
    async with house_with_way_out(tmp_path) as (house, outside):
        customer = await dialling(house, f"'external:{OUTSIDE}'", flow)
        other = await outside.incoming()
        await other.ring()
        await eventually(lambda: facts(house, "flow_dialled"), bool)
        await die_and_return(house, after_s=0.2)
        await other.answer()
        await other.tone(AGENT_HZ)
        await customer.hears(AGENT_HZ)
        await eventually(lambda: facts(house, "dial_answered"), bool)
        await meanwhile(house, other.hang_up())
        assert await customer.ended() == 200
        record = await house.record()
        assert (record["result"], record["reason"]) == (result, "third_hung_up")
        await house.is_quiet()


async def test_call_that_a_flow_made_and_an_agent_gave_away_goes_on_with_whom_it_was_given_to(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path, PATIENT) as house:
        phone = await house.agent("alice")
        customer = await dialling(house, "agent:alice")
        alice = await phone.incoming()
        await alice.answer()
        await alice.tone(AGENT_HZ)
        await customer.hears(AGENT_HZ)
        bob_phone = await house.agent("bob")
        (live,) = (await house.rig.api.get("/api/v1/calls/live"))["items"]
        target = {"kind": "agent", "name": "bob"}
        await house.rig.api.post(f"/api/v1/calls/{live['call']}/talk/transfer", target)
        await alice.ended()
        bob = await bob_phone.incoming()
        await bob.answer()
        await bob.tone(AGENT_HZ)
        await customer.hears(AGENT_HZ)
        await house.agent_is("bob", "talking")
        await die_and_return(house, after_s=0.2)
        await asyncio.gather(customer.hears(AGENT_HZ), bob.hears(CUSTOMER_HZ))
        await house.agent_is("alice", "ready")
        await house.agent_is("bob", "talking")
        await bob.hang_up()
        assert await customer.ended() == 200
        record = await house.record()
        assert (record["agent"], record["reason"]) == ("bob", "agent_hung_up")
        assert [one["step"] for one in await facts(house, "step_entered")] == ["ring", "talked"]
        await house.agent_is("bob", "ready")
        await house.is_quiet()


async def test_caller_whom_a_queue_sent_outside_is_not_put_back_into_it(tmp_path: Path) -> None:
    rules = {"support": {"join_needs": "ready", "overflow": [f"external:{OUTSIDE}"]}}
    async with house_with_way_out(tmp_path, queues=rules) as (house, outside):
        await house.rig.api.put("/api/v1/agents/alice/state", {"state": "signed_out", "reason": ""})
        await new_flow(
            house, "start: a\nsteps: {a: {queue: support, next: b}, b: {hangup: closed}}"
        )
        customer = await house.customer()
        await customer.answered()
        await customer.tone(CUSTOMER_HZ)
        other = await outside.incoming()
        await other.ring()
        await eventually(lambda: facts(house, "flow_dialled"), bool)
        await die_and_return(house, after_s=0.2)
        await other.answer()
        await other.tone(AGENT_HZ)
        await asyncio.gather(customer.hears(AGENT_HZ), other.hears(CUSTOMER_HZ))
        await die_and_return(house, after_s=0.2)
        await asyncio.gather(customer.hears(AGENT_HZ), other.hears(CUSTOMER_HZ))
        await customer.hang_up()
        await other.ended()
        record = await house.record()
        assert (record["result"], record["reason"]) == ("transferred", "customer_hung_up")
        assert len(await facts(house, "queue_joined")) == 1
        await house.is_quiet()
