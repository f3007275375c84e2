"""The protocols between the rooms: what one room asks of another, never how it is done.

Each has one shipped implementation and, where it stands for the outside world, one fake in
``callserver/testing``.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from callserver.model.agent import AgentState
from callserver.model.bans import Ban
from callserver.model.call import Arrival
from callserver.model.commands import Command, DialTarget
from callserver.model.events import Event, LegEnd, WorkerReturned
from callserver.model.flow import Value
from callserver.model.live import AgentView, CallView, QueueView
from callserver.model.overflow import Notice, Overflow
from callserver.model.people import AgentAccount
from callserver.model.ticket import NOTHING, Ticket


class Clock(Protocol):
    """Seconds since 1970."""

    def now(self) -> float: ...


class CallWorker(Protocol):
    """One call worker, seen from the controller."""

    @property
    def token(self) -> str:
        """The user part of the worker's Contact: letters and digits, unique for ever."""
        ...

    @property
    def sip_port(self) -> int:
        """The loopback UDP port its SIP listens on."""
        ...

    def send(self, command: Command) -> None:
        """Hand over a command; never waits, never fails (a lost worker is reported as an event
        of its own)."""
        ...


class WorkerListener(Protocol):
    """Who hears the worker of a call."""

    def on_event(self, event: Event) -> None: ...

    def on_worker_lost(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Survivor:
    """A worker of the last controller that is back with its call. ``listen`` names who hears it
    from now on."""

    worker: CallWorker
    returned: WorkerReturned
    listen: Callable[[WorkerListener], None]


class WorkerPool(Protocol):
    """Where workers come from."""

    async def take(self, listener: WorkerListener) -> CallWorker:
        """A worker that waits for its call. Raises ``NoWorker`` when none can be had."""
        ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """Send the INVITE to this worker."""

    worker: CallWorker


@dataclass(frozen=True, slots=True)
class Refused:
    """Answer the INVITE with this."""

    code: int
    phrase: str
    retry_after_s: int = 0


class Reception(Protocol):
    """What the front door asks about a call it has let in."""

    async def receive(self, arrival: Arrival) -> Accepted | Refused: ...


class Credentials(Protocol):
    """What the front door asks about a username in a digest."""

    def account(self, username: str) -> AgentAccount | None: ...


class Bans(Protocol):
    """The addresses that get no answer at the SIP door, for those who look and steer."""

    def bans(self) -> Sequence[Ban]:
        """Those in force."""
        ...

    def ban(self, address: str, lasts_s: float | None, by: str, note: str) -> Ban:
        """Ban an IPv4 address for so many seconds (None: until it is lifted). Raises
        ``NotAllowed``: no address, one that may never be banned, or no room."""
        ...

    def lift(self, address: str, by: str) -> Ban:
        """Let an address in again and forget its past. Raises ``UnknownName``."""
        ...


class Phones(Protocol):
    """Where an agent's phones can be reached."""

    def targets(self, agent: str) -> tuple[DialTarget, ...]:
        """The dialable URIs of the phones registered now, newest first; empty: none."""
        ...


class WaitingCall(Protocol):
    """A call in a queue, as the router speaks to it. All return at once."""

    def offer(self, agent: str) -> None:
        """Ring this agent now, besides those who are rung already; the router has reserved them.
        Answer with ``agent_answered`` or ``agent_missed`` of the router, or ``leave``."""
        ...

    def retract(self, agent: str) -> None:
        """Ring this agent no more: they are not reserved for this call any longer. An answer that
        is on its way binds nobody."""
        ...

    def announce(self, notice: Notice) -> None:
        """Tell the caller what is to be told now."""
        ...

    def send(self, queue: str) -> None:
        """Go to this queue, with the time waited; answer with ``leave``, and join there."""
        ...

    def divert(self, why: Overflow, to: str) -> None:
        """The wait is over without an agent: go on to a place of the queue's overflow chain, or
        (empty) in the flow."""
        ...


class QueueDesk(Protocol):
    """What a call asks of the router."""

    def join(
        self,
        call: str,
        queue: str,
        waiting: WaitingCall,
        priority: int,
        entered_at: float,
        ticket: Ticket = NOTHING,
    ) -> None:
        """Wait in a queue. Raises ``UnknownName``."""
        ...

    def rejoin(
        self,
        call: str,
        queue: str,
        waiting: WaitingCall,
        priority: int,
        entered_at: float,
        rung: Collection[str],
        ticket: Ticket = NOTHING,
        place: tuple[float, float] | None = None,
    ) -> None:
        """Wait on after a restart, where the call stood; ``rung`` are the agents whose phones ring
        for it, ``place`` is one given by hand. Raises ``UnknownName``."""
        ...

    def leave(self, call: str) -> None:
        """The caller is gone or goes elsewhere; an agent being rung becomes ready again. Unknown
        calls are ignored."""
        ...

    def agent_answered(self, call: str, agent: str) -> None:
        """They talk; the call leaves the queue."""
        ...

    def agent_missed(self, call: str, agent: str, why: LegEnd) -> None:
        """The agent did not take it; the call is at the head again."""
        ...

    def queues(self) -> Sequence[QueueView]:
        """All queues as they are now."""
        ...

    def agent_finished(self, call: str, agent: str) -> None:
        """The conversation is over; wrap-up begins."""
        ...

    def agent_spared(self, call: str, agent: str) -> None:
        """The agent answered, but there was nobody to talk with: no wrap-up."""
        ...


class Floor(Protocol):
    """The live state, for those who look and steer (API, pages, CLI)."""

    def agents(self) -> Sequence[AgentView]: ...

    def queues(self) -> Sequence[QueueView]: ...

    def calls(self) -> Sequence[CallView]: ...

    def set_agent_state(self, agent: str, state: AgentState, reason: str) -> None:
        """Ready, paused (with a reason) or signed out. Raises ``UnknownName``, ``NotAllowed``."""
        ...

    def more_wrap_up(self, agent: str, seconds: float) -> None:
        """A longer wrap-up. Raises ``UnknownName``, ``NotAllowed``."""
        ...

    def pick(self, call: str, agent: str) -> None:
        """The agent takes this waiting caller, out of turn. Raises ``UnknownName``,
        ``NotAllowed``."""
        ...

    def set_priority(self, call: str, priority: int) -> None:
        """Another priority for a waiting caller. Raises ``UnknownName``."""
        ...

    def place(self, call: str, position: int) -> None:
        """A waiting caller goes to this position of the queue. Raises ``UnknownName``,
        ``NotAllowed``."""
        ...

    def send(self, call: str, queue: str) -> None:
        """A waiting caller goes to another queue, with the time waited. Raises ``UnknownName``,
        ``NotAllowed``."""
        ...

    def close(self, queue: str, closed: bool | None) -> None:
        """The queue takes nobody any more, or takes callers; None: as its hours say. Raises
        ``UnknownName``."""
        ...


class Prompts(Protocol):
    """Sound files that are ready to be played; nothing is rendered here."""

    def say(self, language: str, text: str) -> str:
        """The file of a text. Raises ``PromptError`` when it was not prepared."""
        ...

    def recorded(self, language: str, name: str) -> str:
        """The file of a recorded prompt. Raises ``PromptError`` when there is none."""
        ...

    def spoken(self, language: str, kind: str, value: Value, arg: str) -> tuple[str, ...]:
        """A value said in one of the ways of ``Spoken`` (``kind``), as one or more files; ``arg``
        is what stands behind the colon (a currency, a noun), else empty. Raises ``PromptError``
        when this value cannot be said so."""
        ...

    def position(self, language: str, position: int) -> tuple[str, ...]:
        """ "You are number n in the queue" as one or more files."""
        ...

    def name(self, language: str, name: str) -> str | None:
        """The file of a caller's name; None: it was not made."""
        ...

    async def learn_name(self, language: str, name: str) -> None:
        """Make it, if that can be done by and by; never raises for its sake."""
        ...

    def music(self, queue: str) -> str:
        """What those who wait in this queue (or are on hold) hear."""
        ...
