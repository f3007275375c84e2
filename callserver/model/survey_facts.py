"""Facts of asking customers what they think (see ``facts``). The answer itself is
:class:`callserver.model.caller_facts.SurveyAnswered`."""

from dataclasses import dataclass

from callserver.model.survey import SurveyState


@dataclass(frozen=True, slots=True)
class SurveyAsked:
    """A question is put to the customer, about the conversation with ``agent`` of ``queue``
    (empty: there was none) in the call ``of`` (empty: this one)."""

    call: str
    at: float
    question: str
    queue: str
    agent: str
    of: str


@dataclass(frozen=True, slots=True)
class SurveyPlanned:
    """The customer of this call is to be called and asked about it, not before ``due_at``."""

    call: str
    at: float
    number: str
    name: str
    line: str
    queue: str
    agent: str
    language: str
    due_at: float


@dataclass(frozen=True, slots=True)
class SurveyStarted:
    """This call is made to ask about the call ``of``; it is on disk before anybody is dialled."""

    call: str
    at: float
    of: str


@dataclass(frozen=True, slots=True)
class SurveyClosed:
    """Nobody is called any more to be asked about this call."""

    call: str
    at: float
    state: SurveyState


SurveyFact = SurveyAsked | SurveyPlanned | SurveyStarted | SurveyClosed
