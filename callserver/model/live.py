"""The live state, as API, wallboard and the night shift look at it."""

from dataclasses import dataclass

from callserver.model.agent import AgentState
from callserver.model.call import Leg, Phase


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


@dataclass(frozen=True, slots=True)
class WaitingView:
    """One waiting caller. ``ringing`` are the agents who are rung for them; ``why`` they wait: what
    keeps the next agent from being rung, empty when nothing does."""

    call: str
    position: int
    entered_at: float
    waited_s: float
    priority: int
    ringing: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue now. ``agents`` counts its agents by state, ``talking`` its conversations;
    ``estimate_s`` is how long who joins now will wait, None: nobody knows."""

    name: str
    title: str
    waiting: tuple[WaitingView, ...]
    agents: dict[AgentState, int]
    estimate_s: float | None = None


@dataclass(frozen=True, slots=True)
class CallView:
    """One call in progress."""

    call: str
    line: str
    phase: Phase
    queue: str | None
    agent: str | None
    offered_at: float
    legs: tuple[Leg, ...]
