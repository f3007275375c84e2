"""Somebody clicks on a number in the CRM: their phone rings, then the number's, and whatever comes
of it stands at the one card that the CRM has for it."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callserver.testing.crms import CrmServer, FakeBitrix24
from callserver.testing.phone import Phone
from callserver.testing.rig import eventually
from tests.restart.test_controller_dies import phones_are_kept
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, House
from tests.scenarios.test_agents_call import OUTSIDE, house_with_way_out

HERE = "+37167000100"
LINES = {"100": {"flow": "support"}, HERE: {"flow": "support", "caller": HERE}}
PATIENT = {"wrap_up_s": 0.2, "ring_timeout_s": 30.0}
QUEUES = {"support": {"title": "Support", "line": HERE}}


@dataclass
class Office:
    """A house whose agent alice is user 17 of a portal, which has us call."""

    house: House
    server: CrmServer
    portal: FakeBitrix24

    async def hears(self, event: dict[str, str]) -> int:
        """The portal sends it; the status of the answer."""
        return await self.server.send(f"{self.house.rig.url}/connectors/crm", event)

    async def dies(self) -> None:
        """The controller, and another one comes."""
        await self.house.rig.kill()
        await self.house.rig.run()

    async def finished(self, event: dict[str, str], field: str = "STATUS_CODE") -> dict[str, Any]:
        """What is written down of the card of a click, when this is."""

        def card() -> dict[str, Any]:
            record = self.portal.of(event["data[CALL_ID]"])
            return {} if record is None else record.fields

        await self.server.until(f"the card has its {field}", lambda: field in card())
        return card()

    async def nobody_is_called(self) -> None:
        async def live() -> int:
            return len((await self.house.rig.api.get("/api/v1/calls/live"))["items"])

        await eventually(live, lambda count: count == 0, within=20)


async def test_a_click_in_the_crm_is_one_call_at_one_card_though_the_controller_dies(
    tmp_path: Path,
) -> None:
    portal = FakeBitrix24()
    async with CrmServer.start(portal) as server:
        crm = {"crm": server.crm.options(server.url)}
        more = {"lines": LINES, "connectors": crm, "queues": QUEUES, "agents": PATIENT}
        async with house_with_way_out(tmp_path, **more) as (house, outside):
            office = Office(house, server, portal)
            await they_talk_and_the_controller_dies_before(office, outside)
            await it_dies_right_after_the_click(office)
            await a_form_is_filled_in(office)
            assert portal.wrong == []
            assert len(portal.cards) == len(portal.records) == 3
            await house.is_quiet()


async def they_talk_and_the_controller_dies_before(office: Office, outside: Phone) -> None:
    house, clicked = office.house, office.portal.click("17", OUTSIDE, HERE)
    await phones_are_kept(house)
    assert await office.hears({**clicked, "auth[application_token]": "guessed"}) == 403
    assert await office.hears(clicked) == 200
    ring = await house.phones["alice"].incoming()
    assert ring.number == OUTSIDE
    assert await office.hears(clicked) == 200, "it is told twice"
    await office.dies()
    assert await office.hears(clicked) == 200, "and to the next one"
    await ring.answer()
    await ring.tone(AGENT_HZ)
    customer = await outside.incoming()
    assert customer.number == HERE
    await customer.answer()
    await customer.tone(CUSTOMER_HZ)
    await ring.hears(CUSTOMER_HZ)
    await customer.hears(AGENT_HZ, for_s=1.0)

    busy = office.portal.click("17", OUTSIDE)
    assert await office.hears(busy) == 200
    told = await office.finished(busy)
    assert (told["STATUS_CODE"], told["FAILED_REASON"]) == ("486", "alice is on a call")
    assert told["DURATION"] == 0

    await customer.hang_up()
    assert await ring.ended() == 200
    told = await office.finished(clicked, "file")
    record = await house.record()
    assert (told["USER_ID"], told["STATUS_CODE"]) == ("17", "200")
    assert told["DURATION"] == round(record["talked_s"]) > 0
    steps = office.portal.stories()[clicked["data[CALL_ID]"]]
    assert steps == ["clicked", "over", "recording"]
    (ordered,) = await house.facts(record["id"], "call_ordered")
    assert (ordered["by"], ordered["why"]) == ("connector:crm", "clicked")
    await house.agent_is("alice", "ready")


async def it_dies_right_after_the_click(office: Office) -> None:
    """Wherever it was with it: no card stays open."""
    clicked = office.portal.click("17", OUTSIDE)
    declining = asyncio.create_task(declines(office.house.phones["alice"]))
    assert await office.hears(clicked) == 200
    await office.dies()
    assert (await office.finished(clicked))["DURATION"] == 0
    await office.nobody_is_called()
    declining.cancel()
    await asyncio.gather(declining, return_exceptions=True)
    await office.house.agent_is("alice", "ready")


async def declines(phone: Phone) -> None:
    """If it is rung at all."""
    await (await phone.incoming()).reject()


async def a_form_is_filled_in(office: Office) -> None:
    api = office.house.rig.api
    await api.put("/api/v1/agents/alice/state", {"state": "paused", "reason": "break"})
    assert await office.hears(office.portal.callback_form(OUTSIDE, HERE)) == 200

    async def asked() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await api.get("/api/v1/callbacks"))["items"]
        return found

    (one,) = await eventually(asked, bool)
    assert (one["number"], one["queue"], one["why"]) == (OUTSIDE, "support", "crm")
