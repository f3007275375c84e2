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
    """A house whose queue calls back by these rules."""
    queues = {"support": {"title": "Support", "callback": {**RULES, **(rules or {})}}}
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
