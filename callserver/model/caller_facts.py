"""Facts about what callers want and think: a call back, an answer in a survey."""

from dataclasses import dataclass

from callserver.model.callback import CallbackWhy
from callserver.model.flow import Value


@dataclass(frozen=True, slots=True)
class CallbackRequested:
    """The caller wants to be called back at ``number`` (E.164), with the place in ``queue`` that
    ``priority`` and ``entered_at`` give, between ``not_before`` and ``not_after`` (None: at any
    time). Somebody else may have said so for them (``why``): then ``call`` is only a name, or that
    of a suggestion."""

    call: str
    at: float
    number: str
    name: str
    line: str
    queue: str
    priority: int
    entered_at: float
    why: CallbackWhy = CallbackWhy.ASKED
    not_before: float | None = None
    not_after: float | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class CallerKnown:
    """Who calls, as ``source`` knows them: `store` (our own contacts), or the CRM that was asked.
    It comes again when another one knows more; ``fields`` are all that is known then."""

    call: str
    at: float
    source: str
    fields: dict[str, Value]


@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """The caller answered a question of a survey."""

    call: str
    at: float
    question: str
    answer: str


CallerFact = CallbackRequested | CallerKnown | SurveyAnswered
