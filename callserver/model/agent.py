"""The states of an agent, and what an agent can do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class AgentState(StrEnum):
    """What an agent is doing, as queue and wallboard see it."""

    SIGNED_OUT = "signed_out"
    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    HOLD = "hold"  # the customer hears music
    CONSULT = "consult"  # with a colleague, about a customer
    BUSY = "busy"  # on the phone outside the queues
    WRAP_UP = "wrap_up"
    PAUSED = "paused"


IN_CONVERSATION = frozenset({AgentState.TALKING, AgentState.HOLD, AgentState.CONSULT})
ON_A_CALL = IN_CONVERSATION | {AgentState.RINGING}
THERE = frozenset(AgentState) - {AgentState.SIGNED_OUT, AgentState.PAUSED}
"""Those who take calls now or in a while."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What the distribution knows of an agent's account. ``queues`` are the penalties (0: asked
    first) by queue, ``skills`` the levels 1-10, ``languages`` empty: speaks all. ``capacity`` is
    how many calls at once they may have."""

    username: str
    name: str
    queues: Mapping[str, int]
    skills: Mapping[str, int] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    capacity: int = 1
