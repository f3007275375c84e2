"""Who is asked what they think, and when."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from callserver.config.survey import SurveyCalls as Rules
from callserver.model.call import Ending, Reason, Result
from callserver.model.record import CallRecord
from callserver.model.survey import Survey, SurveyState
from callserver.model.survey_facts import SurveyClosed, SurveyPlanned, SurveyStarted
from callserver.survey.plan import Wait, came_to, chosen, eligible, folded, verdict
from tests.store.samples import call

MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC).timestamp()
RULES = Rules(share=1.0, flow="ask", after_s=600, every_days=30, expires_s=86_400)
SERVED = Ending(Result.ANSWERED, Reason.CUSTOMER_HUNG_UP)
RIGA = "+37120000012"


def talked(**more: object) -> CallRecord:
    return call("c1", **{"queue": "support", "agent": "anna", "talked_s": 60.0, **more})


def due(at: float = MONDAY_NOON) -> Survey:
    who = (RIGA, "Jane", "100", "support", "anna", "lv")
    return Survey("c1", at - 600, *who, due_at=at)


def test_the_share_is_kept_and_a_call_is_chosen_once_and_for_ever() -> None:
    calls = [f"1m84rw{n:x}" for n in range(20_000)]
    for share in (0.0, 0.1, 0.5, 1.0):
        picked = [one for one in calls if chosen(one, share)]
        assert len(picked) / len(calls) == pytest.approx(share, abs=0.01)
        assert picked == [one for one in calls if chosen(one, share)]


@pytest.mark.parametrize(
    ("more", "ending"),
    [
        ({"agent": None}, SERVED),
        ({"talked_s": 5.0}, SERVED),
        ({"survey": {"satisfaction": "5"}}, SERVED),
        ({}, Ending(Result.FAILED, Reason.WORKER_LOST)),
        ({}, Ending(Result.ABANDONED, Reason.IN_QUEUE)),
    ],
)
def test_who_did_not_talk_or_has_answered_already_is_not_asked(
    more: dict[str, object], ending: Ending
) -> None:
    assert eligible(talked(), SERVED, RULES)
    assert not eligible(talked(**more), ending, RULES)


def test_nobody_is_asked_too_early_too_late_too_often_or_at_night() -> None:
    noon, night = MONDAY_NOON, MONDAY_NOON + 10 * 3600  # it is midnight in Riga
    assert verdict(due(), RULES, None, UTC, noon) is None
    assert verdict(due(), RULES, None, UTC, noon - 1) == Wait(noon)
    assert verdict(due(night), RULES, None, UTC, night) == Wait(night + 60)
    assert verdict(due(), RULES, None, UTC, noon + 86_400) is SurveyState.EXPIRED
    lately = noon - 29 * 86_400
    assert verdict(due(), RULES, lately, UTC, noon) is SurveyState.ASKED_LATELY
    assert verdict(due(), RULES, noon - 30 * 86_400, UTC, noon) is None


@pytest.mark.parametrize(
    ("record", "ending", "state"),
    [
        (talked(answered_at=5.0, survey={"q": "1"}), SERVED, SurveyState.ANSWERED),
        (talked(answered_at=5.0), SERVED, SurveyState.REACHED),
        (call("c"), Ending(Result.FAILED, Reason.CALLEE_BUSY), SurveyState.BUSY),
        (call("c"), Ending(Result.FAILED, Reason.CALLEE_DECLINED), SurveyState.DECLINED),
        (call("c"), Ending(Result.FAILED, Reason.NO_ANSWER), SurveyState.NO_ANSWER),
        (call("c"), Ending(Result.FAILED, Reason.WORKER_LOST), SurveyState.FAILED),
    ],
)
def test_what_a_call_has_come_to(record: CallRecord, ending: Ending, state: SurveyState) -> None:
    assert came_to(record, ending) is state


def test_the_fold_of_its_facts_whatever_comes_twice() -> None:
    who = (RIGA, "Jane", "100", "support", "anna", "lv")
    planned = SurveyPlanned("c1", 1.0, *who, 601.0)
    started = SurveyStarted("c2", 700.0, "c1")
    again = SurveyStarted("c3", 701.0, "c1")
    closed = SurveyClosed("c1", 720.0, SurveyState.ANSWERED)
    (one,) = folded({}, [planned, planned, started, started, again]).values()
    assert (one.state, one.made, one.made_at) == (SurveyState.CALLING, "c2", 700.0)
    (over,) = folded({"c1": one}, [closed, closed, SurveyClosed("c1", 9.0, SurveyState.FAILED)])
    assert over == "c1"
    done = folded({"c1": one}, [closed])["c1"]
    assert done == replace(one, state=SurveyState.ANSWERED, closed_at=720.0)
    assert folded({}, [started, closed]) == {}
