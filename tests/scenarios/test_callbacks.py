"""People are called back, over real calls: in their turn, by an agent, once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from callserver.testing import frequency, wav
from callserver.testing.phone import Phone, SoftCall
from callserver.testing.rig import eventually
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, House
from tests.scenarios.test_agents_call import OUTSIDE, house_with_way_out

OURS = "+37167000000"
RULES = {"hours": [], "busy_s": 0.3, "no_answer_s": 0.4, "failed_s": 0.5, "ring_s": 3.0}


@asynccontextmanager
async def call_centre(
    folder: Path, rules: dict[str, Any] | None = None, **more: Any
) -> AsyncIterator[tuple[House, Phone]]:
    """A house whose queue calls back by these rules; agents hear its ``title`` first."""
    title = more.pop("title", "Support")
    queues = {"support": {"title": title, "callback": {**RULES, **(rules or {})}}}
    async with house_with_way_out(folder, queues=queues, **more) as (house, outside):
        yield house, outside


async def asks(house: House, **more: Any) -> str:
    """Somebody enters a request; its name."""
    body = {"number": OUTSIDE, "queue": "support", "name": "Jane Doe", "line": "100", **more}
    made = await house.rig.api.post("/api/v1/callbacks", body)
    name: str = made["call"]
    return name


async def request_is(house: House, request: str, state: str) -> dict[str, Any]:
    """Until the request is in this state, in the store."""

    async def now() -> dict[str, Any]:
        if await house.rig.api.status(f"/api/v1/callbacks/{request}") != 200:
            return {"state": "", "attempts": []}
        found: dict[str, Any] = await house.rig.api.get(f"/api/v1/callbacks/{request}")
        return found

    return await eventually(now, lambda found: found["state"] == state)


async def agent_takes(house: House, name: str = "alice") -> SoftCall:
    """The agent's phone shows who it is, and the agent hears that it is a callback."""
    rung = await house.phones[name].incoming()
    assert (rung.number, rung.name) == (OUTSIDE, "Jane Doe")
    await rung.ring()
    await house.agent_is(name, "ringing")
    await rung.answer()
    await rung.tone(AGENT_HZ)
    await rung.hears_sound()
    return rung


async def talk(customer: SoftCall, agent: SoftCall) -> None:
    await customer.answer()
    await customer.tone(CUSTOMER_HZ)
    await asyncio.gather(customer.hears(AGENT_HZ, for_s=1.0), agent.hears(CUSTOMER_HZ, for_s=1.0))


def outcomes(request: dict[str, Any]) -> list[str]:
    return [one["outcome"] for one in request["attempts"]]


async def test_agent_hears_who_it_is_then_the_customer_is_called_and_they_talk(
    tmp_path: Path,
) -> None:
    async with call_centre(tmp_path) as (house, outside):
        request = await asks(house)
        alice = await agent_takes(house)
        customer = await outside.incoming()
        assert customer.number == OURS
        await talk(customer, alice)
        await house.agent_is("alice", "talking")
        await customer.hang_up()
        assert await alice.ended() == 200
        done = await request_is(house, request, "done")
        assert (outcomes(done), done["attempts"][0]["agent"]) == (["answered"], "alice")
        record = await house.record()
        assert (record["result"], record["reason"]) == ("answered", "customer_hung_up")
        assert (record["direction"], record["callback_of"]) == ("outbound", request)
        assert (record["id"], record["agent"]) == (done["attempts"][0]["call"], "alice")
        assert (record["number"], record["queue"]) == (OUTSIDE, "support")
        both = wav.read(await house.recording(record["id"]))
        assert frequency.share(both.channels[0], CUSTOMER_HZ, both.rate) > 0.8
        assert frequency.share(both.channels[1], AGENT_HZ, both.rate) > 0.8
        await house.agent_is("alice", "ready")
        await house.is_quiet()


