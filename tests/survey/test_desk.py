"""Automatic calls that ask, in virtual time: who is called, what they hear, what is on record."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from callserver.call.restore import OpenCall, Restored, place
from callserver.ivr.library import load
from callserver.model import commands as do
from callserver.model import events as did
from callserver.model import facts as f
from callserver.model.call import Direction, Ending, Leg, Reason, Result
from callserver.model.survey import AnswerCount, CallCount, Survey, SurveyFilter, SurveyState
from callserver.model.survey_facts import SurveyAsked, SurveyStarted
from callserver.survey.desk import Surveys
from callserver.survey.plan import OPEN, folded
from callserver.testing.clock import in_virtual_time
from callserver.testing.workers import Callee, FakeWorker
from tests.callback.centre import NUMBER, Centre

SERVED = Ending(Result.ANSWERED, Reason.CUSTOMER_HUNG_UP)
FLOW = """
start: rate
steps:
  rate:
    survey: {say: "How was it?", question: satisfaction}
    next: end
    otherwise: end
  end: {hangup: {}}
"""
RULES = {"share": 1.0, "flow": "ask", "after_s": 600, "hours": [], "every_days": 30}


class Memory:
    """A store that folds the journal."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    @property
    def all(self) -> dict[str, Survey]:
        return folded({}, self._centre.journal.facts)

    async def open_surveys(self) -> Sequence[Survey]:
        return [one for one in self.all.values() if one.state in OPEN]

    async def survey(self, call: str) -> Survey | None:
        return self.all.get(call)

    async def last_asked(self, number: str) -> float | None:
        made = [one.made_at for one in self.all.values() if one.number == number]
        return max((at for at in made if at is not None), default=None)

    async def answer_counts(self, wanted: SurveyFilter) -> Sequence[AnswerCount]:
        return ()

    async def call_counts(self, wanted: SurveyFilter) -> Sequence[CallCount]:
        return ()


async def opened(tmp_path: Path, **rules: Any) -> tuple[Centre, Surveys, Memory]:
    file = tmp_path / "ask.yaml"
    file.write_text(FLOW)
    flow = load(file)
    queue = {"title": "Support", "callback": {}, "survey": {**RULES, **rules}}
    centre = await Centre(settings={"queues": {"support": queue}}).open()
    store = Memory(centre)
    surveys = Surveys(centre.house, store, lambda name, version: flow, centre.begin)
    centre.journal.listeners.append(surveys.on_fact)
    surveys.start()
    return centre, surveys, store


def conversation(centre: Centre, call: str, number: str = NUMBER, language: str = "") -> None:
    """A customer has talked with alice, for a minute."""
    now, note = centre.clock.now(), centre.journal.note
    who = ("100", number, "Jo", "provider", f"sip-{call}", "w")
    note(f.CallOffered(call, now - 70, Direction.INBOUND, *who))
    if language:
        note(f.LanguageChosen(call, now - 69, language))
    note(f.QueueJoined(call, now - 65, "support", 0, now - 65))
    note(f.AgentAnswered(call, now - 60, "alice"))
    note(f.AgentFinished(call, now, "alice"))
    note(f.CallEnded(call, now, SERVED))


async def asked(centre: Centre, customer: Callee, within: float = 700) -> FakeWorker:
    centre.pool.callee = customer
    worker = await centre.pool.taken(within=within)
    dialled = await worker.sent(do.DialLeg)
    assert (dialled.leg, dialled.targets[0].uri) == (Leg.CUSTOMER, f"sip:{NUMBER}@provider")
    return worker


def test_a_customer_is_called_later_and_answers_for_queue_and_agent(tmp_path: Path) -> None:
    @in_virtual_time
    async def story() -> None:
        centre, _, store = await opened(tmp_path)
        began = centre.clock.now()
        conversation(centre, "c1", language="ru")
        worker = await asked(centre, Callee.ANSWERS)
        assert centre.clock.now() - began == pytest.approx(600, abs=2)
        played = await worker.sent(do.PlayPrompts)
        assert played.files == ("ru-How was it?.wav",)
        worker.press(Leg.CUSTOMER, "4")
        await asyncio.sleep(10)
        one = store.all["c1"]
        assert (one.state, one.agent, one.queue) == (SurveyState.ANSWERED, "alice", "support")
        made = centre.journal.record(one.made or "")
        assert made is not None
        assert (made.survey, made.direction) == ({"satisfaction": "4"}, Direction.OUTBOUND)
        assert str(made.ending) == "answered/flow_ended"
        (put,) = [fact for fact in centre.journal.facts if isinstance(fact, SurveyAsked)]
        assert (put.queue, put.agent, put.of) == ("support", "alice", "c1")
        assert worker.ended

    story()


@pytest.mark.parametrize(
    ("customer", "state"),
    [
        (Callee.IS_BUSY, SurveyState.BUSY),
        (Callee.DECLINES, SurveyState.DECLINED),
        (Callee.RINGS, SurveyState.NO_ANSWER),
        (Callee.IS_AWAY, SurveyState.FAILED),
    ],
)
def test_who_does_not_take_it_is_left_alone(
    tmp_path: Path, customer: Callee, state: SurveyState
) -> None:
    @in_virtual_time
    async def story() -> None:
        centre, _, store = await opened(tmp_path)
        conversation(centre, "c1")
        await asked(centre, customer)
        await asyncio.sleep(100_000)
        assert (store.all["c1"].state, len(centre.pool.workers)) == (state, 1)

    story()


