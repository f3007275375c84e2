"""The conductor, in virtual time: when people are called, and when they are not."""

import asyncio
from typing import Any, cast

import pytest

from callserver.model import callback_facts as b
from callserver.model import commands as do
from callserver.model import facts as f
from callserver.model.agent import AgentState
from callserver.model.call import Leg
from callserver.model.callback import CallbackState, Outcome
from callserver.model.errors import NotAllowed, UnknownName
from callserver.testing.clock import in_virtual_time
from callserver.testing.workers import Callee
from tests.call.calls import SERVED
from tests.callback.centre import NUMBER, Centre

HOUR_S = 3600.0


@in_virtual_time
async def test_request_is_done_when_agent_and_customer_talk() -> None:
    centre = await Centre().open()
    request = centre.asks()
    worker = await centre.agent_answers(Callee.ANSWERS)
    await asyncio.sleep(1)
    assert centre.agent() is AgentState.TALKING
    worker.hang_up(Leg.CUSTOMER)
    await asyncio.sleep(10)
    done = centre.request(request)
    assert (done.state, centre.outcomes(request)) == (CallbackState.DONE, [Outcome.ANSWERED])
    assert centre.agent() is AgentState.READY
    await asyncio.sleep(30 * HOUR_S)
    assert len(centre.pool.workers) == 1, "nobody is called twice"


@pytest.mark.parametrize(
    ("callee", "outcome", "rest_s"),
    [
        (Callee.IS_BUSY, Outcome.BUSY, 60),
        (Callee.RINGS, Outcome.NO_ANSWER, 600),
        (Callee.IS_AWAY, Outcome.FAILED, 300),
        (Callee.DECLINES, Outcome.DECLINED, 900),
    ],
)
def test_each_outcome_has_its_rest(callee: Callee, outcome: Outcome, rest_s: float) -> None:
    @in_virtual_time
    async def story() -> None:
        notes = {"agents": {"wrap_up_s": 100.0}}
        centre = await Centre({"declined_s": 900}, notes).open()
        request = centre.asks()
        await centre.agent_answers(callee)
        await asyncio.sleep(40)
        assert centre.agent() is AgentState.READY, "there is nothing to write notes about"
        await centre.agent_answers(Callee.ANSWERS)
        await asyncio.sleep(1)
        first, second = centre.request(request).attempts
        assert (first.outcome, second.outcome) == (outcome, Outcome.ANSWERED)
        assert first.ended_at is not None
        assert rest_s <= second.at - first.ended_at < rest_s + 20  # the agent is told who it is
        assert first.ended_at - first.at == pytest.approx(
            30 if callee is Callee.RINGS else 0, abs=1
        )

    story()


@in_virtual_time
async def test_who_is_on_the_line_is_not_called_and_need_not_be_once_they_talked() -> None:
    centre = await Centre().open()
    centre.calls_in("c1", number="29999999")  # as their provider writes it
    request = centre.asks()
    await asyncio.sleep(HOUR_S)
    assert centre.pool.workers == []
    assert centre.agent() is AgentState.READY
    now = centre.clock.now()
    centre.journal.note(f.QueueJoined("c1", now, "support", 0, now))
    centre.journal.note(f.AgentAnswered("c1", now, "alice"))
    assert centre.request(request).state is CallbackState.RETURNED


@in_virtual_time
async def test_caller_whom_a_fault_cut_off_is_known_again_however_the_number_is_written() -> None:
    centre = await Centre().open()
    now = centre.clock.now()
    centre.calls_in("c2", number="29999999")
    owed = f.CallbackOwed("c1", now, NUMBER, "Jo", "100", "support", 0, now - 60)
    centre.journal.note(owed)
    assert centre.desk.requests.held("support", "29999999") == now - 60
    await asyncio.sleep(60)
    assert centre.pool.workers == []
    centre.journal.note(f.CallEnded("c2", centre.clock.now(), SERVED))
    await centre.agent_answers(Callee.ANSWERS)
    await asyncio.sleep(1)
    assert centre.outcomes("c1") == [Outcome.ANSWERED]


