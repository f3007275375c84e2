"""What a day was like: the rows it is counted from, and the numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from callserver.model.agent import AgentState
from callserver.model.call import Result
from callserver.model.callback import CallbackState
from callserver.model.hooks import HookEvent
from callserver.model.survey import AnswerCount


@dataclass(frozen=True, slots=True)
class QueuedCall:
    """A call that came in and joined a queue. ``talked``: an agent answered; ``recorded``: there is
    a recording, without gaps. ``result`` None: it goes on."""

    id: str
    offered_at: float
    queue: str
    result: Result | None
    talked: bool
    waited_s: float
    talked_s: float
    recorded: bool


@dataclass(frozen=True, slots=True)
class AgentStep:
    """An agent's state changed; ``call`` is the one they have then."""

    at: float
    state: AgentState
    call: str | None


@dataclass(frozen=True, slots=True)
class CallbackCount:
    """So many requests of a queue stand so now."""

    queue: str
    state: CallbackState
    count: int


@dataclass(frozen=True, slots=True)
class VoicemailCount:
    """So many messages for a queue (or mailbox): left, and of these not heard yet."""

    queue: str
    left: int
    unheard: int


@dataclass(frozen=True, slots=True)
class Beside:
    """What else came in a time. ``broken`` promises are of no queue."""

    callbacks: Sequence[CallbackCount] = ()
    voicemails: Sequence[VoicemailCount] = ()
    answers: Sequence[AnswerCount] = ()
    broken: int = 0


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of a queue, or of all. Sums, so that they can be added: ``waited_s`` of those answered,
    ``abandoned_s`` of those who gave up, ``handled_s`` talk, hold and wrap-up. ``in_time`` are
    ``aimed`` at: answered in queues that have a ``service_level_s``. ``short``: who gave up within
    5 s; ``asked`` and ``said``: questions of surveys."""

    offered: int = 0
    answered: int = 0
    aimed: int = 0
    in_time: int = 0
    waited_s: float = 0.0
    longest_s: float = 0.0
    handled_s: float = 0.0
    abandoned: int = 0
    short: int = 0
    abandoned_s: float = 0.0
    unrecorded: int = 0
    callbacks: int = 0
    reached: int = 0
    unreached: int = 0
    waiting: int = 0
    voicemails: int = 0
    unheard: int = 0
    asked: int = 0
    said: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """The numbers of a queue (empty: of all), and those of a week before. ``target_s`` is within
    which a call was to be answered (None: not the same for all)."""

    queue: str
    target_s: float | None
    now: Numbers
    before: Numbers


@dataclass(frozen=True, slots=True)
class Report:
    """A digest as it is told. ``first`` and ``last`` day of the period, and of the one it is
    compared with, as 2026-11-22. ``due`` is when it should have come, if it is late (else empty).
    ``dead`` deliveries are those there are now."""

    name: str
    first: str
    last: str
    compared_first: str
    compared_last: str
    due: str
    every: Compared
    queues: Sequence[Compared] = field(default_factory=tuple)
    broken: int = 0
    broken_before: int = 0
    dead: int = 0


class DigestStore(Protocol):
    """What digests read and write. All may raise ``StoreError``."""

    async def queued(
        self, since: float, until: float, after: QueuedCall | None, limit: int
    ) -> Sequence[QueuedCall]:
        """Calls offered then, in their order, those behind ``after``."""
        ...

    async def agents(self) -> Sequence[str]:
        """The usernames of all agents."""
        ...

    async def passage(self, since: float, until: float) -> tuple[int, int]:
        """The numbers of the journal between which this time lies."""
        ...

    async def steps(self, agent: str, passage: tuple[int, int]) -> Sequence[AgentStep]:
        """What an agent did in that part of the journal, in order."""
        ...

    async def beside(self, since: float, until: float) -> Beside:
        """What else came then."""
        ...

    async def dead(self) -> int:
        """Deliveries that were given up, and wait for a replay."""
        ...

    async def is_told(self, id_: str) -> bool:
        """Whether the event of this id is in the outbox."""
        ...

    async def tell(self, event: HookEvent) -> None:
        """Put it there, once."""
        ...