def test_who_hangs_up_at_once_was_reached_and_nobody_missed_a_call(tmp_path: Path) -> None:
    @in_virtual_time
    async def story() -> None:
        centre, _, store = await opened(tmp_path)
        conversation(centre, "c1")
        worker = await asked(centre, Callee.ANSWERS)
        await worker.sent(do.PlayPrompts)
        worker.hang_up(Leg.CUSTOMER)
        await asyncio.sleep(5)
        one = store.all["c1"]
        record = centre.journal.record(one.made or "")
        assert record is not None
        assert (one.state, str(record.ending)) == (
            *(SurveyState.REACHED, "answered/customer_hung_up"),
        )

    story()


def test_a_number_is_asked_once_in_so_many_days_and_the_unwilling_never(tmp_path: Path) -> None:
    @in_virtual_time
    async def story() -> None:
        centre, _, store = await opened(tmp_path)
        conversation(centre, "c1")
        await asked(centre, Callee.IS_BUSY)
        conversation(centre, "c2")
        await asyncio.sleep(1000)
        assert store.all["c2"].state is SurveyState.ASKED_LATELY
        await asyncio.sleep(30 * 86_400)
        conversation(centre, "c3")
        centre.unwilling.put(NUMBER, None)
        await asyncio.sleep(1000)
        assert store.all["c3"].state is SurveyState.NOT_ALLOWED
        conversation(centre, "c4")
        assert "c4" not in store.all
        assert len(centre.pool.workers) == 1

    story()


def test_who_was_asked_in_the_call_itself_is_not_called(tmp_path: Path) -> None:
    @in_virtual_time
    async def story() -> None:
        centre, _, store = await opened(tmp_path)
        now = centre.clock.now()
        centre.journal.note(SurveyAsked("c1", now, "satisfaction", "support", "alice", ""))
        conversation(centre, "c1")
        assert store.all == {}

    story()


def test_callers_come_first_and_no_more_are_called_at_once_than_shall_be(tmp_path: Path) -> None:
    @in_virtual_time
    async def story() -> None:
        centre, _, store = await opened(tmp_path, calls_at_once=1, expires_s=3600)
        centre.pool.callee = Callee.RINGS
        for n in range(3):
            conversation(centre, f"c{n}", f"+3712999999{n}")
        centre.pool.capacity = 0
        await asyncio.sleep(700)
        assert [one.state for one in store.all.values()] == [SurveyState.PLANNED] * 3
        centre.pool.capacity = 10
        for n in range(1, 4):
            await centre.pool.taken(within=100)
            await asyncio.sleep(1)
            assert len(centre.pool.workers) == n
        await asyncio.sleep(100)
        assert {one.state for one in store.all.values()} == {SurveyState.NO_ANSWER}

    story()


# --- after a restart ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "state"),
    [
        ({"ringing": (Leg.CUSTOMER,)}, SurveyState.REACHED),
        ({"answered": (did.LegAnswered(Leg.CUSTOMER, "sip", "PCMU", 5.0),)}, SurveyState.REACHED),
        (
            {"ended": (did.LegEnded(Leg.CUSTOMER, "", did.LegEnd.BUSY, 486, None, 5.0),)},
            SurveyState.BUSY,
        ),
        ({}, SurveyState.FAILED),
    ],
)
def test_after_a_restart_the_call_goes_on_and_nobody_is_called_twice(
    tmp_path: Path, what: dict[str, Any], state: SurveyState
) -> None:
    @in_virtual_time
    async def story() -> None:
        centre, _, store = await opened(tmp_path)
        conversation(centre, "c1")
        first = await asked(centre, Callee.IS_SILENT)
        first.lost = True
        made = store.all["c1"].made or ""
        record = centre.journal.record(made)
        assert record is not None
        facts = [one for one in centre.journal.facts if getattr(one, "call", "") == made]
        before = OpenCall(record, place(facts))
        assert any(isinstance(one, SurveyStarted) for one in facts)
        centre.journal.listeners.pop()
        flow = load(tmp_path / "ask.yaml")
        again = Surveys(centre.house, store, lambda name, version: flow, centre.begin)
        centre.journal.listeners.append(again.on_fact)
        await again.load(Restored((before,), ()))
        session = again.again(before)
        assert session is not None
        worker = await centre.pool.take(session)
        told: dict[str, Any] = dict.fromkeys(
            ("answered", "ended", "ringing", "held", "resumed", "digits"), ()
        )
        since: dict[str, Any] = {"alone_since": 4.0, "recording_since": 0.0, "at": 6.0}
        worker.legs = {} if "ended" in what or not what else {Leg.CUSTOMER: "sip"}
        session.resume(before, did.WorkerReturned(**since, **{**told, **what}), worker)
        again.start()
        centre.run(session)
        await asyncio.sleep(1)
        if "ringing" in what:
            worker.answer(Leg.CUSTOMER)
        await asyncio.sleep(1)
        worker.hang_up(Leg.CUSTOMER)
        await asyncio.sleep(100_000)
        assert store.all["c1"].state is state
        assert not [one for one in worker.commands if isinstance(one, do.DialLeg)]
        assert len(centre.pool.workers) == 2

    story()
