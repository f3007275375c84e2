"""Hooks out: what other people's systems are told, to whom, and how far that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol


class EventType(StrEnum):
    """What is told, by its name on the wire."""

    CALL_OFFERED = "call.offered"
    CALL_RINGING = "call.ringing"  # the phone of an agent begins to ring
    CALL_NOT_TAKEN = "call.not_taken"  # this agent did not answer, or declined; it goes on
    CALL_ANSWERED = "call.answered"  # somebody of ours talks with the customer
    CALL_ENDED = "call.ended"
    CALL_MISSED = "call.missed"  # besides call.ended: the caller left without being served
    RECORDING_READY = "recording.ready"
    VOICEMAIL_LEFT = "voicemail.left"
    VOICEMAIL_DONE = "voicemail.done"
    VOICEMAIL_REOPENED = "voicemail.reopened"  # it is to be dealt with again
    VOICEMAIL_ASSIGNED = "voicemail.assigned"
    VOICEMAIL_DELETED = "voicemail.deleted"
    CALLBACK_REQUESTED = "callback.requested"
    CALLBACK_ENDED = "callback.ended"
    CONTACT_CHANGED = "contact.changed"
    CONTACT_DELETED = "contact.deleted"  # or merged into another one
    COMPANY_CHANGED = "company.changed"
    COMPANY_DELETED = "company.deleted"
    INTERACTION_ADDED = "interaction.added"
    TASK_CHANGED = "task.changed"
    TASK_DELETED = "task.deleted"
    PROMISE_BROKEN = "promise.broken"  # of a task or an interaction: nobody did it in time
    DIGEST_READY = "digest.ready"  # what a day was like (`mail.digests`)


DIGEST: Final = "digest-"
"""Before the name of a digest: in the keys of its events and the ids of its subscriptions."""


@dataclass(frozen=True, slots=True)
class HookEvent:
    """One thing that is told. ``id`` is the same however often it is sent; events of one ``key``
    (a call, a contact) are told in their order. ``body`` is the JSON that is sent, to the byte;
    ``line`` the number that was dialled (empty: none)."""

    id: str
    at: float
    type: EventType
    key: str
    queue: str | None
    body: str

    line: str = ""


@dataclass(frozen=True, slots=True)
class HookKey:
    """What a secret is made of, together with the key file of this server: a random ``salt``.
    ``seal`` tells which key file that was; ``until`` None: it is in use until it is rotated."""

    salt: str
    seal: str
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who is told what. ``url`` is a webhook, `mailto:ADDRESS`, or `message:NAME` (one of
    `messages` in the configuration). ``events`` are types (``call.ended``), groups (``call.*``) or
    ``*``; ``queues`` and ``lines`` leave out the calls of others (empty: none). ``language`` is
    that of mails and messages (empty: the customer's). ``keys``: the newest first.
    ``stopped`` is why nothing is sent now (empty: it is); what happens meanwhile is kept for them.
    ``paused_until`` is what they asked for by Retry-After."""

    id: str
    url: str
    events: tuple[str, ...]
    queues: tuple[str, ...]
    title: str
    keys: tuple[HookKey, ...]
    created_at: float
    stopped: str = ""
    paused_until: float = 0.0

    lines: tuple[str, ...] = ()
    language: str = ""

    @property
    def scheme(self) -> str:
        """How they are told: `https`, `mailto`, and so on."""
        return self.url.partition(":")[0].lower()

    @property
    def digest(self) -> str:
        """The digest it is for; empty: for none."""
        return self.title if self.id.startswith(DIGEST) else ""

    def wants(self, event: HookEvent, *, begun: bool = False) -> bool:
        """Whether they are told of this. ``begun``: they know this call, and are told how it goes
        on wherever it goes."""
        if self.digest and event.key != DIGEST + self.digest:
            return False
        group = event.type.partition(".")[0] + ".*"
        if not {event.type.value, group, "*"}.intersection(self.events):
            return False
        if not event.key.startswith("call:"):
            return True
        in_queue = begun or not self.queues or event.queue in self.queues
        return in_queue and (not self.lines or event.line in self.lines)


