"""Calls that agents make: to colleagues, and outside as far as the toll guard lets them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from callserver.testing import frequency, wav
from callserver.testing.phone import Phone, SoftCall
from callserver.testing.ports import free_port
from callserver.testing.rig import CUSTOMER_HOST
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, House, open_house
from tests.scenarios.test_conversations import BOB_HZ, act, agent, running_call

OUTSIDE = "+37129999999"


@asynccontextmanager
async def house_with_way_out(folder: Path, **more: Any) -> AsyncIterator[tuple[House, Phone]]:
    """A house with agent alice, and a provider's phone that all numbers outside lead to. ``more``
    are sections of the configuration."""
    port = free_port()
    way = {"addresses": [f"{CUSTOMER_HOST}/32"], "hosts": [f"{CUSTOMER_HOST}:{port}"]}
    settings: dict[str, Any] = {
        "trunks": {"provider": way},
        "outgoing": {"allow": ["+371"], "trunk": "provider", "caller": "+37167000000"},
        **more,
    }
    async with (
        await Phone.start("outside", host=CUSTOMER_HOST, port=port) as outside,
        open_house(folder, settings) as house,
    ):
        await house.agent("alice")
        yield house, outside


async def dials(house: House, name: str, who: str) -> SoftCall:
    return await house.phones[name].call(f"sip:{who}@{house.rig.sip}")


async def test_an_agent_calls_outside_and_it_is_on_record_and_recorded(tmp_path: Path) -> None:
    async with house_with_way_out(tmp_path) as (house, outside):
        alice = await dials(house, "alice", OUTSIDE)
        other = await outside.incoming()
        assert other.number == "+37167000000"
        await other.ring()
        await alice.ringing()
        await house.agent_is("alice", "busy")
        await other.answer()
        await alice.answered()
        await alice.tone(AGENT_HZ)
        await other.tone(CUSTOMER_HZ)
        await asyncio.gather(alice.hears(CUSTOMER_HZ), other.hears(AGENT_HZ, for_s=1.0))
        await alice.hang_up()
        assert await other.ended() == 200
        record = await house.record()
        assert (record["direction"], record["number"]) == ("outbound", OUTSIDE)
        assert (record["agent"], record["trunk"]) == ("alice", "provider")
        assert (record["result"], record["reason"]) == ("answered", "agent_hung_up")
        both = wav.read(await house.recording(record["id"]))
        assert frequency.judge(both.channels[0][-2400:-800], both.rate).dominated_by(CUSTOMER_HZ)
        assert frequency.judge(both.channels[1][-2400:-800], both.rate).dominated_by(AGENT_HZ)
        await house.agent_is("alice", "ready")
        await house.is_quiet()


async def test_what_the_toll_guard_forbids_is_403_and_counted(tmp_path: Path) -> None:
    async with house_with_way_out(tmp_path) as (house, _):
        assert await (await dials(house, "alice", "+4915112345678")).ended() == 403
        assert await (await dials(house, "alice", "nobody")).ended() == 403
        metrics = await house.rig.api.text("/metrics")
        assert 'callserver_dialling_denied_total{why="not_allowed"} 1.0' in metrics
        reasons = [record["reason"] for record in await house.records(2)]
        assert reasons == ["not_allowed", "not_allowed"]


async def test_who_is_called_may_be_busy_and_the_phone_is_told_so(tmp_path: Path) -> None:
    async with house_with_way_out(tmp_path) as (house, outside):
        alice = await dials(house, "alice", OUTSIDE)
        await (await outside.incoming()).reject(486)
        assert await alice.ended() == 486
        gives_up = await dials(house, "alice", OUTSIDE)
        ringing = await outside.incoming()
        await ringing.ring()
        await gives_up.ringing()
        await gives_up.hang_up()
        await ringing.ended()
        first, second = await house.records(2)
        assert (first["result"], first["reason"]) == ("failed", "callee_busy")
        assert (second["result"], second["reason"]) == ("abandoned", "before_answer")
        await house.agent_is("alice", "ready")
        await house.is_quiet()


async def test_an_agent_calls_a_colleague_who_is_not_given_queue_calls_meanwhile(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        bob_phone = await house.agent("bob")
        alice = await dials(house, "alice", "bob")
        bob = await bob_phone.incoming()
        assert bob.number == "alice"
        await house.agent_is("bob", "busy")
        await bob.answer()
        await alice.answered()
        await alice.tone(AGENT_HZ)
        await bob.tone(BOB_HZ)
        await asyncio.gather(alice.hears(BOB_HZ), bob.hears(AGENT_HZ))
        customer = await house.waiting_customer()
        await house.call_is("queued", position=1)
        await bob.hang_up()
        assert await alice.ended() == 200
        assert (await house.records())[0]["direction"] == "internal"
        names = ("alice", "bob")
        rung = [asyncio.create_task(house.phones[name].incoming()) for name in names]
        await asyncio.wait(rung, return_when=asyncio.FIRST_COMPLETED)
        for task in rung:
            task.cancel()
        await customer.hang_up()
        await house.is_quiet()


async def test_who_was_called_outside_can_be_given_to_a_colleague(tmp_path: Path) -> None:
    async with house_with_way_out(tmp_path) as (house, outside):
        bob_phone = await house.agent("bob")
        alice = await dials(house, "alice", OUTSIDE)
        other = await outside.incoming()
        await other.answer()
        await other.tone(CUSTOMER_HZ)
        await alice.hears(CUSTOMER_HZ)
        call = await running_call(house)
        await act(house, call, "transfer", agent("bob"))
        assert await alice.ended() == 200
        bob = await bob_phone.incoming()
        await bob.answer()
        await bob.tone(BOB_HZ)
        await asyncio.gather(other.hears(BOB_HZ), bob.hears(CUSTOMER_HZ))
        await house.agent_is("alice", "ready")
        await bob.hang_up()
        assert await other.ended() == 200
        assert (await house.record())["agent"] == "bob"
        await house.is_quiet()


async def dials_code(house: House, name: str, code: str) -> int:
    """The code of a feature: a tone, then it hangs up by itself; its last SIP status."""
    call = await dials(house, name, code)
    return await call.ended()


async def test_agents_steer_themselves_by_what_they_dial(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.agent("alice")
        assert await dials_code(house, "alice", "*12") == 200
        await house.agent_is("alice", "paused", "break")
        assert await dials_code(house, "alice", "*122") == 200
        await house.agent_is("alice", "paused", "lunch")
        assert await dials_code(house, "alice", "*129") == 480
        assert await dials_code(house, "alice", "*11") == 200
        await house.agent_is("alice", "signed_out")
        assert await dials_code(house, "alice", "*10") == 200
        await house.agent_is("alice", "ready")
        assert await dials_code(house, "alice", "*13") == 480
        assert (await house.rig.api.get("/api/v1/calls"))["items"] == []
        await house.is_quiet()


async def test_an_agent_picks_up_the_caller_for_whom_another_phone_rings(tmp_path: Path) -> None:
    async with open_house(tmp_path, {"agents": {"ring_timeout_s": 20.0}}) as house:
        alice_phone = await house.agent("alice")
        customer = await house.waiting_customer()
        ringing = await alice_phone.incoming()
        await ringing.ring()
        bob_phone = await house.agent("bob")
        assert await dials_code(house, "bob", "*13") == 200
        picked = await bob_phone.incoming()
        await picked.answer()
        await picked.tone(BOB_HZ)
        await customer.hears(BOB_HZ)
        await ringing.ended()
        await house.agent_is("alice", "ready")
        await customer.hang_up()
        assert (await house.record())["agent"] == "bob"
        await house.is_quiet()
