"""A CRM asks for calls: one is made of each click, and its card never stays open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from callserver.config import Config
from callserver.crm.connectors.errands import Errands
from callserver.model import facts as f
from callserver.model.call import Direction, Ending, Reason, Result
from callserver.model.callback import CallbackWhy
from callserver.model.errands import Adopted, Heard, NotThem
from callserver.model.errors import NotAllowed, NotDialled, NoWorker, OnACall, UnknownName
from callserver.testing.crms import CrmServer, FakeBitrix24
from callserver.testing.rig import eventually
from tests.crm.house import Office, all_over, office
from tests.crm.test_connectors import HOOK, configured, dead
from tests.web.fakes_outgoing import FakeOrders
from tests.web.visitors import FakeSite

NUMBER = "+37120000012"
LINES = {"+37167000100": {"flow": "support"}, "200": {"flow": "support"}}
QUEUES = {"support": {"line": "+37167000100"}, "sales": {}}


class Desk:
    """What a controller has for the errands of the portal."""

    def __init__(self, one: Office, server: CrmServer, portal: FakeBitrix24) -> None:
        self.office, self.server, self.portal = one, server, portal
        self.orders, self.site = FakeOrders(), FakeSite()
        self.begun = False
        config = Config.model_validate({"lines": LINES, "queues": QUEUES})
        self.errands = Errands(
            *(config, one.couriers, one.store.errands, self.orders, self.site, one.clock, self)
        )

    async def flush(self) -> None:
        """The fakes keep nothing."""

    async def knows(self, call: str) -> bool:
        return self.begun

    async def card(self) -> dict[str, Any]:
        """The one card there is, when it is finished."""
        await self.server.until("the card is finished", lambda: self.portal.records)
        await all_over(self.office, HOOK)
        (record,) = self.portal.records.values()
        assert self.portal.wrong == []
        assert len(self.portal.cards) == 1
        return record.fields

    async def settled(self) -> None:
        """Nobody waits for a word."""
        await eventually(self.office.store.errands.adopted, lambda left: not left)


@asynccontextmanager
async def desk(
    folder: Path, portal: FakeBitrix24, database: str = "", **more: Any
) -> AsyncIterator[Desk]:
    """``more`` are options of the connector."""
    async with (
        CrmServer.start(portal) as server,
        office(folder, configured(server, **more), url=database) as one,
    ):
        made = Desk(one, server, portal)
        try:
            yield made
        finally:
            await made.errands.stop()


def talk(call: str, at: float) -> list[f.Fact]:
    """What is on record of a call that was made so, in no queue."""
    ours = (Direction.OUTBOUND, "200", NUMBER, "", "provider", "", "w1")
    return [
        f.CallOffered(call, at, *ours),
        f.CallAnswered(call, at + 3),
        f.AgentAnswered(call, at + 3, "alice"),
        f.CallEnded(call, at + 10, Ending(Result.ANSWERED, Reason.CUSTOMER_HUNG_UP)),
    ]


@pytest.mark.parametrize("queues", [[], ["support"]])
async def test_a_click_is_one_call_with_the_card_of_the_portal_whatever_queues_it_is_told_of(
    tmp_path: Path, queues: list[str]
) -> None:
    portal = FakeBitrix24()
    form = portal.click("17", NUMBER, "37167000100")
    async with desk(tmp_path, portal, queues=queues) as one:
        heard = [await one.errands.hear("crm", form) for _ in range(2)]
        assert heard == [Heard.CALL, Heard.AGAIN]
        await one.settled()
        (order,) = one.orders.asked
        assert (order.agent, order.number, order.line) == ("alice", NUMBER, "+37167000100")
        assert order.by == "connector:crm"
        await one.office.happens(*talk(order.call, one.office.clock.now()))
        fields = await one.card()
        assert (fields["USER_ID"], fields["DURATION"], fields["STATUS_CODE"]) == ("17", 7, "200")
    async with desk(tmp_path, portal) as one:
        assert await one.errands.hear("crm", form) is Heard.AGAIN
        assert one.orders.asked == []


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (OnACall("alice is on a call"), "486"),
        (NotAllowed("alice is not signed in"), "480"),
        (NotDialled("they asked not to be called"), "403"),
        (NoWorker("there is no room for another call"), "503"),
        (UnknownName("there is no way out"), "503"),
    ],
)
async def test_what_is_refused_is_finished_at_the_portal_with_why(
    tmp_path: Path, refusal: Exception, code: str
) -> None:
    portal = FakeBitrix24()
    async with desk(tmp_path, portal) as one:
        one.orders.refusal = refusal
        assert await one.errands.hear("crm", portal.click("17", NUMBER)) is Heard.CALL
        fields = await one.card()
        assert (fields["STATUS_CODE"], fields["FAILED_REASON"]) == (code, str(refusal))
        assert (fields["USER_ID"], fields["DURATION"]) == ("17", 0)


async def test_a_user_who_is_nobody_of_ours_hears_so(tmp_path: Path) -> None:
    portal = FakeBitrix24()
    async with desk(tmp_path, portal) as one:
        await one.errands.hear("crm", portal.click("99", NUMBER))
        fields = await one.card()
        assert (fields["STATUS_CODE"], fields["USER_ID"]) == ("480", "99")
        assert one.orders.asked == []


async def test_what_a_controller_left_is_settled_by_the_next_one(
    tmp_path: Path, database_url: str
) -> None:
    """It died after the click was safe, and before or after the call began."""
    portal = FakeBitrix24()
    for begun in (True, False):
        card = portal.click("17", NUMBER)["data[CALL_ID]"]
        async with desk(tmp_path, portal, database=database_url) as one:
            left = Adopted(HOOK, card, f"c{begun}", "17", one.office.clock.now() - 1.0)
            known = {"id": card, "user": "17"}
            adopted = [await one.office.store.errands.adopt(left, known) for _ in range(2)]
            assert adopted == [True, False]
            one.begun = begun
            one.errands.start()
            await one.settled()
            await all_over(one.office, HOOK)
            lost = {each.fields["CALL_ID"]: each.fields for each in portal.records.values()}
            assert (card in lost) is not begun
            assert await dead(one.office) == []
    assert (lost[card]["STATUS_CODE"], lost[card]["DURATION"]) == ("503", 0)
    assert portal.wrong == []


async def test_a_card_the_portal_has_forgotten_is_not_made_again(tmp_path: Path) -> None:
    portal = FakeBitrix24()
    async with desk(tmp_path, portal) as one:
        await one.errands.hear("crm", portal.click("17", NUMBER))
        await one.settled()
        portal.cards.clear()
        await one.office.happens(*talk(one.orders.asked[0].call, one.office.clock.now()))
        await all_over(one.office, HOOK)
        (why,) = await dead(one.office)
        assert "not found" in why
        assert (portal.cards, portal.wrong) == ({}, [])


async def test_a_callback_form_is_noted_for_the_queue_of_its_line(tmp_path: Path) -> None:
    portal = FakeBitrix24()
    async with desk(tmp_path, portal) as one:
        for line, heard in (("+371 67000100", Heard.CALLBACK), ("7", Heard.NOTHING)):
            assert await one.errands.hear("crm", portal.callback_form(NUMBER, line)) is heard
        (wanted,) = one.site.taken
        assert (wanted.number, wanted.queue, wanted.line) == (NUMBER, "support", "+37167000100")
        assert one.site.requests["r1"].why is CallbackWhy.CRM
        refused = portal.callback_form("+4915112345678", "+37167000100")
        assert await one.errands.hear("crm", refused) is Heard.NOTHING
    async with desk(tmp_path, portal, callback_queue="sales") as one:
        await one.errands.hear("crm", portal.callback_form(NUMBER))
        assert one.site.taken[0].queue == "sales"


async def test_only_the_portal_itself_is_heard(tmp_path: Path) -> None:
    portal = FakeBitrix24()
    async with desk(tmp_path, portal) as one:
        wrong = {**portal.click("17", NUMBER), "auth[application_token]": "guessed"}
        with pytest.raises(NotThem):
            await one.errands.hear("crm", wrong)
        assert one.errands.hears("crm")
        assert not one.errands.hears("other")
        assert await one.errands.hear("crm", portal.click("x", NUMBER)) is Heard.NOTHING
        assert one.orders.asked == []
    async with desk(tmp_path, portal, application_token=None) as one:
        assert not one.errands.hears("crm")
