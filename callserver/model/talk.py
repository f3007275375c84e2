"""What can be done with a conversation: who may be asked or given the call, how one listens in."""

from dataclasses import dataclass
from enum import StrEnum


class TargetKind(StrEnum):
    """Who a call is given to, or who is asked."""

    AGENT = "agent"
    QUEUE = "queue"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Target:
    """``name`` is a username, a queue, or a number as it was dialled."""

    kind: TargetKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


class SupervisorMode(StrEnum):
    """How a supervisor takes part in a conversation."""

    LISTEN = "listen"  # hears all, is heard by nobody
    WHISPER = "whisper"  # is heard by the agent alone
    BARGE = "barge"  # is heard by all
