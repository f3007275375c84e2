"""kill -9 of the controller in the middle of consultations and transfers."""

import asyncio
from pathlib import Path

from tests.restart.test_controller_dies import PATIENT, die_and_return
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, open_house
from tests.scenarios.test_agents_call import OUTSIDE, dials, house_with_way_out
from tests.scenarios.test_conversations import BOB_HZ, BOSS_HZ, act, agent, running_call


async def test_a_consultation_goes_on_and_can_be_completed(tmp_path: Path) -> None:
    async with open_house(tmp_path, PATIENT) as house:
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        bob_phone = await house.agent("bob")
        call = await running_call(house)
        await act(house, call, "consult", agent("bob"))
        bob = await bob_phone.incoming()
        await bob.ring()
        await die_and_return(house, after_s=0.2)
        await bob.answer()
        await bob.tone(BOB_HZ)
        await asyncio.gather(alice.hears(BOB_HZ), bob.hears(AGENT_HZ))
        await house.agent_is("alice", "consult")
        await house.agent_is("bob", "busy")
        await act(house, call, "complete")
        await alice.ended()
        await asyncio.gather(customer.hears(BOB_HZ), bob.hears(CUSTOMER_HZ))
        await die_and_return(house, after_s=0.2)
        await asyncio.gather(customer.hears(BOB_HZ), bob.hears(CUSTOMER_HZ))
        await house.agent_is("alice", "ready")
        await house.agent_is("bob", "talking")
        await bob.hang_up()
        await customer.ended()
        record = await house.record()
        assert (record["agent"], record["reason"]) == ("bob", "agent_hung_up")
        await house.agent_is("bob", "ready")
        await house.is_quiet()


async def test_a_colleague_who_hangs_up_while_nobody_conducts_is_missed(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        bob_phone = await house.agent("bob")
        call = await running_call(house)
        await act(house, call, "consult", agent("bob"))
        bob = await bob_phone.incoming()
        await bob.answer()
        await bob.tone(BOB_HZ)
        await alice.hears(BOB_HZ)
        await house.rig.kill()
        leaving = asyncio.create_task(bob.hang_up())
        await house.rig.run()
        await leaving
        await asyncio.gather(customer.hears(AGENT_HZ), alice.hears(CUSTOMER_HZ))
        await house.agent_is("alice", "talking")
        await customer.hang_up()
        assert (await house.record())["agent"] == "alice"
        await house.is_quiet()


async def test_a_colleague_who_does_not_answer_while_nobody_conducts_costs_no_conversation(
    tmp_path: Path,
) -> None:
    ring_s = 3.0
    async with open_house(tmp_path, {"agents": {"ring_timeout_s": ring_s}}) as house:
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        bob_phone = await house.agent("bob")
        call = await running_call(house)
        await act(house, call, "consult", agent("bob"))
        bob = await bob_phone.incoming()
        await bob.ring()
        await die_and_return(house, after_s=ring_s + 1.0)
        await asyncio.gather(customer.hears(AGENT_HZ), alice.hears(CUSTOMER_HZ))
        await house.agent_is("alice", "talking")
        await customer.hang_up()
        record = await house.record()
        assert (record["agent"], record["reason"]) == ("alice", "customer_hung_up")
        await house.is_quiet()


async def test_a_supervisor_who_listens_goes_on_listening(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        boss_phone = await house.agent("boss")
        call = await running_call(house)
        await house.rig.api.put(f"/api/v1/calls/{call}/talk/supervisor", {"username": "boss"})
        boss = await boss_phone.incoming()
        await boss.answer()
        await boss.tone(BOSS_HZ)
        await customer.silence()
        await boss.hears(AGENT_HZ)
        await die_and_return(house, after_s=0.2)
        await boss.hears(AGENT_HZ)
        await act(house, call, "take-over", {"username": "boss"})
        await alice.ended()
        await customer.hears(BOSS_HZ)
        await customer.hang_up()
        await boss.ended()
        assert (await house.record())["agent"] == "boss"
        await house.is_quiet()


async def test_a_call_an_agent_made_goes_on(tmp_path: Path) -> None:
    async with house_with_way_out(tmp_path) as (house, outside):
        alice = await dials(house, "alice", OUTSIDE)
        other = await outside.incoming()
        await other.answer()
        await alice.answered()
        await alice.tone(AGENT_HZ)
        await other.hears(AGENT_HZ)
        await die_and_return(house, after_s=0.2)
        await other.hears(AGENT_HZ)
        await house.agent_is("alice", "busy")
        await other.hang_up()
        assert await alice.ended() == 200
        record = await house.record()
        assert (record["direction"], record["reason"]) == ("outbound", "customer_hung_up")
        await house.agent_is("alice", "ready")
        await house.is_quiet()


async def test_two_joined_calls_go_on(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, alice = await house.talking("alice")
        bob_phone = await house.agent("bob")
        await alice.hold()
        asking = await dials(house, "alice", "bob")
        bob = await bob_phone.incoming()
        await bob.answer()
        await bob.tone(BOB_HZ)
        await asking.hears(BOB_HZ)
        await alice.refer_to_call(asking)
        await customer.hears(BOB_HZ)
        await asyncio.gather(alice.ended(), asking.ended())
        await die_and_return(house, after_s=0.2)
        await asyncio.gather(customer.hears(BOB_HZ), bob.hears(CUSTOMER_HZ))
        await house.agent_is("bob", "talking")
        await bob.hang_up()
        await customer.ended()
        first, _ = await house.records(2)
        assert (first["agent"], first["reason"]) == ("bob", "agent_hung_up")
        await house.agent_is("bob", "ready")
        await house.is_quiet()
