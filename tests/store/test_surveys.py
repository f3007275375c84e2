"""What customers think, in the database: folds of the journal."""

from callserver.model.caller_facts import SurveyAnswered
from callserver.model.facts import Fact
from callserver.model.survey import AnswerCount, CallCount, SurveyFilter, SurveyState
from callserver.model.survey_facts import SurveyAsked, SurveyClosed, SurveyPlanned, SurveyStarted
from callserver.store import SqlStore

RIGA = "+37120000012"


def planned(call: str, at: float, queue: str = "support") -> SurveyPlanned:
    return SurveyPlanned(call, at, RIGA, "Jane", "100", queue, "anna", "lv", at + 600)


async def test_a_survey_is_what_its_facts_say(store: SqlStore) -> None:
    facts: list[Fact] = [planned("c1", 1000.0), SurveyStarted("s1", 1700.0, "c1")]
    await store.append(facts, {})
    one = await store.surveys.survey("c1")
    assert one is not None
    assert (one.state, one.made, one.due_at) == (SurveyState.CALLING, "s1", 1600.0)
    assert await store.surveys.open_surveys() == [one]
    assert await store.surveys.last_asked(RIGA) == 1700.0
    assert await store.surveys.last_asked("+3711") is None
    over = SurveyClosed("c1", 1760.0, SurveyState.ANSWERED)
    await store.append([*facts, over, over], {})
    assert await store.surveys.open_surveys() == []
    assert await store.surveys.survey("c2") is None


async def test_answers_are_counted_once_by_queue_agent_and_question(store: SqlStore) -> None:
    about = ("support", "anna", "")
    asked = [SurveyAsked(f"c{n}", 1000.0 + n, "mood", *about) for n in range(4)]
    said = [SurveyAnswered(f"c{n}", 1100.0, "mood", answer) for n, answer in enumerate("554")]
    other = SurveyAsked("c9", 1001.0, "mood", "sales", "boris", "c8")
    await store.append([*asked, *said, other], {})
    await store.append([asked[0], said[0]], {})
    counts = await store.surveys.answer_counts(SurveyFilter())
    assert set(counts) == {
        AnswerCount("support", "anna", "mood", "5", 2),
        AnswerCount("support", "anna", "mood", "4", 1),
        AnswerCount("support", "anna", "mood", None, 1),
        AnswerCount("sales", "boris", "mood", None, 1),
    }
    late = await store.surveys.answer_counts(SurveyFilter(since=1002.0, until=1003.0))
    assert late == [AnswerCount("support", "anna", "mood", "4", 1)]
    his = await store.surveys.answer_counts(SurveyFilter(agent="boris", queue="sales"))
    assert [one.count for one in his] == [1]


async def test_calls_are_counted_by_what_came_of_them(store: SqlStore) -> None:
    facts: list[Fact] = [planned(f"c{n}", 1000.0) for n in range(3)]
    facts += [SurveyClosed(f"c{n}", 1700.0, SurveyState.NO_ANSWER) for n in range(2)]
    await store.append(facts, {})
    counts = await store.surveys.call_counts(SurveyFilter(queue="support"))
    assert set(counts) == {
        CallCount("support", "anna", SurveyState.NO_ANSWER, 2),
        CallCount("support", "anna", SurveyState.PLANNED, 1),
    }
