"""What customers think of a conversation: questions asked in the call itself, or by a call of ours
some time later."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class SurveyState(StrEnum):
    """How far an automatic call is, that asks. All but planned and calling are final."""

    PLANNED = "planned"
    CALLING = "calling"
    ANSWERED = "answered"  # at least one question
    REACHED = "reached"  # they took the call, and answered nothing
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"
    FAILED = "failed"
    EXPIRED = "expired"  # it could not be made in time
    NOT_ALLOWED = "not_allowed"  # the number must not be dialled, or they asked not to be called
    ASKED_LATELY = "asked_lately"


@dataclass(frozen=True, slots=True)
class Survey:
    """A customer who is to be asked about the conversation with ``agent`` of ``queue`` in the call
    that names it, not before ``due_at``; ``made`` is the call that asks (None: none was made)."""

    call: str
    at: float
    number: str
    name: str
    line: str
    queue: str
    agent: str
    language: str
    due_at: float
    state: SurveyState = SurveyState.PLANNED
    made: str | None = None
    made_at: float | None = None
    closed_at: float | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What is asked about: the conversation with ``agent`` of ``queue``; ``of`` is its call, when
    that is another one (empty: this one)."""

    queue: str
    agent: str
    of: str


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """So many were asked this question and gave this ``answer`` (None: none)."""

    queue: str
    agent: str
    question: str
    answer: str | None
    count: int


@dataclass(frozen=True, slots=True)
class CallCount:
    """So many calls that ask came to this."""

    queue: str
    agent: str
    state: SurveyState
    count: int


@dataclass(frozen=True, slots=True)
class SurveyFilter:
    """What to count; None: any. ``since`` and ``until`` are when they were asked."""

    since: float | None = None
    until: float | None = None
    queue: str | None = None
    agent: str | None = None


class SurveyStore(Protocol):
    """Where surveys and answers are. Every method may raise ``StoreError``."""

    async def open_surveys(self) -> Sequence[Survey]:
        """Those that are planned, or were being called."""
        ...

    async def survey(self, call: str) -> Survey | None: ...

    async def last_asked(self, number: str) -> float | None:
        """When a number was last called to be asked."""
        ...

    async def answer_counts(self, wanted: SurveyFilter) -> Sequence[AnswerCount]: ...

    async def call_counts(self, wanted: SurveyFilter) -> Sequence[CallCount]: ...
