"""``/api/v1/surveys``: answers with how many were asked."""

from callserver.model.survey import AnswerCount, CallCount, SurveyFilter, SurveyState
from tests.web.world import World, is_problem

SURVEYS = "/api/v1/surveys"


async def test_answers_by_queue_with_the_rate_and_the_mean(world: World) -> None:
    world.surveys.answers = [
        AnswerCount("support", "anna", "mood", "5", 3),
        AnswerCount("support", "anna", "mood", None, 4),
        AnswerCount("support", "boris", "mood", "2", 1),
        AnswerCount("support", "boris", "again", "yes", 2),
    ]
    mood, again = (await world.get(SURVEYS)).json["questions"]
    assert (mood["queue"], mood["agent"], mood["question"]) == ("support", None, "mood")
    assert (mood["asked"], mood["answered"], mood["rate"]) == (8, 4, 0.5)
    assert (mood["mean"], mood["answers"]) == (4.25, {"2": 1, "5": 3})
    assert (again["mean"], again["rate"]) == (None, 1.0)
    by_agent = (await world.get(f"{SURVEYS}?by=agent")).json["questions"]
    assert [(one["agent"], one["asked"]) for one in by_agent] == [
        *(("anna", 7), ("boris", 1), ("boris", 2))
    ]


async def test_calls_count_when_somebody_was_called(world: World) -> None:
    states = {"ANSWERED": 2, "REACHED": 1, "NO_ANSWER": 5, "ASKED_LATELY": 9, "PLANNED": 3}
    world.surveys.calls = [
        CallCount("support", "anna", SurveyState[name], count) for name, count in states.items()
    ]
    (calls,) = (await world.get(SURVEYS)).json["calls"]
    assert (calls["called"], calls["reached"], calls["answered"]) == (8, 3, 2)
    assert (calls["rate"], calls["states"]["asked_lately"]) == (0.25, 9)


async def test_what_is_asked_for_is_what_is_counted(world: World) -> None:
    assert (await world.get(SURVEYS)).json == {"questions": [], "calls": []}
    await world.get(f"{SURVEYS}?queue=support&agent=anna&since=1970-01-01T00:01:00Z")
    assert world.surveys.asked[-1] == SurveyFilter(60.0, None, "support", "anna")
    is_problem(await world.get(f"{SURVEYS}?by=line"), "invalid", 422)
