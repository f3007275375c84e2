"""Flows that ring agents, numbers outside and places for their caller, and give calls away."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from callserver.testing import frequency, wav
from callserver.testing.phone import Phone, SoftCall
from callserver.testing.ports import free_port
from callserver.testing.rig import CUSTOMER_HOST, eventually
from tests.restart.test_flow_steps import facts, new_flow
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, House, open_house
from tests.scenarios.test_agents_call import OUTSIDE, house_with_way_out
from tests.scenarios.test_conversations import BOB_HZ, BOSS_HZ, act, agent, running_call

RINGBACK_HZ = 425
OURS = "+37167000000"
AT_ONCE = f"[agent:alice, agent:bob, 'external:{OUTSIDE}'], how: at_once"


WAYS = "next: talked, busy: busy, no_answer: late, failed: failed"
ENDS = {"talked": "self_served", "busy": "unwanted", "late": "no_input", "failed": "closed"}


def ringing(step: str) -> str:
    """A flow that begins with this step; each way out of it ends the call in its own way."""
    ends = [f"  {name}: {{hangup: {end}}}" for name, end in ENDS.items() if f": {name}" in step]
    return "\n".join(["start: ring", "steps:", f"  ring: {{{step}}}", *ends])


async def caller(house: House, step: str) -> SoftCall:
    """Somebody who has called, was answered and waits for whoever is rung."""
    await new_flow(house, ringing(step))
    return await another(house)


async def another(house: House) -> SoftCall:
    """The same for one more."""
    customer = await house.customer()
    await customer.answered()
    await customer.tone(CUSTOMER_HZ)
    return customer


async def taken(call: SoftCall, hertz: int) -> SoftCall:
    await call.answer()
    await call.tone(hertz)
    return call


def in_talk(*calls: SoftCall) -> Callable[[], Awaitable[list[SoftCall]]]:
    async def now() -> list[SoftCall]:
        return [call for call in calls if call.state != "ended"]

    return now


async def kinds(house: House) -> list[str]:
    (record,) = (await house.rig.api.get("/api/v1/calls"))["items"]
    timeline = (await house.rig.api.get(f"/api/v1/calls/{record['id']}/timeline"))["items"]
    return [fact["kind"] for fact in timeline if "dial" in fact["kind"]]


async def test_agent_is_rung_talks_is_recorded_and_the_flow_goes_on(tmp_path: Path) -> None:
    async with open_house(tmp_path, {"agents": {"wrap_up_s": 1.0}}) as house:
        phone = await house.agent("alice")
        customer = await caller(house, f"dial: agent:alice, {WAYS}")
        alice = await phone.incoming()
        assert (alice.number, alice.name) == ("+37120000001", "Jane Doe")
        await alice.ring()
        await customer.hears(RINGBACK_HZ)
        await house.agent_is("alice", "busy")
        await taken(alice, AGENT_HZ)
        await asyncio.gather(customer.hears(AGENT_HZ, for_s=1.0), alice.hears(CUSTOMER_HZ))
        await house.agent_is("alice", "talking")
        await alice.hang_up()
        assert await customer.ended() == 200
        await house.agent_is("alice", "wrap_up")
        record = await house.record()
        assert (record["result"], record["reason"]) == ("answered", "agent_hung_up")
        assert (record["agent"], record["queue"]) == ("alice", None)
        assert [(leg["leg"], leg["agent"]) for leg in record["legs"]] == [
            ("agent", "alice"),
            ("customer", None),
        ]
        assert record["talked_s"] > 0.5
        assert [one["step"] for one in await facts(house, "step_entered")] == ["ring", "talked"]
        assert await kinds(house) == ["flow_dialled", "dial_answered", "dial_ended"]
        both = wav.read(await house.recording(record["id"]))
        assert frequency.share(both.channels[0], CUSTOMER_HZ, both.rate) > 0.8
        assert frequency.share(both.channels[1], AGENT_HZ, both.rate) > 0.8
        await house.is_quiet()


async def test_number_outside_is_rung_through_the_trunk(tmp_path: Path) -> None:
    async with house_with_way_out(tmp_path) as (house, outside):
        customer = await caller(house, f"dial: 'external:{OUTSIDE}', hears: music, {WAYS}")
        other = await outside.incoming()
        assert other.number == OURS
        await customer.hears_sound()
        await taken(other, BOB_HZ)
        await asyncio.gather(customer.hears(BOB_HZ, for_s=1.0), other.hears(CUSTOMER_HZ))
        await customer.hang_up()
        assert await other.ended() == 200
        record = await house.record()
        assert (record["result"], record["reason"]) == ("answered", "customer_hung_up")
        assert record["recording"] is not None or await house.recording(record["id"])
        await house.is_quiet()


async def test_who_was_called_outside_hangs_up_and_the_flow_goes_on(tmp_path: Path) -> None:
    async with house_with_way_out(tmp_path) as (house, outside):
        step = f"dial: 'external:{OUTSIDE}', number: '+37166666666', name: Helpdesk, {WAYS}"
        customer = await caller(house, step)
        other = await outside.incoming()
        assert (other.number, other.name) == ("+37166666666", "Helpdesk")
        await taken(other, BOB_HZ)
        await customer.hears(BOB_HZ)
        await other.hang_up()
        assert await customer.ended() == 200
        record = await house.record()
        assert (record["result"], record["reason"]) == ("answered", "third_hung_up")
        assert [one["step"] for one in await facts(house, "step_entered")] == ["ring", "talked"]
        await house.is_quiet()


async def test_trunk_host_that_is_out_of_order_gives_way_to_the_next(tmp_path: Path) -> None:
    broken, good = free_port(), free_port()
    hosts = [f"{CUSTOMER_HOST}:{broken}", f"{CUSTOMER_HOST}:{good}"]
    trunks = {"provider": {"addresses": [f"{CUSTOMER_HOST}/32"], "hosts": hosts}}
    async with (
        await Phone.start("broken", host=CUSTOMER_HOST, port=broken) as first,
        await Phone.start("good", host=CUSTOMER_HOST, port=good) as second,
        house_with_way_out(tmp_path, trunks=trunks) as (house, _),
    ):
        customer = await caller(house, f"dial: 'external:{OUTSIDE}', {WAYS}")
        await (await first.incoming()).reject(503)
        other = await taken(await second.incoming(), BOB_HZ)
        await customer.hears(BOB_HZ)
        await other.hang_up()
        assert await customer.ended() == 200
        assert (await house.record())["result"] == "answered"
        await house.is_quiet()


async def test_one_after_the_other_until_somebody_answers(tmp_path: Path) -> None:
    async with house_with_way_out(tmp_path) as (house, outside):
        bob = await house.agent("bob")
        step = f"dial: [agent:alice, {{to: agent:bob, ring_s: 1.5}}, 'external:{OUTSIDE}'], {WAYS}"
        customer = await caller(house, step)
        await (await house.phones["alice"].incoming()).reject(486)
        second = await bob.incoming()
        await second.ring()
        assert await second.ended() == 487
        await taken(await outside.incoming(), BOB_HZ)
        await customer.hears(BOB_HZ)
        await customer.hang_up()
        assert await kinds(house) == [
            *("flow_dialled", "dial_missed") * 2,
            "flow_dialled",
            "dial_answered",
        ]
        assert [one["why"] for one in await facts(house, "dial_missed")] == ["busy", "no_answer"]
        record = await house.record()
        assert (record["result"], record["agent"]) == ("answered", None)
        metrics = await house.rig.api.text("/metrics")
        for outcome in ("busy", "no_answer", "answered"):
            assert f'callserver_flow_dials_total{{outcome="{outcome}"}} 1.0' in metrics
        await house.agent_is("bob", "ready")
        await house.is_quiet()


async def test_all_at_once_and_of_two_who_answer_one_has_the_call(tmp_path: Path) -> None:
    async with house_with_way_out(tmp_path) as (house, outside):
        bob_phone = await house.agent("bob")
        customer = await caller(house, f"dial: {AT_ONCE}, {WAYS}")
        alice, bob, other = await asyncio.gather(
            house.phones["alice"].incoming(), bob_phone.incoming(), outside.incoming()
        )
        await asyncio.gather(alice.ring(), bob.ring(), other.ring())
        await customer.hears(RINGBACK_HZ)
        answers = asyncio.gather(alice.answer(), bob.answer(), return_exceptions=True)
        assert await other.ended() == 487
        await answers
        await eventually(in_talk(alice, bob), lambda left: len(left) == 1)
        (winner,) = await in_talk(alice, bob)()
        hertz = AGENT_HZ if winner is alice else BOB_HZ
        await winner.tone(hertz)
        await asyncio.gather(customer.hears(hertz), winner.hears(CUSTOMER_HZ))
        await customer.hang_up()
        record = await house.record()
        assert record["agent"] == ("alice" if winner is alice else "bob")
        assert (record["result"], record["reason"]) == ("answered", "customer_hung_up")
        await house.agent_is("alice", "ready")
        await house.agent_is("bob", "ready")
        await house.is_quiet()


async def test_nobody_answers_and_all_are_busy(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        phone = await house.agent("alice")
        customer = await caller(house, f"dial: agent:alice, ring_s: 1, {WAYS}")
        late = await phone.incoming()
        await late.ring()
        assert await customer.ended() == 200
        await late.ended()
        customer = await caller(house, f"dial: agent:alice, ring_s: 30, {WAYS}")
        await (await phone.incoming()).reject(486)
        assert await customer.ended() == 200
        first, second = await house.records(2)
        assert (first["result"], first["reason"]) == ("abandoned", "no_input")
        assert (second["result"], second["reason"]) == ("rejected", "unwanted")
        await house.agent_is("alice", "ready")
        await house.is_quiet()


async def test_agent_on_a_call_is_busy_and_one_without_a_phone_is_not_reached(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path, {"agents": {"wrap_up_s": 0.0}}) as house:
        await house.agent("alice")
        await house.rig.add_agent("bob", "a-long-secret")
        talking, alice = await house.talking("alice")
        customer = await caller(house, f"dial: [agent:bob, agent:alice], {WAYS}")
        assert await customer.ended() == 200
        customer = await caller(house, f"dial: [agent:bob, agent:nobody], {WAYS}")
        assert await customer.ended() == 200
        await talking.hang_up()
        await alice.ended()
        _, busy, nowhere = await house.records(3)
        assert (busy["reason"], nowhere["reason"]) == ("unwanted", "closed")
        await house.is_quiet()


async def test_caller_who_hangs_up_while_it_rings_stops_the_ringing(tmp_path: Path) -> None:
    async with house_with_way_out(tmp_path) as (house, outside):
        bob_phone = await house.agent("bob")
        customer = await caller(house, f"dial: {AT_ONCE}, ring_s: 30, {WAYS}")
        phones = (house.phones["alice"], bob_phone, outside)
        rung = await asyncio.gather(*(phone.incoming() for phone in phones))
        await asyncio.gather(*(call.ring() for call in rung))
        await house.call_is("ringing")
        await customer.hang_up()
        assert await asyncio.gather(*(call.ended() for call in rung)) == [487, 487, 487]
        record = await house.record()
        assert (record["result"], record["reason"]) == ("abandoned", "while_ringing")
        await house.agent_is("alice", "ready")
        await house.is_quiet()


async def test_what_the_toll_guard_forbids_is_not_dialled(tmp_path: Path) -> None:
    async with house_with_way_out(tmp_path) as (house, outside):
        customer = await caller(house, f"dial: 'external:+4915112345678', {WAYS}")
        assert await customer.ended() == 200
        assert (await house.record())["reason"] == "closed"
        metrics = await house.rig.api.text("/metrics")
        assert 'callserver_dialling_denied_total{why="not_allowed"} 1.0' in metrics
        assert outside.calls == ()
        await house.is_quiet()


async def test_conversation_that_a_flow_made_can_do_what_any_can(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        phone = await house.agent("alice")
        customer = await caller(house, f"dial: agent:alice, {WAYS}")
        alice = await taken(await phone.incoming(), AGENT_HZ)
        await customer.hears(AGENT_HZ)
        bob_phone = await house.agent("bob")
        call = await running_call(house)
        await act(house, call, "transfer", agent("bob"))
        assert await alice.ended() == 200
        bob = await taken(await bob_phone.incoming(), BOB_HZ)
        await asyncio.gather(customer.hears(BOB_HZ), bob.hears(CUSTOMER_HZ))
        await bob.hang_up()
        assert await customer.ended() == 200
        record = await house.record()
        assert (record["agent"], record["reason"]) == ("bob", "agent_hung_up")
        await house.agent_is("alice", "ready")
        await house.agent_is("bob", "ready")
        await house.is_quiet()


async def test_supervisor_listens_to_a_conversation_that_a_flow_made(tmp_path: Path) -> None:
    async with house_with_way_out(tmp_path) as (house, outside):
        customer = await caller(house, f"dial: 'external:{OUTSIDE}', {WAYS}")
        other = await taken(await outside.incoming(), BOB_HZ)
        await customer.hears(BOB_HZ)
        boss_phone = await house.agent("boss")
        path = f"/api/v1/calls/{await running_call(house)}/talk/supervisor"
        await house.rig.api.put(path, {"username": "boss"})
        boss = await taken(await boss_phone.incoming(), BOSS_HZ)
        await customer.silence()
        await boss.hears(BOB_HZ)
        await other.silence()
        await customer.tone(CUSTOMER_HZ)
        await boss.hears(CUSTOMER_HZ)
        await customer.silence()
        await asyncio.gather(customer.hears_silence(), other.hears_silence())
        await house.rig.api.put(path, {"username": "boss", "mode": "barge"})
        await asyncio.gather(customer.hears(BOSS_HZ), other.hears(BOSS_HZ))
        await other.hang_up()
        assert await customer.ended() == 200
        assert await boss.ended() == 200
        record = await house.record()
        assert (record["result"], record["reason"]) == ("answered", "third_hung_up")
        await house.is_quiet()


async def test_caller_is_given_to_an_agent_or_the_flow_goes_on(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        phone = await house.agent("alice")
        customer = await caller(house, "transfer: agent:alice, otherwise: talked")
        alice = await taken(await phone.incoming(), AGENT_HZ)
        await customer.hears(AGENT_HZ)
        await alice.hang_up()
        assert await customer.ended() == 200
        await house.agent_is("alice", "ready")
        customer = await caller(house, "transfer: agent:alice")
        await (await phone.incoming()).reject(603)
        assert await customer.ended() == 200
        first, second = await house.records(2)
        assert (first["result"], first["reason"]) == ("answered", "agent_hung_up")
        assert (second["result"], second["reason"]) == ("failed", "callee_declined")
        await house.is_quiet()


async def test_caller_is_given_outside_and_to_a_queue(tmp_path: Path) -> None:
    async with house_with_way_out(tmp_path) as (house, outside):
        customer = await caller(house, f"transfer: 'external:{OUTSIDE}'")
        other = await taken(await outside.incoming(), BOB_HZ)
        await asyncio.gather(customer.hears(BOB_HZ), other.hears(CUSTOMER_HZ))
        await other.hang_up()
        assert await customer.ended() == 200
        customer = await caller(house, "transfer: queue:support")
        alice = await taken(await house.phones["alice"].incoming(), AGENT_HZ)
        await customer.hears(AGENT_HZ)
        await alice.hang_up()
        assert await customer.ended() == 200
        first, second = await house.records(2)
        assert (first["result"], first["reason"]) == ("transferred", "third_hung_up")
        assert (second["result"], second["queue"]) == ("answered", "support")
        await house.is_quiet()


async def test_queue_nobody_serves_gives_its_callers_outside(tmp_path: Path) -> None:
    rules = {"join_needs": "signed_in", "overflow": [f"external:{OUTSIDE}"]}
    async with house_with_way_out(tmp_path, queues={"support": rules}) as (house, outside):
        await house.rig.api.put("/api/v1/agents/alice/state", {"state": "signed_out", "reason": ""})
        customer = await caller(house, "queue: support, next: talked, refused: failed")
        other = await taken(await outside.incoming(), BOB_HZ)
        await asyncio.gather(customer.hears(BOB_HZ), other.hears(CUSTOMER_HZ))
        await other.hang_up()
        assert await customer.ended() == 200
        customer = await another(house)
        await (await outside.incoming()).reject(486)
        assert await customer.ended() == 200
        first, second = await house.records(2)
        assert (first["result"], first["reason"]) == ("transferred", "third_hung_up")
        assert (second["result"], second["reason"]) == ("rejected", "closed")
        await house.is_quiet()


async def test_place_is_called_by_its_name_whatever_the_toll_guard_says(tmp_path: Path) -> None:
    place: dict[str, Any] = {"reception": {"trunk": "provider", "user": "200"}}
    async with house_with_way_out(tmp_path, places=place, outgoing={}) as (house, reception):
        customer = await caller(house, f"dial: place:reception, {WAYS}")
        other = await reception.incoming()
        assert f"sip:200@{CUSTOMER_HOST}" in other.invite
        await taken(other, BOB_HZ)
        await customer.hears(BOB_HZ)
        await customer.hang_up()
        await other.ended()
        assert (await house.record())["result"] == "answered"
        await house.is_quiet()
