"""What the server answers, as far as integrators need it: the OpenAPI document has all of it. Times
know their zone, numbers are E.164, and ``None`` means: did not happen, or is not known. Words of
states are texts, so that a server with more of them is understood too."""

from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct

Item = TypeVar("Item")


class Page(Struct, Generic[Item], frozen=True):
    """One page of a list."""

    items: list[Item]
    next: str | None = None


class Listed(Struct, Generic[Item], frozen=True):
    """A whole list."""

    items: list[Item]


class Recording(Struct, frozen=True, kw_only=True):
    """The sound of a call: left the customer, right the agent; ``audio`` is its path."""

    id: str
    audio: str
    duration_s: float
    started_at: datetime


class Call(Struct, frozen=True, kw_only=True):
    """One call, running (no ``result``) or over."""

    id: str
    direction: str
    phase: str
    line: str
    number: str
    name: str
    offered_at: datetime
    answered_at: datetime | None
    queue: str | None
    agent: str | None
    talking_at: datetime | None
    ended_at: datetime | None
    result: str | None
    reason: str | None
    waited_s: float
    talked_s: float
    survey: dict[str, str]
    recording: Recording | None


class Dialled(Struct, frozen=True, kw_only=True):
    """A call that was asked for and goes now; ``call`` is its id, ``caller`` what they see."""

    call: str
    agent: str
    number: str
    name: str
    line: str
    caller: str


class Fact(Struct, frozen=True, kw_only=True):
    """One thing that happened in a call."""

    kind: str
    at: datetime
    data: dict[str, Any]


class LiveCall(Struct, frozen=True, kw_only=True):
    """One call in progress."""

    call: str
    line: str
    phase: str
    queue: str | None
    agent: str | None
    offered_at: datetime


class Agent(Struct, frozen=True, kw_only=True):
    """One agent and what they do now: ``ready``, ``ringing``, ``talking``, ``paused`` …"""

    username: str
    name: str
    state: str
    reason: str
    since: datetime
    call: str | None
    queues: list[str]
    phones: int


class Waiting(Struct, frozen=True, kw_only=True):
    """One waiting caller; position 1 is the head."""

    call: str
    position: int
    entered_at: datetime
    waited_s: float
    priority: int
    ringing: list[str]
    callback: bool


class Queue(Struct, frozen=True, kw_only=True):
    """One queue now."""

    name: str
    title: str
    waiting: list[Waiting]
    agents: dict[str, int]
    estimate_s: float | None
    closed: bool


class Contact(Struct, frozen=True, kw_only=True):
    """One contact; ``fields`` are those of your own."""

    id: str
    name: str
    numbers: list[str]
    company: str | None
    language: str | None
    owner: str | None
    vip: bool
    tags: list[str]
    notes: str
    fields: dict[str, Any]
    updated_at: datetime


class Mistake(Struct, frozen=True, kw_only=True):
    """What is wrong at a place of a table (``column`` empty: with the row), and the cure."""

    line: int
    column: str
    what: str
    cure: str


class Import(Struct, frozen=True, kw_only=True):
    """A table of contacts that was sent: ``waiting``, ``running``, ``done``, ``failed`` or
    ``interrupted`` (``trouble`` says why and what to do), how far it is, and what became of its
    rows. ``mistakes`` are the first 20."""

    id: str
    state: str
    dry: bool
    asked_at: datetime
    ended_at: datetime | None
    size: int
    read: int
    rows: int
    new: int
    changed: int
    same: int
    bad: int
    mistakes: list[Mistake]
    trouble: str

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state not in ("waiting", "running")


class Callback(Struct, frozen=True, kw_only=True):
    """Somebody who is to be called back; ``call`` names the request."""

    call: str
    number: str
    name: str
    queue: str
    state: str
    priority: int
    requested_at: datetime
    not_before: datetime | None
    not_after: datetime | None
    closed_at: datetime | None


class Webhook(Struct, frozen=True, kw_only=True):
    """Who is told what. ``secret`` is there once, when it was made."""

    id: str
    url: str
    events: list[str]
    queues: list[str]
    title: str
    stopped: str
    pending: int
    dead: int
    secret: str = ""


class Event(Struct, frozen=True, kw_only=True):
    """Something that happened. ``id`` goes into ``events(after=…)``; kind ``reset``: what was
    missed cannot be told (the server has another database), so read the state afresh."""

    id: str
    kind: str
    at: datetime | None = None
    call: str | None = None
    data: dict[str, Any] = {}
