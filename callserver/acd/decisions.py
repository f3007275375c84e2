"""What the switchboard decided, to be carried out by the router in this order."""

from dataclasses import dataclass

from callserver.acd.agent import Wish
from callserver.model.agent import AgentState
from callserver.model.overflow import Notice, Overflow


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """Ring this agent for this call. Compared by identity: one that is no longer among the call's
    present offers was taken back and must not be carried out."""

    call: str
    agent: str


@dataclass(frozen=True, slots=True)
class Retract:
    """Ring this agent no more for this call, which goes on."""

    call: str
    agent: str


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell the caller what is to be told now."""

    call: str
    notice: Notice


@dataclass(frozen=True, slots=True)
class Divert:
    """The caller is in this queue no more and goes on to a place of its overflow chain (empty: back
    to the flow)."""

    call: str
    queue: str
    why: Overflow
    to: str


@dataclass(frozen=True, slots=True)
class AgentMoved:
    """What is told of the agent has changed. ``reason`` says why it is paused, else empty; ``call``
    is the call that rings or talks; the state began ``since`` and ends by itself ``until`` then;
    ``wish`` comes when calls and wrap-up are over."""

    agent: str
    state: AgentState
    reason: str
    call: str | None
    at: float
    until: float | None
    since: float
    wish: Wish | None


Decision = Offer | Retract | Announce | Divert | AgentMoved
