"""Facts of calling somebody back (see ``facts``). ``request`` is the name of the request: the call
it was made in. The request itself is :class:`callserver.model.caller_facts.CallbackRequested` or
:class:`callserver.model.facts.CallbackOwed`."""

from dataclasses import dataclass

from callserver.model.answering import Answerer, Sign
from callserver.model.callback import CallbackState, Outcome


@dataclass(frozen=True, slots=True)
class CallbackStarted:
    """This call is made for a request; an agent is about to be rung, or the customer."""

    call: str
    at: float
    request: str


@dataclass(frozen=True, slots=True)
class CallbackDialled:
    """The customer is called, with this agent reserved. It is on disk before the INVITE leaves, so
    that nobody is ever called twice for one attempt."""

    call: str
    at: float
    request: str
    agent: str


@dataclass(frozen=True, slots=True)
class AnswerJudged:
    """Who has answered, by what was heard until ``after_s`` after the answer: a human, a machine,
    or nobody can say; ``sign`` is what gave them away."""

    call: str
    at: float
    answerer: Answerer
    sign: Sign
    after_s: float


@dataclass(frozen=True, slots=True)
class CallbackEnded:
    """What came of it; answered: agent and customer talk."""

    call: str
    at: float
    request: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class CallbackClosed:
    """A request is in its final state. ``call`` is its name. The rest is for those who hear only of
    this, and may want to tell them: they were called ``tries`` times, ``last`` with this outcome.
    Empty: not known (after a restart in the middle of it)."""

    call: str
    at: float
    state: CallbackState
    number: str = ""
    name: str = ""
    line: str = ""
    queue: str = ""
    language: str = ""
    tries: int = 0
    last: Outcome | None = None


@dataclass(frozen=True, slots=True)
class CallbackSuggested:
    """The caller gave up waiting: somebody may call them back, with the place they had."""

    call: str
    at: float
    number: str
    name: str
    line: str
    queue: str
    priority: int
    entered_at: float
    language: str


@dataclass(frozen=True, slots=True)
class SuggestionClosed:
    """Nobody calls them for this suggestion. ``call`` is its name."""

    call: str
    at: float
    state: CallbackState


@dataclass(frozen=True, slots=True)
class CallbackReopened:
    """It was no human who answered: the request is open again. ``call`` is its name."""

    call: str
    at: float


CallbackFact = (
    CallbackStarted
    | CallbackDialled
    | AnswerJudged
    | CallbackEnded
    | CallbackClosed
    | CallbackReopened
    | CallbackSuggested
    | SuggestionClosed
)
