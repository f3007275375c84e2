"""Machines that answer, in virtual time: hung up on and called again, or told."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from callserver.call import record as records
from callserver.call.reconcile import Now
from callserver.call.restore import OpenCall, place
from callserver.callback.again import reconcile
from callserver.config.callbacks import Callbacks as Rules
from callserver.model import callback_facts as b
from callserver.model import commands as do
from callserver.model import facts as f
from callserver.model.agent import AgentState
from callserver.model.answering import Answerer, Sign
from callserver.model.call import Direction, Ending, Leg, Phase, Reason, Result
from callserver.model.callback import CallbackState, Outcome
from callserver.model.events import AnswerJudged, LegAnswered, WorkerReturned
from callserver.speech.phrases import Phrase, phrase
from callserver.testing.clock import in_virtual_time
from callserver.testing.workers import JUDGED_S, Callee, FakeWorker
from tests.callback.centre import NUMBER, Centre

FIRST = {"mode": "customer_first", "machine_s": 1000, "agent_ring_s": 30}
OFFERED = f.CallOffered("c2", 10.0, Direction.OUTBOUND, "100", "+371", "Jo", "t", "", "w1")
DIALLED = (
    b.CallbackStarted("c2", 10.0, "c1"),
    f.QueueJoined("c2", 10.0, "support", 0, 1.0),
    b.CallbackDialled("c2", 11.0, "c1", "alice"),
)
JUDGED = b.AnswerJudged("c2", 17.0, Answerer.MACHINE, Sign.BEEP, 2.0)
BACK = WorkerReturned(
    16.0, (LegAnswered(Leg.CUSTOMER, "a", "PCMU", 15.0),), (), (), (), (), (), 0.0, 20.0
)
HEARD = AnswerJudged(Leg.CUSTOMER, Answerer.MACHINE, Sign.BEEP, 2.0, 17.0)
HUNG_UP_ON = Ending(Result.FAILED, Reason.MACHINE)


async def called(centre: Centre, callee: Callee) -> tuple[FakeWorker, do.DialLeg]:
    """The customer is called, and the phone behaves so."""
    centre.pool.callee = callee
    worker = await centre.pool.taken(within=1e6)
    dialled = await worker.sent(do.DialLeg, within=60)
    assert dialled.leg is Leg.CUSTOMER
    return worker, dialled


def test_who_was_given_away_a_moment_before_is_not_counted_again() -> None:
    facts = (
        *(OFFERED, *DIALLED, f.CallAnswered("c2", 15.0)),
        b.CallbackEnded("c2", 15.5, "c1", Outcome.ANSWERED),
        *(f.AgentAnswered("c2", 15.5, "alice"), f.AgentFinished("c2", 15.9, "alice")),
    )
    record = records.begin(OFFERED)
    for fact in facts[1:]:
        record = records.fold(record, fact)
    for first in (True, False):
        before = OpenCall(record, place(facts))
        now = reconcile(before, BACK, customer_first=first, no_machines=True)
        assert (now.facts, now.agent, now.customer_gone) == ((), None, None)


def endings(centre: Centre) -> list[Ending]:
    return [one.ending for one in centre.journal.facts if isinstance(one, f.CallEnded)]


def judged(centre: Centre) -> list[Answerer]:
    return [one.answerer for one in centre.journal.facts if isinstance(one, b.AnswerJudged)]


def rung(worker: FakeWorker) -> int:
    """How often an agent's phone was."""
    return sum(isinstance(one, do.DialLeg) and one.leg is Leg.AGENT for one in worker.commands)


@in_virtual_time
async def test_machine_is_hung_up_on_no_agent_is_rung_and_it_is_tried_again() -> None:
    centre = Centre({**FIRST, "machine": "retry"})
    centre.pool.callee = Callee.IS_MACHINE
    await centre.open()
    request = centre.asks()
    machine, dialled = await called(centre, Callee.IS_MACHINE)
    assert dialled.judge is not None
    assert not dialled.judge.to_the_end
    await asyncio.sleep(JUDGED_S + 1)
    assert (centre.outcomes(request), endings(centre)) == ([Outcome.MACHINE], [HUNG_UP_ON])
    assert (rung(machine), centre.agent()) == (0, AgentState.READY)
    human, _ = await called(centre, Callee.ANSWERS)
    await asyncio.sleep(JUDGED_S / 2)
    assert rung(human) == 0, "it may be a machine"
    await asyncio.sleep(JUDGED_S)
    assert rung(human) == 1
    first, second = centre.request(request).attempts
    assert (first.outcome, second.outcome) == (Outcome.MACHINE, Outcome.ANSWERED)
    assert first.ended_at is not None
    assert second.at - first.ended_at >= 1000
    assert judged(centre) == [Answerer.MACHINE, Answerer.HUMAN]


