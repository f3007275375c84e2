"""The states of an agent."""

from enum import StrEnum


class AgentState(StrEnum):
    """What an agent is doing, as queue and wallboard see it."""

    SIGNED_OUT = "signed_out"
    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
