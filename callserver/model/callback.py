"""Callers who are to be called back, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from callserver.model.overflow import Wait


class CallbackState(StrEnum):
    """How far it is. All but open and suggested are final."""

    OPEN = "open"
    SUGGESTED = "suggested"  # nobody has asked; somebody of ours must say whether they are called
    MERGED = "merged"  # the same number waits for the same queue already, and got the better place
    DONE = "done"  # they talked
    RETURNED = "returned"  # they called in themselves, and talked
    UNREACHED = "unreached"  # called as often as they may be
    TOLD = "told"  # a machine answered, and has our message
    EXPIRED = "expired"  # it is too late
    CANCELLED = "cancelled"
    DISMISSED = "dismissed"  # a suggestion nobody wanted


class CallbackWhy(StrEnum):
    """Where it comes from."""

    ASKED = "asked"
    FAULT = "fault"  # of ours, that cut them off
    ENTERED = "entered"  # by somebody, over the API
    SITE = "site"  # by whoever sits before a web site: nobody knows whose number it is
    CRM = "crm"  # by a form of a CRM, which is as good as a web site
    ABANDONED = "abandoned"  # they gave up waiting, and one of ours accepted the suggestion

    @property
    def unproved(self) -> bool:
        """Whether nobody knows whose number it is."""
        return self in (CallbackWhy.SITE, CallbackWhy.CRM)


class Outcome(StrEnum):
    """What came of calling a customer."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    MACHINE = "machine"  # by what was heard, or as the agent says
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
    and ``not_after`` (None: at any time), in ``language`` (empty: that of the line). Of those that
    are merged, ``merged_into`` names the one they wait with."""

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
    language: str = ""
    merged_into: str | None = None

    @property
    def is_alive(self) -> bool:
        """Whether it is in no final state."""
        return self.state in (CallbackState.OPEN, CallbackState.SUGGESTED)

    @property
    def in_hand(self) -> bool:
        """Whether the customer is being called."""
        return bool(self.attempts) and self.attempts[-1].outcome is None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody enters. ``line`` is the one whose number the customer sees, ``language`` the
    one they are spoken to in (empty: that of the line)."""

    number: str
    name: str
    queue: str
    priority: int
    line: str = ""
    not_before: float | None = None
    not_after: float | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """A time that may be chosen to be called in. ``spoken`` is how it is told by the clock of the
    number: `today`, `tomorrow` or the date, then the hours (`tomorrow 10-12`)."""

    begin: float
    end: float
    spoken: str


class Prospect(StrEnum):
    """What somebody who is to be called back can be told."""

    WAITING = "waiting"
    SCHEDULED = "scheduled"  # not before the time they asked for, or not so soon after a try
    CALLING = "calling"
    DONE = "done"
    CANCELLED = "cancelled"
    UNREACHED = "unreached"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Outlook:
    """``place`` is about how many are served until it is their turn, themselves included; they are
    called between ``earliest`` and ``latest``, as far as anybody can tell."""

    prospect: Prospect
    place: int | None = None
    earliest: float | None = None
    latest: float | None = None


class SiteDesk(Protocol):
    """What a web site's visitors may do about their own requests."""

    def ask_from_site(self, wanted: Wanted, why: CallbackWhy = CallbackWhy.SITE) -> Callback:
        """A new request; of the same number, for the same queue, it waits with the one there is,
        and changes nothing about it. ``why`` is one that is unproved. Raises ``UnknownName``,
        ``NotAllowed``."""
        ...

    def find(self, callback: str) -> Callback | None:
        """A request that is not over (or hardly); the store has them all."""
        ...

    def outlook(self, one: Callback, waits_with: Callback) -> Outlook:
        """How far it is; ``waits_with`` is the one it was merged into, or itself."""
        ...

    def give_up(self, one: Callback) -> None:
        """They need not be called for this one; others who asked still are."""
        ...


class CallerDesk(Protocol):
    """What callers on the line may do about being called back."""

    def windows(
        self, queue: str, number: str, hours: int, days: int, most: int
    ) -> Sequence[Window]:
        """The next times in which a queue could call a number (E.164), as
        ``CallControl.windows``."""
        ...

    def expected(self, queue: str, number: str) -> Wait | None:
        """When it is the turn of a number (E.164), as ``CallControl.expected``."""
        ...

    def waits(self, queue: str, number: str) -> Callback | None:
        """The open request of a number, however it is written."""
        ...

    def call_off(self, request: str) -> None:
        """They need not be called."""
        ...


class NobodyAsks:
    """A ``CallerDesk`` where nobody is called back."""

    def windows(
        self, queue: str, number: str, hours: int, days: int, most: int
    ) -> Sequence[Window]:
        return ()

    def expected(self, queue: str, number: str) -> Wait | None:
        return None

    def waits(self, queue: str, number: str) -> Callback | None:
        return None

    def call_off(self, request: str) -> None:
        """There is nothing to call off."""


class CallbackDesk(Protocol):
    """The requests, for those who steer them. All raise ``UnknownName``, ``NotAllowed``."""

    def create(self, wanted: Wanted) -> Callback:
        """A new request, or (of the same number, for the same queue) the one there is."""
        ...

    def cancel(self, callback: str) -> Callback:
        """They are not called any more; a call that rings is taken back."""
        ...

    def accept(self, callback: str) -> Callback:
        """Somebody who was suggested is to be called."""
        ...

    def dismiss(self, callback: str) -> Callback:
        """Somebody who was suggested is not."""
        ...

    def machine(self, callback: str) -> Callback:
        """Nobody answered but a machine: the conversation ends, they are called again."""
        ...
