"""What customers said, by queue and agent."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct
from pydantic import Field

from callserver.model.survey import AnswerCount, CallCount, SurveyFilter, SurveyState, SurveyStore
from callserver.web.asks import Moment, Query, Word
from callserver.web.operation import Operation


class SurveysQuery(Query):
    """Which answers to count; all conditions must hold."""

    by: Literal["queue", "agent"] = Field("queue", description="One line for each queue, or agent.")
    queue: Word | None = Field(None, description="Of this queue alone.")
    agent: Word | None = Field(None, description="Of this agent alone.")
    since: Moment | None = Field(None, description="Asked at this time or later.")
    until: Moment | None = Field(None, description="Asked before this time.")

    def filter(self) -> SurveyFilter:
        """As the store understands it."""
        return SurveyFilter(
            since=self.since.timestamp() if self.since else None,
            until=self.until.timestamp() if self.until else None,
            queue=self.queue,
            agent=self.agent,
        )


class AnswersOut(Struct, frozen=True, kw_only=True):
    """One question. ``rate`` is ``answered`` of those ``asked``; ``mean`` is that of the answers
    when all of them are numbers. ``agent`` null: of all together."""

    queue: str
    agent: str | None
    question: str
    asked: int
    answered: int
    rate: float
    mean: float | None
    answers: dict[str, int]


class SurveyCallsOut(Struct, frozen=True, kw_only=True):
    """Automatic calls: so many were ``called``, ``reached`` took the call, ``answered`` said
    something; ``rate`` is ``answered`` of those ``called``. ``states``: what came of all that were
    planned."""

    queue: str
    agent: str | None
    called: int
    reached: int
    answered: int
    rate: float
    states: dict[SurveyState, int]


class SurveysOut(Struct, frozen=True, kw_only=True):
    """Answers, and the automatic calls that asked for some of them."""

    questions: list[AnswersOut]
    calls: list[SurveyCallsOut]


UNCALLED = frozenset(
    {
        *(SurveyState.PLANNED, SurveyState.EXPIRED),
        *(SurveyState.NOT_ALLOWED, SurveyState.ASKED_LATELY),
    }
)
TOOK_IT = frozenset({SurveyState.ANSWERED, SurveyState.REACHED})


def answers(counts: Iterable[AnswerCount], by: str) -> list[AnswersOut]:
    """One line for each queue (and agent) and question (pure)."""
    found: dict[tuple[str, str | None, str], Counter[str | None]] = {}
    for one in counts:
        key = (one.queue, one.agent if by == "agent" else None, one.question)
        found.setdefault(key, Counter())[one.answer] += one.count
    return [_answers(*key, said) for key, said in found.items()]


def _answers(queue: str, agent: str | None, question: str, said: Counter[str | None]) -> AnswersOut:
    asked = said.total()
    given = {answer: count for answer, count in said.items() if answer is not None}
    answered = sum(given.values())
    return AnswersOut(
        queue=queue,
        agent=agent,
        question=question,
        asked=asked,
        answered=answered,
        rate=round(answered / asked, 4) if asked else 0.0,
        mean=_mean(given),
        answers=dict(sorted(given.items())),
    )


def _mean(given: dict[str, int]) -> float | None:
    if not given or not all(answer.isascii() and answer.isdigit() for answer in given):
        return None
    total = sum(int(answer) * count for answer, count in given.items())
    return round(total / sum(given.values()), 3)


def calls(counts: Sequence[CallCount], by: str) -> list[SurveyCallsOut]:
    """One line for each queue (and agent) (pure)."""
    found: dict[tuple[str, str | None], Counter[SurveyState]] = {}
    for one in counts:
        key = (one.queue, one.agent if by == "agent" else None)
        found.setdefault(key, Counter())[one.state] += one.count
    return [_calls(*key, states) for key, states in found.items()]


def _calls(queue: str, agent: str | None, states: Counter[SurveyState]) -> SurveyCallsOut:
    called = sum(count for state, count in states.items() if state not in UNCALLED)
    answered = states[SurveyState.ANSWERED]
    return SurveyCallsOut(
        queue=queue,
        agent=agent,
        called=called,
        reached=sum(count for state, count in states.items() if state in TOOK_IT),
        answered=answered,
        rate=round(answered / called, 4) if called else 0.0,
        states=dict(states),
    )


class Surveys:
    """``/api/v1/surveys``."""

    def __init__(self, store: SurveyStore) -> None:
        self._store = store

    def operations(self) -> tuple[Operation, ...]:
        """One line; the name is a key of ``access.ROLES``."""
        return (Operation("surveys.list", "GET", "/api/v1/surveys", self.list),)

    async def list(self, query: SurveysQuery) -> SurveysOut:
        """What customers answered, with how many were asked. By queue or agent, question by
        question; and what came of the calls that were made to ask."""
        wanted = query.filter()
        given = await self._store.answer_counts(wanted)
        made = await self._store.call_counts(wanted)
        return SurveysOut(questions=answers(given, query.by), calls=calls(made, query.by))
