"""The live state, as API, wallboard and the night shift look at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from callserver.model.agent import AgentState
from callserver.model.call import Leg, Phase
from callserver.model.flow import Value


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent now. ``since`` is when this state began, ``phones`` how many are registered.
    ``wish`` is the state that comes when calls and wrap-up are over, None: ready."""

    username: str
    name: str
    state: AgentState
    reason: str
    since: float
    call: str | None
    queues: tuple[str, ...]
    phones: int
    wish: AgentState | None = None
    wish_reason: str = ""


class Waits(StrEnum):
    """Why nobody is rung for a caller."""

    OWN_AGENT = "own_agent"  # they wait for the agent who knows them, who is busy
    NOBODY_SIGNED_IN = "nobody_signed_in"
    NOBODY_FITS = "nobody_fits"  # those there lack skills or the language, or are not asked yet
    ALL_PAUSED = "all_paused"  # of those who fit
    ALL_BUSY = "all_busy"  # on the phone, rung for others, or in wrap-up


@dataclass(frozen=True, slots=True)
class WaitingView:
    """One waiting caller. ``ringing`` are the agents who are rung for them; ``why`` nobody is
    (None: somebody is). Whom they wait for changes by itself at ``why_until``: others will do
    then. ``callback``: they are not on the line, but will be called when it is their turn."""

    call: str
    position: int
    entered_at: float
    waited_s: float
    priority: int
    ringing: tuple[str, ...]
    why: Waits | None = None
    why_until: float | None = None
    callback: bool = False


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue now. ``agents`` counts its agents by state, ``talking`` its conversations;
    ``estimate_s`` is how long who joins now will wait, None: nobody knows; ``closed``: it takes
    nobody. Service level since the server started: ``answered`` callers, ``in_time`` of them within
    the queue's ``service_level_s``."""

    name: str
    title: str
    waiting: tuple[WaitingView, ...]
    agents: dict[AgentState, int]
    estimate_s: float | None = None
    closed: bool = False
    answered: int = 0
    in_time: int = 0


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who is at a queue: so many ``callers`` wait on the line; ``agents`` by state."""

    callers: int
    agents: dict[AgentState, int]
    closed: bool


@dataclass(frozen=True, slots=True)
class CallView:
    """One call in progress. ``contact`` is what is known of the customer."""

    call: str
    line: str
    phase: Phase
    queue: str | None
    agent: str | None
    offered_at: float
    legs: tuple[Leg, ...]
    contact: Mapping[str, Value] = field(default_factory=dict)