async def test_customer_who_could_not_be_reached_is_called_again_by_whoever_is_free_then(
    tmp_path: Path,
) -> None:
    async with call_centre(tmp_path) as (house, outside):
        request = await asks(house)
        for code in (486, 500):
            alice = await agent_takes(house)
            await (await outside.incoming()).reject(code)
            assert await alice.ended() == 200, "nobody is there to talk with"
        alice = await agent_takes(house)
        await talk(await outside.incoming(), alice)
        await alice.hang_up()
        done = await request_is(house, request, "done")
        assert outcomes(done) == ["busy", "failed", "answered"]
        times = [(one["at"], one["ended_at"]) for one in done["attempts"]]
        assert sorted(times) == times
        records = await house.records(3)
        reasons = [record["reason"] for record in records]
        assert reasons == ["callee_busy", "unreachable", "agent_hung_up"]
        assert {record["callback_of"] for record in records} == {request}
        await house.agent_is("alice", "ready")
        metrics = await house.rig.api.text("/metrics")
        assert 'callserver_callback_attempts_total{outcome="busy"} 1.0' in metrics
        assert 'callserver_callbacks_total{state="done"} 1.0' in metrics
        await house.is_quiet()


async def test_who_never_answers_is_called_as_often_as_the_rules_say(tmp_path: Path) -> None:
    async with call_centre(tmp_path, {"tries": 2, "ring_s": 1.0}) as (house, outside):
        request = await asks(house)
        for _ in range(2):
            alice = await agent_takes(house)
            ringing = await outside.incoming()
            await ringing.ring()
            assert await alice.ended() == 200
            assert await ringing.ended() == 487
        gone = await request_is(house, request, "unreached")
        assert outcomes(gone) == ["no_answer", "no_answer"]
        assert [one["reason"] for one in await house.records(2)] == ["no_answer", "no_answer"]
        await house.is_quiet()


async def test_who_declines_is_left_alone(tmp_path: Path) -> None:
    async with call_centre(tmp_path) as (house, outside):
        request = await asks(house)
        alice = await agent_takes(house)
        await (await outside.incoming()).reject(603)
        await alice.ended()
        assert outcomes(await request_is(house, request, "unreached")) == ["declined"]
        assert [one["reason"] for one in await house.records(1)] == ["callee_declined"]
        await house.is_quiet()


async def test_agent_who_does_not_take_it_costs_the_customer_nothing(tmp_path: Path) -> None:
    async with call_centre(tmp_path, agents={"missed_pause_s": 60.0}) as (house, outside):
        bob = await house.agent("bob")
        request = await asks(house)
        alice = await house.phones["alice"].incoming()
        await alice.reject(486)
        taken = await bob.incoming()
        await taken.answer()
        await taken.tone(AGENT_HZ)
        await talk(await outside.incoming(), taken)
        await taken.hang_up()
        done = await request_is(house, request, "done")
        assert [one["agent"] for one in done["attempts"]] == ["bob"]
        (record,) = await house.records(1)
        assert record["missed_by"] == ["alice"]
        await house.is_quiet()


async def test_agent_who_hangs_up_while_it_rings_is_free_and_the_phone_stops(
    tmp_path: Path,
) -> None:
    async with call_centre(tmp_path, {"ring_s": 20.0, "tries": 1}) as (house, outside):
        request = await asks(house)
        alice = await agent_takes(house)
        ringing = await outside.incoming()
        await ringing.ring()
        await alice.hang_up()
        assert await ringing.ended() == 487
        assert outcomes(await request_is(house, request, "unreached")) == ["failed"]
        await house.agent_is("alice", "ready")
        await house.is_quiet()


async def test_request_is_cancelled_while_it_rings(tmp_path: Path) -> None:
    async with call_centre(tmp_path, {"ring_s": 20.0}) as (house, outside):
        request = await asks(house)
        alice = await agent_takes(house)
        ringing = await outside.incoming()
        await ringing.ring()
        await house.rig.api.post(f"/api/v1/callbacks/{request}/cancel", None)
        assert await ringing.ended() == 487
        assert await alice.ended() == 200
        assert outcomes(await request_is(house, request, "cancelled")) == ["failed"]
        await house.agent_is("alice", "ready")
        await house.is_quiet()
