"""What can be done with a conversation: who may be asked or given the call, how one listens in."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from callserver.model.agent import AgentState


class TargetKind(StrEnum):
    """Who a call is given to, or who is asked."""

    AGENT = "agent"
    QUEUE = "queue"
    EXTERNAL = "external"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Target:
    """``name`` is a username, a queue, a number as it was dialled, or one of the ``places`` of the
    configuration."""

    kind: TargetKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @property
    def agent(self) -> str | None:
        """The username, if it is one of ours."""
        return self.name if self.kind is TargetKind.AGENT else None

    @property
    def who(self) -> str:
        """The name under which they are rung (``DialLeg.who``)."""
        return self.agent or str(self)


def agent_of(who: str) -> str | None:
    """The agent who is rung under this name; usernames have no colon."""
    return who if who and ":" not in who else None


class SupervisorMode(StrEnum):
    """How a supervisor takes part in a conversation."""

    LISTEN = "listen"  # hears all, is heard by nobody
    WHISPER = "whisper"  # is heard by the agent alone
    BARGE = "barge"  # is heard by all


@dataclass(frozen=True, slots=True)
class ThirdView:
    """Somebody called during a conversation. ``blind``: for the customer, not to be asked first."""

    target: Target
    blind: bool
    up: bool


@dataclass(frozen=True, slots=True)
class SupervisorView:
    """A supervisor who hears a conversation, or (not ``up``) is being rung."""

    username: str
    mode: SupervisorMode
    up: bool


@dataclass(frozen=True, slots=True)
class TalkView:
    """One conversation now. ``agent`` talks with ``between``: the ``customer``, the ``third`` or
    ``all``; None: the customer talks with somebody outside, or waits for who is called."""

    call: str
    agent: str | None
    between: str
    third: ThirdView | None
    supervisor: SupervisorView | None


class TalkDesk(Protocol):
    """What the distribution hears of conversations."""

    def agent_turned(self, call: str, agent: str, state: AgentState) -> None:
        """Talking, hold or consult. Ignored unless these two talk."""
        ...

    def agent_took_over(self, call: str, queue: str, agent: str) -> None:
        """The agent talks in a conversation that somebody else began."""
        ...

    def agent_finished(self, call: str, agent: str) -> None:
        """It is over for this agent; wrap-up begins. Ignored unless these two talk."""
        ...


class Talks(Protocol):
    """The conversations that go on, for those who steer them. All raise ``UnknownName`` (no such
    conversation, agent or queue) and ``NotAllowed`` (it does not fit the moment, or must not be
    dialled)."""

    def talk(self, call: str) -> TalkView: ...

    def consult(self, call: str, target: Target) -> TalkView:
        """The agent asks somebody; the customer hears music."""
        ...

    def swap(self, call: str) -> TalkView:
        """The agent talks with the other of the two."""
        ...

    def merge(self, call: str) -> TalkView:
        """All three hear each other."""
        ...

    def complete(self, call: str) -> TalkView:
        """The agent leaves; customer and third party talk."""
        ...

    def cancel(self, call: str) -> TalkView:
        """The third party goes; the agent talks with the customer."""
        ...

    def transfer(self, call: str, target: Target) -> TalkView:
        """Give the customer to somebody, unasked."""
        ...

    def supervise(self, call: str, username: str, mode: SupervisorMode) -> TalkView:
        """Ring a supervisor, or change how they take part."""
        ...

    def unsupervise(self, call: str) -> TalkView:
        """The supervisor goes."""
        ...

    def take_over(self, call: str, username: str) -> TalkView:
        """The supervisor sits in the agent's place."""
        ...
