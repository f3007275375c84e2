"""Callers who gave up waiting: who is suggested to be called back, and what becomes of it."""

import asyncio
from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest

from callserver.call.giving_up import suggested
from callserver.config.callbacks import Suggestions
from callserver.model import callback_facts as b
from callserver.model import facts as f
from callserver.model.call import Direction, Ending, Phase, Reason, Result
from callserver.model.callback import CallbackState, Outcome, Prospect, Wanted
from callserver.model.errors import NotAllowed, UnknownName
from callserver.model.record import CallRecord
from callserver.testing.clock import in_virtual_time
from callserver.testing.workers import Callee
from tests.callback.centre import NUMBER, Centre
from tests.callback.requests import NOON

LEFT = Ending(Result.ABANDONED, Reason.IN_QUEUE)
RULES = Suggestions(waited_s=20)
HOUR_S = 3600.0

WAITED = CallRecord(
    id="c1",
    direction=Direction.INBOUND,
    phase=Phase.QUEUED,
    line="100",
    number="29999999",
    name="Jo",
    trunk="provider",
    sip_call_id="c1@192.0.2.1",
    worker="w1",
    offered_at=NOON - 60,
    queue="support",
    queued_at=NOON - 50,
    waited_s=50,
)


def hint(
    record: CallRecord = WAITED,
    ending: Ending = LEFT,
    rules: Suggestions = RULES,
    number: str | None = NUMBER,
) -> b.CallbackSuggested | None:
    more: dict[str, Any] = {"priority": 3, "language": "lv", "at": NOON}
    return suggested(record, ending, number, rules, UTC, **more)


def test_who_gave_up_is_suggested_with_the_place_they_had() -> None:
    found = hint()
    place = ("c1", NOON, NUMBER, "Jo", "100", "support", 3, NOON - 50, "lv")
    assert found == b.CallbackSuggested(*place)
    assert hint(ending=Ending(Result.ABANDONED, Reason.WHILE_RINGING)) is not None


@pytest.mark.parametrize(
    "how",
    [
        {"rules": Suggestions()},
        {"record": replace(WAITED, waited_s=19.9)},
        {"record": replace(WAITED, callback_of="r1")},
        {"number": None},
        {"ending": Ending(Result.ABANDONED, Reason.IN_FLOW)},
        {"ending": Ending(Result.ANSWERED, Reason.CUSTOMER_HUNG_UP)},
        {"rules": Suggestions(waited_s=20, hours=("mon-sun 12:01-24:00",))},
    ],
)
def test_who_is_not_suggested(how: dict[str, Any]) -> None:
    assert hint(**how) is None


def abandons(centre: Centre, call: str = "c1") -> None:
    """A caller is gone who waited; the session has noted it."""
    now = centre.clock.now()
    place = (NUMBER, "Jo", "100", "support", 0, now - 50, "")
    centre.journal.note(b.CallbackSuggested(call, now, *place))
    centre.journal.note(f.CallEnded(call, now, LEFT))


async def suggesting(**rules: Any) -> Centre:
    centre = await Centre({"suggest": {"waited_s": 20, **rules}}).open()
    centre.calls_in("c1")
    abandons(centre)
    return centre


@in_virtual_time
async def test_suggestion_waits_for_a_click_and_is_then_carried_out() -> None:
    centre = await suggesting()
    await asyncio.sleep(HOUR_S)
    assert centre.pool.workers == [], "nobody has said so"
    taken = centre.desk.requests.accept("c1")
    assert (taken.state, taken.why) == ("open", "abandoned")
    await centre.agent_answers(Callee.ANSWERS)
    await asyncio.sleep(1)
    assert centre.outcomes("c1") == [Outcome.ANSWERED]
    with pytest.raises(NotAllowed):
        centre.desk.requests.accept("c1")


@in_virtual_time
async def test_suggestion_is_dismissed_once_and_expires_by_itself() -> None:
    centre = await suggesting(expires_s=2 * HOUR_S)
    assert centre.desk.requests.dismiss("c1").state is CallbackState.DISMISSED
    with pytest.raises((NotAllowed, UnknownName)):
        centre.desk.requests.dismiss("c1")
    centre.calls_in("c2")
    abandons(centre, "c2")
    await asyncio.sleep(2 * HOUR_S - 1)
    assert centre.request("c2").state is CallbackState.SUGGESTED
    await asyncio.sleep(2)
    assert centre.request("c2").state is CallbackState.EXPIRED


@in_virtual_time
async def test_who_waits_again_or_was_served_elsewhere_is_no_suggestion_any_more() -> None:
    centre = await suggesting()
    centre.calls_in("c2", number="29999999")
    now = centre.clock.now()
    centre.journal.note(f.QueueJoined("c2", now, "support", 0, now))
    assert centre.request("c1").state is CallbackState.RETURNED
    abandons(centre, "c2")
    assert centre.request("c2").state is CallbackState.SUGGESTED, "they gave up again"
    centre.calls_in("c3")
    centre.journal.note(f.QueueJoined("c3", now, "sales", 0, now))
    assert centre.request("c2").state is CallbackState.SUGGESTED, "that is another matter"
    centre.journal.note(f.AgentAnswered("c3", now, "alice"))
    assert centre.request("c2").state is CallbackState.RETURNED


@in_virtual_time
async def test_who_is_on_the_line_again_already_is_no_suggestion() -> None:
    centre = await Centre({"suggest": {"waited_s": 20}}).open()
    centre.calls_in("c1")
    centre.calls_in("c2")
    abandons(centre)
    assert centre.request("c1").state is CallbackState.RETURNED


@in_virtual_time
async def test_before_a_web_site_one_sees_how_far_it_is() -> None:
    centre = Centre()
    centre.pool.callee = Callee.RINGS
    await centre.open()
    requests = centre.desk.requests
    first = requests.create(Wanted("+37129999990", "", "support", 0))
    await asyncio.sleep(1)
    mine = requests.ask_from_site(Wanted(NUMBER, "Jo", "support", 0, "", None, None, "ru"))
    seen = requests.outlook(mine, mine)
    assert (seen.prospect, seen.place) == (Prospect.WAITING, 2)
    assert seen.earliest is not None
    assert seen.latest is not None
    assert centre.clock.now() <= seen.earliest <= seen.latest
    requests.cancel(first.call)
    await asyncio.sleep(1)
    requests.give_up(mine)
    now = centre.request(mine.call)
    assert requests.outlook(now, now).prospect is Prospect.CANCELLED


@in_virtual_time
async def test_request_of_a_web_site_that_waits_with_another_one_is_given_up_alone() -> None:
    centre = await Centre({"hours": ["mon-sun 08:00-20:00"], "awake_s": 0}).open()
    requests, soon = centre.desk.requests, centre.clock.now() + HOUR_S
    theirs = requests.create(Wanted(NUMBER, "Jo", "support", 0, not_before=soon))
    mine = requests.ask_from_site(Wanted(NUMBER, "", "support", 0))
    assert (mine.state, mine.merged_into) == ("merged", theirs.call)
    seen = requests.outlook(mine, theirs)
    assert (seen.prospect, seen.place, seen.earliest) == (Prospect.SCHEDULED, None, soon)
    requests.give_up(mine)
    assert centre.request(mine.call).state is CallbackState.CANCELLED
    assert centre.request(theirs.call).state is CallbackState.OPEN
