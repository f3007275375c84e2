"""Callers who are to be called back, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class CallbackState(StrEnum):
    """How far it is. All but open are final."""

    OPEN = "open"
    MERGED = "merged"  # the same number waits for the same queue already, and got the better place
    DONE = "done"  # they talked
    RETURNED = "returned"  # they called in themselves, and talked
    UNREACHED = "unreached"  # called as often as they may be
    EXPIRED = "expired"  # it is too late
    CANCELLED = "cancelled"


class CallbackWhy(StrEnum):
    """Where it comes from."""

    ASKED = "asked"
    FAULT = "fault"  # of ours, that cut them off
    ENTERED = "entered"  # by somebody, over the API


class Outcome(StrEnum):
    """What came of calling a customer."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    MACHINE = "machine"  # the agent says so
    LEFT = "left"  # answered, and hung up before an agent was there
    FAILED = "failed"  # could not be reached, or cut off by a fault of ours


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call to the customer; ``agent`` was reserved for it. ``outcome`` None: it goes on."""

    call: str
    at: float
    agent: str
    outcome: Outcome | None = None
    ended_at: float | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """One request, named by the call it was made in (or an id of its own). ``at`` is when it came,
    ``entered_at`` the time that counts for the place. They want to be called between ``not_before``
    and ``not_after`` (None: at any time)."""

    call: str
    at: float
    number: str
    name: str
    line: str
    queue: str
    priority: int
    entered_at: float
    why: CallbackWhy
    state: CallbackState
    not_before: float | None = None
    not_after: float | None = None
    attempts: tuple[Attempt, ...] = ()
    closed_at: float | None = None

    @property
    def in_hand(self) -> bool:
        """Whether the customer is being called."""
        return bool(self.attempts) and self.attempts[-1].outcome is None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody enters. ``line`` is the one whose number the customer sees."""

    number: str
    name: str
    queue: str
    priority: int
    line: str = ""
    not_before: float | None = None
    not_after: float | None = None


class CallbackDesk(Protocol):
    """The requests, for those who steer them. All raise ``UnknownName``, ``NotAllowed``."""

    def create(self, wanted: Wanted) -> Callback:
        """A new request, or (of the same number, for the same queue) the one there is."""
        ...

    def cancel(self, callback: str) -> Callback:
        """They are not called any more; a call that rings is taken back."""
        ...

    def machine(self, callback: str) -> Callback:
        """Nobody answered but a machine: the conversation ends, they are called again."""
        ...