class DeliveryState(StrEnum):
    """How far an event is, for one subscription."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"  # given up; it can be replayed


@dataclass(frozen=True, slots=True)
class Pending:
    """An event that is to be sent. ``since`` is when trying began to count, ``next_at`` when it may
    be sent, ``tries`` how often it was."""

    number: int
    id: str
    key: str
    since: float
    tries: int
    next_at: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: ``status`` is what they answered (0: nothing), ``error`` what was wrong (empty:
    nothing)."""

    at: float
    took_s: float
    status: int
    error: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What came of a try (or of giving up without one), to be written down. ``id`` is that of the
    event; its number would be another one's when the database was replaced meanwhile. ``known`` is
    what a connector remembers from now on, of the events of this key (None: as before)."""

    subscription: str
    id: str
    state: DeliveryState
    tries: int
    next_at: float
    error: str
    at: float
    attempt: Attempt | None
    known: tuple[str, Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event and how far it is, for those who look."""

    id: str
    type: EventType
    key: str
    at: float
    state: DeliveryState
    tries: int
    next_at: float
    last_at: float | None
    status: int
    error: str
    number: int


@dataclass(frozen=True, slots=True)
class Replay:
    """What to send again: the event of this ``id``, or those of a time. ``dead_only``: of these
    only what was given up; else what was delivered, and what was never meant for them, too."""

    id: str | None = None
    since: float | None = None
    until: float | None = None
    dead_only: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What a destination said. ``retry_after`` is the header as it came; ``error`` what was wrong,
    where the status alone does not say it; ``final``: asking again would change nothing."""

    status: int
    retry_after: str = ""
    error: str = ""
    final: bool = False


class Post(Protocol):
    """Who sends."""

    async def post(
        self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float
    ) -> Answer:
        """Send it, once. Raises ``OutsideError`` when no answer came."""
        ...

    def permits(self, url: str) -> str:
        """Why nothing may ever be sent there; empty: it may."""
        ...


class HookStore(Protocol):
    """Where subscriptions and deliveries are. Every method may raise ``StoreError``."""

    async def subscriptions(self) -> Sequence[Subscription]:
        """All, oldest first."""
        ...

    async def save_subscription(self, subscription: Subscription) -> None:
        """Insert or replace by id."""
        ...

    async def hold(
        self, subscription: str, *, stopped: str | None = None, paused_until: float | None = None
    ) -> None:
        """Change no more than these (None: as it is)."""
        ...

    async def delete_subscription(self, subscription: str) -> bool:
        """With all that waits for it. Whether there was one."""
        ...

    async def pending(self, subscription: str, after: int, limit: int) -> Sequence[Pending]:
        """What is to be sent, in the order it happened, after that number."""
        ...

    async def bodies(self, ids: Sequence[str]) -> Mapping[str, str]:
        """What is to be sent, by the ids of the events."""
        ...

    async def known(self, subscription: str, key: str) -> Mapping[str, str]:
        """What a connector remembers of the events of this key."""
        ...

    async def progress(self, made: Sequence[Progress]) -> None:
        """Write down what came of tries, and what is remembered, in one transaction."""
        ...

    async def hasten(self, subscription: str, now: float) -> None:
        """What waits for a later time may be sent now."""
        ...

    async def replay(self, subscription: str, wanted: Replay, now: float) -> int:
        """Have events sent again; how many."""
        ...

    async def deliveries(
        self, subscription: str, state: DeliveryState | None, before: int | None, limit: int
    ) -> Sequence[Delivery]:
        """Newest first, after number ``before``."""
        ...

    async def attempts(self, subscription: str, event: str) -> Sequence[Attempt]:
        """Every try of an event, in order."""
        ...

    async def backlog(self) -> Mapping[str, tuple[int, int]]:
        """How many events are pending and dead, by subscription."""
        ...

    async def forget(self, before: float) -> int:
        """Drop events from before that time that nobody waits for; how many."""
        ...
