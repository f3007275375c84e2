"""What callers on the line and visitors of a web site may do about being called back."""

import asyncio
from typing import Any

import pytest

from callserver.model.callback import CallbackState, Outcome, Prospect, Wanted
from callserver.model.errors import NotAllowed
from callserver.testing.clock import in_virtual_time
from callserver.testing.workers import Callee
from tests.callback.centre import NUMBER, Centre

HOUR_S = 3600.0
HOURS = {"hours": {"office": {"open": {"mon-sun": "09:00-17:00"}}}}
QUEUES = {"queues": {"support": {"hours": "office", "callback": {"hours": []}}}}


def visitor(centre: Centre, **more: Any) -> str:
    wanted = {"number": NUMBER, "name": "", "queue": "support", "priority": 0, **more}
    return centre.desk.requests.ask_from_site(Wanted(**wanted)).call


@in_virtual_time
async def test_visitor_who_must_not_be_called_is_not_told_and_not_called() -> None:
    centre = await Centre().open()
    centre.unwilling.put(NUMBER, None)
    request = visitor(centre)
    await asyncio.sleep(HOUR_S)
    now = centre.request(request)
    assert centre.desk.requests.outlook(now, now).prospect is Prospect.WAITING
    assert centre.pool.workers == []
    await asyncio.sleep(30 * HOUR_S)
    assert centre.request(request).state is CallbackState.EXPIRED
    with pytest.raises(NotAllowed):
        centre.asks()


@in_virtual_time
async def test_number_that_may_not_be_dialled_is_no_request() -> None:
    centre = await Centre().open()
    with pytest.raises(NotAllowed):
        visitor(centre, number="+4930123456")
    assert list(centre.book) == []


@in_virtual_time
async def test_visitor_is_called_in_the_language_of_the_form() -> None:
    centre = await Centre({"mode": "customer_first"}).open()
    visitor(centre, language="uk")
    centre.pool.callee = Callee.ANSWERS
    worker = await centre.pool.taken(within=60)
    await asyncio.sleep(5)
    said = [file for command in worker.commands for file in getattr(command, "files", ())]
    assert any(file.startswith("uk-") for file in said), said


@in_virtual_time
async def test_caller_on_the_line_sees_and_calls_off_what_they_asked_for() -> None:
    centre = await Centre({"busy_s": 60}).open()
    centre.calls_in("c1", "29999999")
    requests = centre.desk.requests
    assert requests.waits("support", "29999999") is None
    request = centre.asks()
    found = requests.waits("support", "29999999")
    assert found is not None
    assert (found.call, requests.waits("sales", NUMBER)) == (request, None)
    requests.call_off(request)
    requests.call_off("nothing")
    assert centre.request(request).state is CallbackState.CANCELLED
    assert requests.waits("support", NUMBER) is None


@in_virtual_time
async def test_times_are_those_of_the_queue_and_of_no_other() -> None:
    centre = await Centre(settings={**HOURS, **QUEUES}).open()
    requests = centre.desk.requests
    (one,) = requests.windows("support", NUMBER, 2, 3, 1)
    assert one.end - one.begin == 7200
    assert one.begin > centre.clock.now()
    assert requests.windows("nobody", NUMBER, 2, 3, 1) == ()
    request = centre.asks(not_before=one.begin, not_after=one.end)
    await asyncio.sleep(one.begin - centre.clock.now() - 1)
    assert centre.pool.workers == []
    await centre.agent_answers(Callee.ANSWERS)
    await asyncio.sleep(1)
    assert centre.outcomes(request) == [Outcome.ANSWERED]


@in_virtual_time
async def test_who_asked_is_told_about_when_unless_they_chose_a_time() -> None:
    centre = Centre()
    centre.pool.callee = Callee.RINGS
    await centre.open()
    requests = centre.desk.requests
    assert requests.expected("support", NUMBER) is None
    centre.asks()
    wait = requests.expected("support", NUMBER)
    assert wait is not None
    assert 0 <= wait.low <= wait.likely <= wait.high
    later = centre.clock.now() + HOUR_S
    other = "+37129999990"
    centre.asks(number=other, not_before=later)
    assert requests.expected("support", other) is None
