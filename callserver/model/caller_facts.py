"""Facts about what callers want and think: a call back, an answer in a survey."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallbackRequested:
    """The caller wants to be called back at ``number`` (E.164), with the place in ``queue`` that
    ``priority`` and ``entered_at`` give."""

    call: str
    at: float
    number: str
    name: str
    line: str
    queue: str
    priority: int
    entered_at: float


@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """The caller answered a question of a survey."""

    call: str
    at: float
    question: str
    answer: str


CallerFact = CallbackRequested | SurveyAnswered
