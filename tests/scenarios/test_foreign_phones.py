"""Phones that nobody here wrote: baresip as the agent, SIPp as the customer, and many of them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from callserver.testing import frequency, sipp, wav
from callserver.testing.baresip import Baresip
from callserver.testing.ports import free_port
from callserver.testing.processes import open_files
from callserver.testing.rig import CUSTOMER_HOST, LINE, MD5_ONLY, eventually
from callserver.testing.sipp import Sipp
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, PASSWORD, House, open_house

BARESIP_HZ = 1300


async def _baresip(house: House, folder: Path, password: str = PASSWORD) -> Baresip:
    return await Baresip.start(
        "anna", folder, tone_hz=BARESIP_HZ, server=house.rig.sip, password=password
    )


async def test_baresip_answers_a_queued_call_of_sipp_and_each_side_is_recorded(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path, MD5_ONLY) as house:
        await house.rig.add_agent("anna", PASSWORD)
        async with await _baresip(house, tmp_path / "baresip") as anna:
            await house.agent_is("anna", "ready")
            customer = await Sipp.start(
                "customer_uac",
                tmp_path / "customer",
                target=house.rig.sip,
                host=CUSTOMER_HOST,
                fields=[(LINE, "+37120000001", "Jane Doe")],
                values=sipp.customer(tone_hz=CUSTOMER_HZ, digits="1", menu_s=0.5, talk_s=6),
            )
            await anna.event("CALL_INCOMING")
            await anna.accept()
            await anna.hears(CUSTOMER_HZ)
            result = await customer.finished(timeout=30)
            assert result.failed == 0, result.errors
            record = await house.record()
            assert (record["agent"], record["reason"]) == ("anna", "customer_hung_up")
            sound = wav.read(await house.recording(record["id"]))
            assert frequency.share(sound.channels[0], CUSTOMER_HZ, sound.rate) > 0.6
            assert frequency.share(sound.channels[1], BARESIP_HZ, sound.rate) > 0.6
        await house.is_quiet()


async def test_baresip_is_heard_and_when_it_holds_the_customer_hears_music(tmp_path: Path) -> None:
    async with open_house(tmp_path, MD5_ONLY) as house:
        await house.rig.add_agent("anna", PASSWORD)
        async with await _baresip(house, tmp_path / "baresip") as anna:
            await house.agent_is("anna", "ready")
            customer = await house.waiting_customer()
            await anna.event("CALL_INCOMING")
            await anna.accept()
            await customer.hears(BARESIP_HZ)
            await anna.hold()
            await customer.hears_other_than(BARESIP_HZ, for_s=1.0)
            await anna.resume()
            await customer.hears(BARESIP_HZ)
            await customer.hang_up()
            assert (await house.record())["held_s"] > 0.5
        await house.is_quiet()


async def test_baresip_with_a_wrong_password_is_refused_and_counted(tmp_path: Path) -> None:
    async with open_house(tmp_path, MD5_ONLY) as house:
        await house.rig.add_agent("anna", PASSWORD)
        async with await _baresip(house, tmp_path / "baresip", "another secret") as anna:
            refused = await anna.event("REGISTER_FAIL")
            assert "403" in str(refused)
        metrics = (await house.rig.api.text("/metrics")).splitlines()
        (line,) = [one for one in metrics if one.startswith("callserver_sip_auth_failures_total")]
        assert float(line.split()[-1]) >= 1
        await house.agent_is("anna", "signed_out")


async def others_than_agents_ended(house: House) -> list[str]:
    """What happened in the calls that ended in any other way, fact by fact."""

    async def ended() -> list[dict[str, Any]]:
        calls = (await house.rig.api.get("/api/v1/calls", limit=200))["items"]
        return [call for call in calls if call["result"]]

    told = []
    for record in await eventually(ended, lambda calls: len(calls) == 200):
        if (record["result"], record["reason"]) != ("answered", "agent_hung_up"):
            path = f"/api/v1/calls/{record['id']}/timeline"
            facts = (await house.rig.api.get(path))["items"]
            told += [f"{record['id']} {fact['at']} {fact['kind']} {fact['data']}" for fact in facts]
    return told


@pytest.mark.timeout(240)  # a busy machine takes its time; 30 s otherwise
async def test_two_hundred_calls_at_ten_a_second_leave_nothing_behind(tmp_path: Path) -> None:
    """20 agents, a second of talk each: nobody is lost, nothing leaks."""
    async with open_house(tmp_path, {**MD5_ONLY, "agents": {"wrap_up_s": 0.0}}, 120) as house:
        rig = house.rig
        names = [f"agent{number:02}" for number in range(20)]
        for name in names:
            await rig.add_agent(name, PASSWORD)
        # So many at once open every connection to the database there is.
        await asyncio.gather(*(rig.api.get("/api/v1/calls") for _ in range(16)))
        before = open_files(rig.pid)
        port = free_port()
        registering = await Sipp.start(
            "register",
            tmp_path / "register",
            target=rig.sip,
            port=port,
            calls=len(names),
            fields=[sipp.registration(name, PASSWORD) for name in names],
            values={"expires": "3600"},
        )
        assert (await registering.finished(timeout=30)).failed == 0
        async with await Sipp.start(
            "agent_uas",
            tmp_path / "agents",
            port=port,
            calls=None,
            limit_s=200.0,
            values=sipp.agent(tone_hz=AGENT_HZ, answer_s=0.2, talk_s=1.0),
        ):
            customers = await Sipp.start(
                "customer_uac",
                tmp_path / "customers",
                target=rig.sip,
                host=CUSTOMER_HOST,
                calls=200,
                rate=10,
                at_once=60,  # a busy machine would have them pile up until there is no room
                fields=[(LINE, f"+3712{number:07}", "Jane") for number in range(200)],
                values=sipp.customer(tone_hz=CUSTOMER_HZ, digits="1", menu_s=0.5, talk_s=60),
                limit_s=180.0,
            )
            result = await customers.finished(timeout=190)
        assert (result.failed, result.successful) == (0, 200), result.errors[-2000:]
        await house.is_quiet()
        assert await others_than_agents_ended(house) == []
        metrics = (await rig.api.text("/metrics")).splitlines()
        ended = 'callserver_calls_total{reason="agent_hung_up",result="answered"} 200.0'
        assert ended in metrics, [line for line in metrics if "callserver_calls_total" in line]
        spares = 2

        async def workers() -> int:
            return len(rig.workers())

        await eventually(workers, lambda count: count <= spares, within=10)
        states = {agent["state"] for agent in (await rig.api.get("/api/v1/agents"))["items"]}
        assert states == {"ready"}
        assert open_files(rig.pid) <= before + spares + 2
