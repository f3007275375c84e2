"""Calls that are ordered for an agent, and numbers that nobody calls."""

import asyncio
from pathlib import Path

from callserver.testing import frequency, wav
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ
from tests.scenarios.test_agents_call import OUTSIDE, dials, house_with_way_out

LINES = {"100": {"flow": "support", "caller": "+37167000100"}}
UNWILLING = "+37129999998"


async def test_an_order_rings_the_agent_then_the_number_and_the_unwilling_are_left_alone(
    tmp_path: Path,
) -> None:
    async with house_with_way_out(tmp_path, lines=LINES) as (house, outside):
        api = house.rig.api
        await api.post("/api/v1/do-not-call", {"number": UNWILLING, "reason": "asked us"})
        refused = {"agent": "alice", "number": UNWILLING}
        assert await api.status("/api/v1/calls", "POST", refused) == 409

        body = {"agent": "alice", "number": OUTSIDE, "line": "100", "why": "ticket 7"}
        made = await api.post("/api/v1/calls", body)
        assert (made["number"], made["caller"]) == (OUTSIDE, "+37167000100")
        alice = await house.phones["alice"].incoming()
        assert alice.number == OUTSIDE
        await alice.answer()
        await alice.tone(AGENT_HZ)
        await alice.hears_sound()  # what it is, then how it rings
        customer = await outside.incoming()
        assert customer.number == "+37167000100"
        assert await api.status("/api/v1/calls", "POST", body) == 409, "alice is on a call"
        await customer.ring()
        await customer.answer()
        await customer.tone(CUSTOMER_HZ)
        await asyncio.gather(
            customer.hears(AGENT_HZ, for_s=1.0), alice.hears(CUSTOMER_HZ, for_s=1.0)
        )
        await customer.hang_up()
        assert await alice.ended() == 200
        record = await house.record()
        assert record["id"] == made["call"]
        told = ("direction", "agent", "line", "result", "reason")
        assert [record[name] for name in told] == [
            *("outbound", "alice", "100", "answered", "customer_hung_up")
        ]
        (ordered,) = await house.facts(made["call"], "call_ordered")
        assert ordered["why"] == "ticket 7"
        both = wav.read(await house.recording(made["call"]))
        assert frequency.share(both.channels[0], CUSTOMER_HZ, both.rate) > 0.8
        assert frequency.share(both.channels[1], AGENT_HZ, both.rate) > 0.8
        await house.agent_is("alice", "ready")

        told_no = await dials(house, "alice", UNWILLING)
        await told_no.answered()
        await told_no.hears_sound()
        assert await told_no.ended() == 200
        await house.agent_is("alice", "ready")
        metrics = await api.text("/metrics")
        assert 'callserver_dialling_denied_total{why="do_not_call"} 2.0' in metrics
        await house.is_quiet()