@in_virtual_time
async def test_who_calls_in_while_the_agents_phone_rings_for_them_is_not_called() -> None:
    centre = Centre()
    centre.pool.callee = Callee.RINGS
    await centre.open()
    request = centre.asks()
    worker = await centre.pool.taken(within=60)
    await worker.sent(do.DialLeg)
    centre.calls_in("c1")
    await asyncio.sleep(5)
    assert centre.agent() is AgentState.READY
    assert centre.request(request).attempts == ()
    centre.pool.callee = Callee.ANSWERS
    centre.journal.note(f.CallEnded("c1", centre.clock.now(), SERVED))
    await centre.agent_answers(Callee.ANSWERS)
    await asyncio.sleep(1)
    assert centre.outcomes(request) == [Outcome.ANSWERED]


@in_virtual_time
async def test_somebody_with_a_time_of_their_own_is_called_then_and_not_after() -> None:
    centre = await Centre().open()
    begin = centre.clock.now() + 20 * HOUR_S
    early = centre.asks(not_before=begin, not_after=begin + 2 * HOUR_S)
    await centre.agent_answers(Callee.RINGS)
    (attempt,) = centre.request(early).attempts
    assert 0 <= attempt.at - begin < 20
    await asyncio.sleep(60)
    centre.router.set_agent_state("alice", AgentState.PAUSED, "lunch")
    await asyncio.sleep(3 * HOUR_S)
    assert centre.request(early).state is CallbackState.EXPIRED
    assert len(centre.request(early).attempts) == 1


@in_virtual_time
async def test_last_wish_for_a_time_wins_and_the_better_place_is_kept() -> None:
    centre = await Centre().open()
    tomorrow = centre.clock.now() + 20 * HOUR_S
    first = centre.asks(not_before=tomorrow)
    assert centre.asks(priority=3) == first
    worker = await centre.agent_answers(Callee.ANSWERS)
    worker.hang_up(Leg.CUSTOMER)
    await asyncio.sleep(5)
    done = centre.request(first)
    assert (done.state, done.priority) == (CallbackState.DONE, 3)


@in_virtual_time
async def test_conversation_with_a_machine_is_ended_and_tried_again_later() -> None:
    centre = await Centre({"machine_s": 1000}).open()
    request = centre.asks()
    await centre.agent_answers(Callee.ANSWERS)
    with pytest.raises(NotAllowed):
        centre.desk.requests.machine(request)  # it has not answered yet
    await asyncio.sleep(1)
    assert centre.desk.requests.machine(request).state is CallbackState.OPEN
    await asyncio.sleep(5)
    assert centre.agent() is AgentState.READY
    await centre.agent_answers(Callee.ANSWERS)
    await asyncio.sleep(1)
    first, second = centre.request(request).attempts
    assert (first.outcome, second.outcome) == (Outcome.MACHINE, Outcome.ANSWERED)
    assert first.ended_at is not None
    assert second.at - first.ended_at >= 1000


@in_virtual_time
async def test_without_a_worker_the_agent_is_not_kept_and_it_is_tried_again() -> None:
    centre = await Centre(workers=0).open()
    request = centre.asks()
    await asyncio.sleep(1)
    assert centre.agent() is AgentState.READY
    centre.pool.capacity = 1
    await centre.agent_answers(Callee.ANSWERS)
    await asyncio.sleep(1)
    assert centre.outcomes(request) == [Outcome.ANSWERED]


@in_virtual_time
async def test_number_that_cannot_be_dialled_costs_no_agents_time_and_expires() -> None:
    hours = {"outgoing": {"allow": ["+371"], "country": "LV"}}  # there is no trunk
    centre = await Centre(settings=hours).open()
    request = centre.asks()
    await asyncio.sleep(23 * HOUR_S)
    assert centre.pool.workers == []
    moved = [one for one in centre.journal.facts if isinstance(one, f.AgentChanged)]
    assert [one.state for one in moved] == [AgentState.READY]
    await asyncio.sleep(2 * HOUR_S)
    assert centre.request(request).state is CallbackState.EXPIRED