@pytest.mark.parametrize("text", ["", "Call us on Monday."])
def test_machine_is_told_when_it_listens_and_not_called_again(text: str) -> None:
    @in_virtual_time
    async def story() -> None:
        centre = Centre({**FIRST, "machine": "message", "machine_text": text})
        centre.pool.callee = Callee.IS_MACHINE
        await centre.open()
        request = centre.asks()
        worker, dialled = await called(centre, Callee.IS_MACHINE)
        assert dialled.judge is not None
        assert dialled.judge.to_the_end
        await asyncio.sleep(JUDGED_S + 1)
        assert centre.agent() is AgentState.READY, "no agent is kept for a machine"
        assert not any(isinstance(one, do.PlayPrompts) for one in worker.commands)
        told = await worker.sent(do.PlayPrompts, within=60)
        assert told.files == (f"en-{text or phrase(Phrase.CALLBACK_MESSAGE, 'en')}.wav",)
        await asyncio.sleep(5)
        done = centre.request(request)
        assert (done.state, centre.outcomes(request)) == (CallbackState.TOLD, [Outcome.MACHINE])
        (closed,) = [one for one in centre.journal.facts if isinstance(one, b.CallbackClosed)]
        assert (closed.number, closed.tries, closed.last) == (NUMBER, 1, Outcome.MACHINE)
        assert endings(centre) == [HUNG_UP_ON]
        await asyncio.sleep(100_000)
        assert len(centre.pool.workers) == 1

    story()


@in_virtual_time
async def test_machine_that_hangs_up_before_it_was_told_is_called_again() -> None:
    centre = Centre({**FIRST, "machine": "message"})
    centre.pool.callee = Callee.IS_MACHINE
    await centre.open()
    request = centre.asks()
    worker, _ = await called(centre, Callee.IS_MACHINE)
    await asyncio.sleep(JUDGED_S + 1)
    worker.hang_up(Leg.CUSTOMER)
    await asyncio.sleep(1)
    assert (centre.request(request).state, endings(centre)) == (CallbackState.OPEN, [HUNG_UP_ON])
    await called(centre, Callee.IS_MACHINE)
    assert centre.outcomes(request)[0] is Outcome.MACHINE


@in_virtual_time
async def test_who_hangs_up_while_we_listen_has_left() -> None:
    centre = await Centre({**FIRST, "machine": "retry"}).open()
    request = centre.asks()
    worker, _ = await called(centre, Callee.ANSWERS)
    await asyncio.sleep(JUDGED_S / 2)
    worker.hang_up(Leg.CUSTOMER)
    await asyncio.sleep(1)
    assert centre.outcomes(request) == [Outcome.LEFT]
    assert centre.agent() is AgentState.READY


@in_virtual_time
async def test_who_cannot_be_judged_gets_an_agent() -> None:
    """A worker that says nothing, an older one say."""
    centre = await Centre({**FIRST, "machine": "retry"}).open()
    request = centre.asks()
    worker, _ = await called(centre, Callee.RINGS)
    worker.answer(Leg.CUSTOMER)
    worker.callee = Callee.ANSWERS
    await asyncio.sleep(10)
    assert rung(worker) == 1
    assert centre.outcomes(request) == [Outcome.ANSWERED]


@pytest.mark.parametrize("mode", ["agent_first", "customer_first"])
def test_machine_may_only_be_noted(mode: str) -> None:
    @in_virtual_time
    async def story() -> None:
        centre = await Centre({"mode": mode, "machine": "note"}).open()
        request = centre.asks()
        worker = await centre.pool.taken(within=60)
        await asyncio.sleep(30)  # an agent is told who it is first
        assert Leg.CUSTOMER in worker.legs
        assert centre.outcomes(request) == [Outcome.ANSWERED]
        assert judged(centre) == [Answerer.HUMAN]

    story()


@pytest.mark.parametrize(
    "wrong",
    [
        {"machine": "retry"},
        {"machine": "message", "mode": "agent_first"},
        {"answering": {"most_s": 2.0}},
    ],
)
def test_what_cannot_be_configured(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Rules.model_validate(wrong)


def again(facts: tuple[f.Fact, ...], *heard: AnswerJudged, no_machines: bool = True) -> Now:
    """Where the call is after a restart, when this is on record and the worker has heard that."""
    record = records.begin(OFFERED)
    for fact in facts:
        record = records.fold(record, fact)
    back = replace(BACK, judged=heard)
    before = OpenCall(record, place((OFFERED, *facts)))
    return reconcile(before, back, customer_first=True, no_machines=no_machines)


def test_machine_that_answered_while_no_controller_was_there_is_hung_up_on() -> None:
    tried = b.CallbackEnded("c2", 15.0, "c1", Outcome.MACHINE)
    up = f.CallAnswered("c2", 15.0)
    now = again(DIALLED, HEARD)
    assert (now.phase, now.facts) == (Phase.FLOW, (JUDGED, up, tried))
    now = again((*DIALLED, up, JUDGED), HEARD)
    assert (now.phase, now.facts) == (Phase.FLOW, (tried,)), "what is on record is not told twice"


def test_who_answered_is_on_record_also_when_nothing_comes_of_it() -> None:
    human = replace(HEARD, answerer=Answerer.HUMAN, sign=Sign.SHORT_GREETING)
    for heard, no_machines in ((human, True), (HEARD, False)):
        now = again(DIALLED, heard, no_machines=no_machines)
        assert now.phase is Phase.QUEUED
        told = [one.answerer for one in now.facts if isinstance(one, b.AnswerJudged)]
        assert told == [heard.answerer]
    assert again(DIALLED).phase is Phase.QUEUED
