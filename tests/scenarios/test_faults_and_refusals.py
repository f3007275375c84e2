"""A worker dies in a conversation; calls that cannot be taken; passwords that are wrong."""

import asyncio
import os
import signal
from pathlib import Path

from callserver.testing import frequency, wav
from callserver.testing.phone import Phone
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, PASSWORD, open_house


async def test_a_dead_worker_costs_its_own_call_and_no_other(tmp_path: Path) -> None:
    async with open_house(tmp_path, {"server": {"spare_workers": 0}}) as house:
        await house.agent("alice")
        await house.agent("boris")
        customer, agent = await house.talking("alice")
        (victim,) = house.rig.workers()
        other_customer, other_agent = await house.talking("boris")
        await asyncio.sleep(1)  # something to record
        os.kill(victim.pid, signal.SIGKILL)
        endings = await asyncio.gather(customer.ended(timeout=2), agent.ended(timeout=2))
        assert set(endings) == {200}
        record = await house.record()
        assert (record["result"], record["reason"]) == ("failed", "worker_lost")
        assert (record["agent"], record["talked_s"] > 0.9) == ("alice", True)
        timeline = await house.rig.api.get(f"/api/v1/calls/{record['id']}/timeline")
        owed = [fact for fact in timeline["items"] if fact["kind"] == "callback_owed"]
        assert [fact["data"]["queue"] for fact in owed] == ["support"]
        await house.agent_is("alice", "ready")
        sound = wav.read(await house.recording(record["id"]))
        left, right = sound.channels
        assert sound.seconds > 0.8
        assert frequency.share(left, CUSTOMER_HZ, sound.rate) > 0.6
        assert frequency.share(right, AGENT_HZ, sound.rate) > 0.6
        made = (await house.rig.api.get(f"/api/v1/calls/{record['id']}"))["recording"]
        assert made["repaired"] is True
        await other_customer.hears(AGENT_HZ)
        await other_agent.hears(CUSTOMER_HZ)
        await other_customer.hang_up()
        records = await house.records(2)
        assert sorted(record["reason"] for record in records) == ["customer_hung_up", "worker_lost"]
        await house.is_quiet()


async def test_a_number_nobody_answers_is_not_found_and_on_record(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        call = await house.customer(line="999")
        assert await call.ended() == 404
        record = await house.record()
        assert (record["result"], record["reason"]) == ("rejected", "unknown_line")
        assert record["line"] == "999"


async def test_a_full_house_says_come_back_later(tmp_path: Path) -> None:
    async with open_house(tmp_path, capacity=1) as house:
        inside = await house.customer()
        await inside.answered()
        outside = await house.customer()
        assert await outside.ended() == 503
        await inside.hang_up()
        records = await house.records(2)
        assert {record["reason"] for record in records} == {"in_flow", "no_capacity"}


async def test_a_wrong_password_is_refused_and_counted(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.rig.add_agent("alice", PASSWORD)
        async with await Phone.start("alice", log_dir=tmp_path) as phone:
            assert await phone.register(house.rig.sip, "alice", "not the secret") in (401, 403)
            assert await phone.register(house.rig.sip, "nobody", PASSWORD) in (401, 403)
        metrics = await house.rig.api.text("/metrics")
        (line,) = [
            a for a in metrics.splitlines() if a.startswith("callserver_sip_auth_failures_t")
        ]
        assert float(line.split()[-1]) >= 2
        await house.agent_is("alice", "signed_out")


async def test_a_stranger_who_is_no_trunk_cannot_call(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        async with await Phone.start("stranger", host="127.0.0.3", log_dir=tmp_path) as phone:
            call = await phone.call(f"sip:100@{house.rig.sip}", number="+3712000000")
            assert await call.ended() in (401, 403, 407)
        assert (await house.rig.api.get("/api/v1/calls"))["items"] == []


async def test_a_phone_that_falls_silent_is_on_record_and_the_call_is_ended(tmp_path: Path) -> None:
    async with open_house(tmp_path, {"rtp": {"dead_media_s": 7.0}}) as house:
        alice = await house.agent("alice")
        _, agent = await house.talking("alice")
        os.kill(house.customers[0].pid, signal.SIGSTOP)  # its battery is empty: no sound, no BYE
        try:
            assert await agent.ended() == 200
            record = await house.record()
        finally:
            os.kill(house.customers[0].pid, signal.SIGCONT)
        assert (record["result"], record["reason"]) == ("failed", "no_media")
        (leg,) = [leg for leg in record["legs"] if leg["leg"] == "customer"]
        assert leg["media"]["silent_s"] > 5
        timeline = await house.rig.api.get(f"/api/v1/calls/{record['id']}/timeline")
        lost = [fact for fact in timeline["items"] if fact["kind"] == "media_lost"]
        assert [fact["data"]["leg"] for fact in lost] == ["customer"]
        assert "callserver_media_lost_total" in await house.rig.api.text("/metrics")
        await house.agent_is("alice", "ready")
        assert alice.registered
