"""A CRM is asked who calls: the call waits for it no longer than it may, whatever it does."""

import time
from pathlib import Path
from typing import Any

from callserver.testing.callers import Callers, Manner
from callserver.testing.crms import CrmServer, FakeZammad
from callserver.testing.serving import answering
from tests.restart.test_flow_steps import new_flow
from tests.scenarios.house import House, open_house

FLOW = """
start: who
steps:
  who: {switch: [{when: caller.contact.tier == 'gold', to: gold}], otherwise: plain}
  gold: {set: {way: "'gold'"}, next: wait}
  plain: {set: {way: "'plain'"}, next: wait}
  wait: {queue: support, refused: bye, next: bye}
  bye: {hangup: closed}
"""
ANNA: dict[str, Any] = {"name": "Anna", "tier": "gold", "vip": True, "url": "https://crm/5"}
SLOW_S = 60.0


async def way(house: House, call: str) -> str:
    (fact,) = await house.facts(call, "variables_set")
    found: str = fact["values"]["way"]
    return found


async def test_slow_down_and_wrong_ones_hold_up_no_call_and_a_late_answer_is_on_the_screen(
    tmp_path: Path,
) -> None:
    crm = Callers(ANNA)
    zammad = FakeZammad()
    async with answering(crm.answer) as url, CrmServer.start(zammad) as server:
        settings = {
            "connectors": {"zammad": zammad.options(server.url)},
            "destinations": {"crm": {"url": url, "private": True}},
            "lookup": {"ask": "crm", "late_s": SLOW_S, "deadline_s": 2.0},
        }
        async with open_house(tmp_path, settings) as house:
            await new_flow(house, FLOW)
            ways = []
            for crm.manner in Manner:
                began = time.monotonic()
                customer = await house.customer()
                await customer.answered()
                live = await house.call_is("queued")
                assert time.monotonic() - began < SLOW_S / 2, crm.manner
                ways.append(await way(house, live["call"]))
                assert live["contact"].get("name") == (
                    "Anna" if crm.manner is Manner.QUICK else None
                )
                if crm.manner is Manner.SLOW:
                    crm.go.set()
                    (known,) = await house.facts(live["call"], "caller_known")
                    assert known["source"] == "crm" and known["fields"]["url"] == "https://crm/5"
                    live = await house.call_is("queued")
                    assert live["contact"]["vip"] is True
                await customer.hang_up()
                await house.records(len(ways))
            assert ways == ["gold", "plain", "plain", "plain", "plain"]

            crm.manner, crm.person = Manner.QUICK, {"blocked": True}
            customer = await house.customer()
            await customer.ended()
            records = await house.records(len(ways) + 1)
            assert (records[-1]["result"], records[-1]["reason"]) == ("rejected", "unwanted")

            crm.manner = Manner.NOBODY
            contact = {"name": "Nuisance", "blocked": True}
            await house.rig.api.put("/api/v1/contacts/+37120000007", contact)
            customer = await house.customer()
            assert await customer.ended() >= 400, "refused, not answered"
            records = await house.records(len(ways) + 2)
            assert (records[-1]["result"], records[-1]["reason"]) == ("rejected", "unwanted")
            assert records[-1]["answered_at"] is None

            zammad.blocked.add("+37120000008")
            customer = await house.customer()
            await customer.ended()
            records = await house.records(len(ways) + 3)
            assert (records[-1]["result"], records[-1]["reason"]) == ("rejected", "unwanted")
            (known,) = await house.facts(records[-1]["id"], "caller_known")
            assert known == {"source": "zammad", "fields": {"blocked": True}}
            await server.until("all are over there", lambda: _over(zammad, len(records)))
            assert zammad.wrong == []
            await house.is_quiet()


def _over(zammad: FakeZammad, calls: int) -> bool:
    return list(zammad.stories().values()).count(["new", "over"]) == calls
