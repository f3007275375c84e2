"""The caller hangs up: in the menu, in the queue, while a phone rings, in the conversation."""

from pathlib import Path

from callserver.testing import frequency, wav
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, open_house


async def test_caller_leaves_in_the_menu(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        call = await house.customer()
        await call.answered()
        await call.hears_sound()
        await call.hang_up()
        record = await house.record()
        assert (record["result"], record["reason"]) == ("abandoned", "in_flow")
        assert (record["queue"], record["agent"], record["recording"]) == (None, None, None)
        await house.agent_is("alice", "ready")
        await house.is_quiet()


async def test_caller_leaves_in_the_queue_after_hearing_the_place_and_music(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        call = await house.waiting_customer()
        view = await house.call_is("queued")
        await call.hears_sound()
        told, *_ = await house.facts(view["call"], "position_announced")
        assert told["position"] == 1
        await call.hang_up()
        record = await house.record()
        assert (record["result"], record["reason"]) == ("abandoned", "in_queue")
        assert record["waited_s"] > 0
        await house.is_quiet()


async def test_caller_leaves_while_the_agent_rings_and_the_ringing_stops_at_once(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        alice = await house.agent("alice")
        call = await house.waiting_customer()
        ringing = await alice.incoming()
        await ringing.ring()
        await house.call_is("ringing")
        await call.hang_up()
        assert await ringing.ended() == 487
        record = await house.record()
        assert (record["result"], record["reason"]) == ("abandoned", "while_ringing")
        assert record["missed_by"] == []
        await house.agent_is("alice", "ready")
        await house.is_quiet()


async def test_caller_leaves_the_conversation_and_both_sides_are_on_record(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, agent = await house.talking("alice")
        await customer.hang_up()
        assert await agent.ended() == 200
        record = await house.record()
        assert (record["result"], record["reason"]) == ("answered", "customer_hung_up")
        assert (record["queue"], record["agent"]) == ("support", "alice")
        assert {leg["leg"]: leg["end"] for leg in record["legs"]} == {
            "customer": "hung_up",
            "agent": "released",
        }
        assert all(leg["media"]["rx_packets"] > 20 for leg in record["legs"])
        await house.agent_is("alice", "ready")
        sound = wav.read(await house.recording(record["id"]))
        left, right = sound.channels
        assert abs(frequency.dominant(left, sound.rate) - CUSTOMER_HZ) < 10
        assert abs(frequency.dominant(right, sound.rate) - AGENT_HZ) < 10
        await house.is_quiet()


async def test_agent_hangs_up_and_the_caller_hears_goodbye(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, agent = await house.talking("alice")
        await customer.silence()
        await agent.hang_up()
        await customer.hears_sound()
        assert await customer.ended() == 200
        record = await house.record()
        assert (record["result"], record["reason"]) == ("answered", "agent_hung_up")
        assert record["step"] == "bye"
        await house.agent_is("alice", "ready")
        await house.is_quiet()
