"""kill -9 of the controller in the middle of the day."""

import asyncio
import os
import pwd
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

from callserver.testing import frequency, wav
from callserver.testing.rig import START_S, eventually
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, House, open_house

PATIENT = {"agents": {"ring_timeout_s": 60.0}}
"""Phones ring on while a busy machine starts a controller."""

GIVES_UP_S = 32.0
"""So long a phone repeats an answer that nobody confirms (RFC 3261 section 13.3.1.4)."""


async def phones_are_kept(house: House) -> None:
    """Until the registrations of all phones are in the database: a phone that has registered a
    moment before the death is known again only when it registers anew."""

    async def kept() -> set[str]:
        with closing(sqlite3.connect(house.rig.folder / "var" / "callserver.db")) as connection:
            return {agent for (agent,) in connection.execute("SELECT agent FROM bindings")}

    await eventually(kept, lambda agents: agents >= house.phones.keys())


async def die_and_return(house: House, after_s: float = 1.0) -> None:
    await phones_are_kept(house)
    await house.rig.kill()
    await asyncio.sleep(after_s)
    await house.rig.run()


async def test_a_conversation_goes_on_and_its_recording_is_whole(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, agent = await house.talking("alice")
        heard = tmp_path / "customer.wav"
        await customer.record(heard)
        await die_and_return(house)
        await customer.hears(AGENT_HZ)
        await agent.hears(CUSTOMER_HZ)
        await house.agent_is("alice", "talking")
        await customer.stop_record()
        await customer.hang_up()
        assert await agent.ended() == 200
        record = await house.record()
        assert (record["result"], record["reason"]) == ("answered", "customer_hung_up")
        assert record["agent"] == "alice"
        await house.agent_is("alice", "ready")
        sound = wav.read(heard)
        assert frequency.longest_gap(sound.channels[0], AGENT_HZ, sound.rate) < 0.3
        both = wav.read(await house.recording(record["id"]))
        assert frequency.longest_gap(both.channels[0], CUSTOMER_HZ, both.rate) < 0.6
        assert frequency.longest_gap(both.channels[1], AGENT_HZ, both.rate) < 0.6
        assert abs(both.seconds - record["talked_s"]) < 0.5
        await house.is_quiet()


async def test_callers_who_wait_keep_their_music_their_order_and_their_time(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        alice = await house.agent("alice")
        customer, agent = await house.talking("alice")
        second = await house.waiting_customer()
        await house.call_is("queued", position=1)
        third = await house.waiting_customer()
        await house.call_is("queued", position=2)
        (before,) = (await house.rig.api.get("/api/v1/queues"))["items"]
        await die_and_return(house)
        (after,) = (await house.rig.api.get("/api/v1/queues"))["items"]
        entered = [(one["call"], one["entered_at"]) for one in before["waiting"]]
        assert [(one["call"], one["entered_at"]) for one in after["waiting"]] == entered
        await second.hears_sound()
        await customer.hang_up()
        await agent.ended()
        taken = await alice.incoming()
        await taken.answer()
        await taken.tone(AGENT_HZ)
        await second.hears(AGENT_HZ)
        await second.hang_up()
        await third.hang_up()
        records = await house.records(3)
        reasons = [record["reason"] for record in records]
        assert reasons[:2] == ["customer_hung_up", "customer_hung_up"]
        assert records[1]["waited_s"] > 1.0
        await house.agent_is("alice", "ready")
        await house.is_quiet()


async def test_a_phone_that_rings_goes_on_ringing_and_is_answered(tmp_path: Path) -> None:
    async with open_house(tmp_path, PATIENT) as house:
        alice = await house.agent("alice")
        customer = await house.waiting_customer()
        ringing = await alice.incoming()
        await ringing.ring()
        await house.call_is("ringing")
        await die_and_return(house, after_s=0.2)
        await house.call_is("ringing")
        await house.agent_is("alice", "ringing")
        await ringing.answer()
        await ringing.tone(AGENT_HZ)
        await customer.hears(AGENT_HZ)
        await customer.hang_up()
        record = await house.record()
        assert (record["reason"], record["agent"]) == ("customer_hung_up", "alice")
        await house.is_quiet()


async def test_an_agent_who_answers_while_nobody_conducts_is_connected(tmp_path: Path) -> None:
    async with open_house(tmp_path, PATIENT) as house:
        alice = await house.agent("alice")
        customer = await house.waiting_customer()
        ringing = await alice.incoming()
        await ringing.ring()
        await house.call_is("ringing")
        await house.rig.kill()
        answering = asyncio.create_task(ringing.answer(GIVES_UP_S))
        await house.rig.run()
        await answering
        await ringing.tone(AGENT_HZ)
        await customer.hears(AGENT_HZ)
        await house.agent_is("alice", "talking")
        await customer.hang_up()
        record = await house.record()
        assert (record["reason"], record["agent"]) == ("customer_hung_up", "alice")
        await house.is_quiet()


async def test_a_caller_in_the_menu_is_asked_again(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice", auto_answer_s=0.2, tone_on_answer=AGENT_HZ)
        customer = await house.customer()
        await customer.answered()
        await customer.hears_sound()
        await die_and_return(house, after_s=0.2)
        await customer.hears_sound()
        await customer.digits("1")
        await customer.hears(AGENT_HZ)
        await customer.hang_up()
        assert (await house.record())["reason"] == "customer_hung_up"
        await house.is_quiet()


async def test_who_hangs_up_while_nobody_looks_has_the_right_record(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, agent = await house.talking("alice")
        await house.rig.kill()
        leaving = asyncio.create_task(customer.hang_up())
        await house.rig.run()
        await leaving
        assert await agent.ended() == 200
        record = await house.record()
        assert (record["result"], record["reason"]) == ("answered", "customer_hung_up")
        await house.agent_is("alice", "ready")
        await house.recording(record["id"])
        await house.is_quiet()


async def test_the_forker_dies_and_calls_go_on_and_the_next_one_works(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, agent = await house.talking("alice")
        (forker,) = {worker.parent for worker in house.rig.workers()}
        os.kill(forker, signal.SIGKILL)
        await customer.hears(AGENT_HZ)
        await agent.hears(CUSTOMER_HZ)
        second = await house.waiting_customer()
        await house.call_is("queued", position=1)
        await customer.hang_up()
        await second.hang_up()
        assert len(await house.records(2)) == 2
        await house.is_quiet()


async def test_an_upgrade_keeps_conversations_and_waiting_callers(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        customer, agent = await house.talking("alice")
        waiting = await house.waiting_customer()
        await house.call_is("queued", position=1)
        pid = house.rig.pid
        assert await house.rig.cli("upgrade") == "upgraded\n"
        await eventually_ready(house)
        assert house.rig.pid == pid
        (entry,) = (await house.rig.api.get("/api/v1/audit?action=server.upgrade"))["items"]
        assert (entry["actor"], entry["outcome"]) == (
            f"cli:{pwd.getpwuid(os.getuid()).pw_name}",
            "done",
        )
        await customer.hears(AGENT_HZ)
        await agent.hears(CUSTOMER_HZ)
        await house.call_is("queued", position=1)
        await waiting.hears_sound()
        await waiting.hang_up()
        await customer.hang_up()
        records = await house.records(2)
        assert [record["reason"] for record in records] == ["customer_hung_up", "in_queue"]
        await house.is_quiet()


async def eventually_ready(house: House) -> None:
    async def ready() -> bool:
        return await house.rig.api.status("/readyz") == 200

    await eventually(ready, bool, within=START_S)
