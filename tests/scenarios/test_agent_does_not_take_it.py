"""The agent's phone declines, is busy, is not answered, unregisters, dies; two calls, one agent."""

from pathlib import Path

import pytest

from tests.scenarios.house import AGENT_HZ, open_house

NO_PAUSE_END = {"agents": {"wrap_up_s": 0.2, "ring_timeout_s": 2.0, "missed_pause_s": 60.0}}


@pytest.mark.parametrize(
    ("answer", "reason"), [(603, "declined"), (486, "busy"), (480, "missed_call")]
)
async def test_who_says_no_is_paused_and_the_caller_goes_to_the_next_at_once(
    tmp_path: Path, answer: int, reason: str
) -> None:
    async with open_house(tmp_path, NO_PAUSE_END) as house:
        alice = await house.agent("alice")
        boris = await house.agent("boris")
        customer = await house.waiting_customer()
        first = await alice.incoming()
        await first.reject(answer)
        second = await boris.incoming(timeout=2)
        await house.agent_is("alice", "paused", reason)
        await second.answer()
        await second.tone(AGENT_HZ)
        await customer.hears(AGENT_HZ)
        await customer.hang_up()
        record = await house.record()
        assert (record["result"], record["agent"]) == ("answered", "boris")
        assert record["missed_by"] == ["alice"]
        await house.agent_is("alice", "paused", reason)
        await house.is_quiet()


async def test_who_does_not_answer_is_paused_and_the_caller_is_back_at_the_head(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path, NO_PAUSE_END) as house:
        alice = await house.agent("alice")
        first = await house.waiting_customer()
        ringing = await alice.incoming()
        await ringing.ring()
        second = await house.waiting_customer()
        await house.call_is("queued", position=1)
        assert await ringing.ended(timeout=15) == 487
        await house.agent_is("alice", "paused", "missed_call")
        (queue,) = (await house.rig.api.get("/api/v1/queues"))["items"]
        oldest = await house.call_is("queued", position=0)
        assert queue["waiting"][0]["call"] == oldest["call"]
        await house.rig.agent_is_ready("alice")
        again = await alice.incoming()
        await again.answer()
        await again.tone(AGENT_HZ)
        await first.hears(AGENT_HZ)
        await second.hang_up()
        await first.hang_up()
        records = await house.records(2)
        assert [record["reason"] for record in records] == ["customer_hung_up", "in_queue"]
        assert records[0]["missed_by"] == ["alice"]
        await house.is_quiet()


async def test_a_pause_after_a_miss_ends_by_itself(tmp_path: Path) -> None:
    brief = {"agents": {"wrap_up_s": 0.2, "ring_timeout_s": 5.0, "missed_pause_s": 1.0}}
    async with open_house(tmp_path, brief) as house:
        alice = await house.agent("alice")
        customer = await house.waiting_customer()
        await (await alice.incoming()).reject(486)
        await house.agent_is("alice", "paused", "busy")
        again = await alice.incoming(timeout=4)
        await again.answer()
        await again.tone(AGENT_HZ)
        await customer.hears(AGENT_HZ)
        await customer.hang_up()
        assert (await house.record())["agent"] == "alice"


async def test_a_phone_that_unregisters_while_it_rings_signs_its_agent_out(tmp_path: Path) -> None:
    async with open_house(tmp_path, NO_PAUSE_END) as house:
        alice = await house.agent("alice")
        customer = await house.waiting_customer()
        ringing = await alice.incoming()
        await ringing.ring()
        assert await alice.unregister() == 200
        assert await ringing.ended(timeout=15) == 487
        await house.agent_is("alice", "signed_out")
        await house.call_is("queued")
        await customer.hang_up()
        record = await house.record()
        assert (record["reason"], record["missed_by"]) == ("in_queue", ["alice"])
        await house.is_quiet()


async def test_a_phone_that_died_without_a_word_costs_the_caller_one_ringing(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path, NO_PAUSE_END) as house:
        alice = await house.agent("alice")
        boris = await house.agent("boris")
        await alice.kill()
        customer = await house.waiting_customer()
        taken = await boris.incoming(timeout=8)
        await taken.answer()
        await taken.tone(AGENT_HZ)
        await customer.hears(AGENT_HZ)
        await customer.hang_up()
        record = await house.record()
        assert (record["agent"], record["missed_by"]) == ("boris", ["alice"])
        await house.is_quiet()


async def test_two_calls_want_one_agent_and_are_served_in_order(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        alice = await house.agent("alice")
        customer, agent = await house.talking("alice")
        second = await house.waiting_customer()
        await house.call_is("queued", position=1)
        await customer.hang_up()
        assert await agent.ended(timeout=2) == 200
        taken = await alice.incoming()
        await taken.answer()
        await taken.tone(AGENT_HZ)
        await second.hears(AGENT_HZ)
        await second.hang_up()
        records = await house.records(2)
        assert [record["agent"] for record in records] == ["alice", "alice"]
        assert records[1]["waited_s"] > records[0]["waited_s"]
        await house.agent_is("alice", "ready")
        await house.is_quiet()
