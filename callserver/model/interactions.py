"""What happened between a customer and us, over all channels; tasks; and what was promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from callserver.model.contacts import Contact, Likeness, Merge


class Way(StrEnum):
    """Who wrote."""

    IN = "in"  # they did
    OUT = "out"  # one of ours did
    INSIDE = "inside"  # a note, a change: nobody outside saw it


CHANGE = "change"
"""The kind of interaction that says who changed how somebody is treated."""


ID_CHARS = 18
"""Of every id."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """Something written: ``kind`` is ``mail``, ``chat``, ``sms``, ``note`` or any other word.
    ``thread`` is the conversation it belongs to, ``external`` its id where it comes from (nobody
    else has it), ``agent`` who of ours wrote, ``task`` what it is about; ``by`` who told us."""

    id: str
    at: float
    contact: str
    kind: str
    way: Way
    by: str
    subject: str = ""
    text: str = ""
    agent: str | None = None
    thread: str | None = None
    external: str | None = None
    task: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of somebody's timeline: ``kind`` is that of the interaction, or ``call``, ``survey``,
    ``callback``, ``voicemail``, ``task``; ``id`` names it there. ``more`` is what else is known,
    by the names of the API."""

    id: str
    kind: str
    at: float
    way: Way
    agent: str | None
    subject: str = ""
    text: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where it stands among all others: ids begin with their time."""
        return self.id + self.kind


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries; empty or None: any. ``numbers`` are those of the contact as calls have them.
    ``before`` is the place after which the page starts, newest first."""

    contact: str
    numbers: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    thread: str | None = None
    before: str | None = None
    limit: int = 50


class TaskState(StrEnum):
    """How far it is."""

    OPEN = "open"
    WAITING = "waiting"  # for the customer: the clock stands
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done (others say ticket), for ``contact`` or for nobody. ``due_at`` is what
    somebody said; what was promised is in its promises."""

    id: str
    created_at: float
    updated_at: float
    by: str
    subject: str
    text: str = ""
    contact: str | None = None
    state: TaskState = TaskState.OPEN
    assignee: str | None = None
    due_at: float | None = None
    external: str | None = None


class Promised(StrEnum):
    """What was promised."""

    REACTION = "reaction"  # somebody answers
    RESOLUTION = "resolution"  # it is done
    DUE = "due"  # it is done by the time that somebody said


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise about a task or an interaction (``of``). ``seconds`` of ``hours`` (None: all
    hours) may go by; ``spent_s`` did before ``since``; None: the clock stands. ``due_at`` None: not
    while it stands."""

    of: str
    what: Promised
    contact: str | None
    profile: str
    seconds: float
    hours: str | None
    spent_s: float
    since: float | None
    due_at: float | None
    met_at: float | None = None
    breached_at: float | None = None

    @property
    def place(self) -> str:
        """Where it stands among all others: ids begin with their time."""
        return self.of + self.what[:3]


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks to list; None: any. ``before``: as in ``ContactFilter``."""

    contact: str | None = None
    state: TaskState | None = None
    assignee: str | None = None
    before: str | None = None
    limit: int = 50


class InteractionStore(Protocol):
    """Where all that is. Every method may raise ``StoreError``."""

    async def timeline(self, wanted: EntryFilter) -> Sequence[Entry]: ...

    async def interaction_from(self, external: str) -> Interaction | None:
        """The one with this id elsewhere."""
        ...

    async def add_interaction(self, one: Interaction, changed: Sequence[Promise]) -> None:
        """And tell of it; with the promises that it makes or keeps."""
        ...

    async def task(self, task: str) -> Task | None: ...

    async def task_from(self, external: str) -> Task | None:
        """The one with this id elsewhere."""
        ...

    async def tasks(self, wanted: TaskFilter) -> Sequence[Task]: ...

    async def save_task(self, task: Task, promises: Sequence[Promise]) -> None:
        """Insert or replace by id, and tell of it; its promises are these, and no others."""
        ...

    async def delete_task(self, task: str) -> bool:
        """Whether there was one."""
        ...

    async def profile_of(self, contact: str | None) -> str | None:
        """The profile of the company of a contact; None: it names none."""
        ...

    async def promises(self, of: Sequence[str]) -> Sequence[Promise]:
        """All about these."""
        ...

    async def unanswered(self, contact: str, thread: str | None) -> Sequence[Promise]:
        """The reactions that interactions of somebody wait for, of a thread (None: of any)."""
        ...

    async def next_due(self) -> float | None:
        """When the next promise is broken that nobody was told of."""
        ...

    async def breach(self, now: float) -> Sequence[Promise]:
        """Those that are broken by now and nobody was told of; from now on somebody is."""
        ...

    async def breaches(self, before: str | None, limit: int) -> Sequence[Promise]:
        """Broken ones, those about what is newest first; ``before`` is a ``place``."""
        ...


class MergeStore(Protocol):
    """Contacts that are one. Every method may raise ``StoreError``."""

    async def merge(self, one: Merge) -> None:
        """Write it down, and do it."""
        ...

    async def undo(self, one: Merge, kept: Contact, back: Contact) -> None:
        """Both as they are from now on. Raises ``NotAllowed`` when something is another's now."""
        ...

    async def merged(self, merge: str) -> Merge | None: ...

    async def merges(self, before: str | None, limit: int) -> Sequence[Merge]:
        """Newest first."""
        ...

    async def alike(self, limit: int) -> Sequence[Likeness]:
        """Contacts that have a channel, a name or the end of a number in common."""
        ...