@in_virtual_time
async def test_cancelled_while_the_agents_phone_rings() -> None:
    centre = Centre()
    centre.pool.callee = Callee.RINGS
    await centre.open()
    request = centre.asks()
    worker = await centre.pool.taken(within=60)
    await worker.sent(do.DialLeg)
    assert centre.desk.requests.cancel(request).state is CallbackState.CANCELLED
    await asyncio.sleep(60)
    assert centre.agent() is AgentState.READY
    assert [one for one in worker.commands if isinstance(one, do.DialLeg)][1:] == []
    with pytest.raises((NotAllowed, UnknownName)):
        centre.desk.requests.cancel(request)


@in_virtual_time
async def test_who_stands_in_the_queue_is_seen_there_and_leaves_it_when_the_server_drains() -> None:
    centre = await Centre(settings={"queues": {"support": {}, "sales": {}}}).open()
    centre.calls_in("c1", "+37120000001")
    now = centre.clock.now()
    centre.router.join("c1", "support", cast(Any, Silent()), 0, now)
    centre.router.agent_answered("c1", "alice")
    centre.asks()
    await asyncio.sleep(1)
    (view,) = centre.router.queues()[-1].waiting
    assert view.callback
    with pytest.raises(NotAllowed, match="not on the line"):
        centre.router.hands.send(view.call, "sales")
    await centre.desk.stop()
    assert centre.router.queues()[-1].waiting == ()
    centre.router.agent_finished("c1", "alice")
    assert centre.pool.workers == []


class Silent:
    """Implements what a caller on the line is asked here."""

    def offer(self, agent: str) -> None:
        """It rings."""


@pytest.mark.parametrize(
    "wrong",
    [{"number": "+4915112345678"}, {"number": "nobody"}, {"queue": "none"}, {"not_after": 1.0}],
)
def test_what_cannot_be_asked_for(wrong: dict[str, Any]) -> None:
    @in_virtual_time
    async def story() -> None:
        centre = await Centre().open()
        with pytest.raises((NotAllowed, UnknownName)):
            centre.asks(**wrong)
        assert len(centre.book) == 0

    story()


@in_virtual_time
async def test_place_is_held_for_who_calls_in_again() -> None:
    centre = await Centre({"mode": "by_hand"}).open()
    request = centre.asks()
    asked_at = centre.request(request).entered_at
    await asyncio.sleep(60)
    assert centre.desk.requests.held("support", "29999999") == asked_at
    assert centre.desk.requests.held("sales", NUMBER) is None
    await asyncio.sleep(30 * HOUR_S)
    assert centre.pool.workers == [], "people do it by hand"


@in_virtual_time
async def test_who_was_never_reached_can_be_told_so() -> None:
    centre = await Centre({"tries": 2, "no_answer_s": 60}).open()
    request = centre.asks(line="100")
    for _ in range(2):
        await centre.agent_answers(Callee.RINGS)
        await asyncio.sleep(35)
    (closed,) = [one for one in centre.journal.facts if isinstance(one, b.CallbackClosed)]
    assert (closed.call, closed.state) == (request, CallbackState.UNREACHED)
    assert (closed.number, closed.name, closed.line) == (NUMBER, "Jo", "100")
    assert (closed.queue, closed.tries, closed.last) == ("support", 2, Outcome.NO_ANSWER)


@in_virtual_time
async def test_whoever_is_reached_is_told_of_with_all_tries() -> None:
    centre = await Centre().open()
    centre.asks()
    await centre.agent_answers(Callee.IS_BUSY)
    worker = await centre.agent_answers(Callee.ANSWERS)
    worker.hang_up(Leg.CUSTOMER)
    await asyncio.sleep(5)
    (closed,) = [one for one in centre.journal.facts if isinstance(one, b.CallbackClosed)]
    assert (closed.state, closed.tries, closed.last) == (CallbackState.DONE, 2, Outcome.ANSWERED)
