"""Facts of conversations: consultations, transfers, supervisors. Part of :mod:`facts`."""

from dataclasses import dataclass

from callserver.model.call import Leg
from callserver.model.dial import DialEnd
from callserver.model.events import LegEnd
from callserver.model.talk import SupervisorMode, Target, TargetKind


@dataclass(frozen=True, slots=True)
class AgentDialled:
    """An agent calls somebody: a colleague, or (``kind`` external) a number outside."""

    call: str
    at: float
    agent: str
    kind: TargetKind
    target: str


@dataclass(frozen=True, slots=True)
class CallOrdered:
    """Somebody (``by``) wants this agent to call a number (E.164), and wrote ``why``; the agent's
    phones are about to ring."""

    call: str
    at: float
    agent: str
    number: str
    why: str
    by: str


@dataclass(frozen=True, slots=True)
class AgentBriefed:
    """The agent has heard which queue it is and how long the caller waited, and is connected."""

    call: str
    at: float
    agent: str


@dataclass(frozen=True, slots=True)
class ConsultStarted:
    """The agent asks a third party, called on ``leg``; the customer hears music. ``target`` is a
    username, a queue or a number, as ``kind`` says."""

    call: str
    at: float
    agent: str
    leg: Leg
    kind: TargetKind
    target: str


@dataclass(frozen=True, slots=True)
class ConsultAnswered:
    """The third party is there. ``agent``: who it is, when it is one of ours."""

    call: str
    at: float
    leg: Leg
    agent: str = ""


@dataclass(frozen=True, slots=True)
class ConsultSwapped:
    """The agent talks with the other one now; who is left hears music. ``to`` is the leg of whom
    the agent talks with."""

    call: str
    at: float
    to: Leg


@dataclass(frozen=True, slots=True)
class ConferenceStarted:
    """Customer, agent and third party hear each other."""

    call: str
    at: float


@dataclass(frozen=True, slots=True)
class ConsultEnded:
    """The third party is gone, or did not come; the agent talks with the customer again."""

    call: str
    at: float
    leg: Leg
    why: LegEnd


@dataclass(frozen=True, slots=True)
class TransferStarted:
    """The customer is given to somebody else, unasked, who is called on ``leg`` (None: a queue).
    ``agent`` gives."""

    call: str
    at: float
    agent: str | None
    leg: Leg | None
    kind: TargetKind
    target: str


@dataclass(frozen=True, slots=True)
class TransferFailed:
    """They did not take it."""

    call: str
    at: float
    kind: TargetKind
    target: str
    why: LegEnd


@dataclass(frozen=True, slots=True)
class TransferCompleted:
    """The customer talks with somebody else now, on ``leg`` (None: waits in a queue). ``agent``
    gave."""

    call: str
    at: float
    agent: str | None
    leg: Leg | None
    kind: TargetKind
    target: str


@dataclass(frozen=True, slots=True)
class CallsJoined:
    """An agent's phone had two calls and leaves the two others alone: they talk through both calls,
    the sound goes from worker to worker. ``other`` is the other call."""

    call: str
    at: float
    other: str
    agent: str


@dataclass(frozen=True, slots=True)
class SupervisorCalled:
    """A supervisor wants to hear a conversation; their phone is about to ring."""

    call: str
    at: float
    supervisor: str
    mode: SupervisorMode


@dataclass(frozen=True, slots=True)
class SupervisorJoined:
    """They are there."""

    call: str
    at: float
    supervisor: str
    mode: SupervisorMode


@dataclass(frozen=True, slots=True)
class SupervisorModeChanged:
    """They listen, whisper or speak with all from now on."""

    call: str
    at: float
    supervisor: str
    mode: SupervisorMode


@dataclass(frozen=True, slots=True)
class SupervisorLeft:
    """They are gone, or did not come."""

    call: str
    at: float
    supervisor: str
    why: LegEnd


@dataclass(frozen=True, slots=True)
class CallTakenOver:
    """A supervisor sits in the agent's place."""

    call: str
    at: float
    supervisor: str
    agent: str | None


@dataclass(frozen=True, slots=True)
class FlowDialled:
    """The flow calls these for its caller, all at once. ``given``: the caller is given away."""

    call: str
    at: float
    targets: tuple[Target, ...]
    given: bool = False


@dataclass(frozen=True, slots=True)
class DialMissed:
    """Nobody of them took it, or nobody could be called."""

    call: str
    at: float
    why: DialEnd


@dataclass(frozen=True, slots=True)
class DialAnswered:
    """This one did, and talks with the customer on the agent's leg."""

    call: str
    at: float
    kind: TargetKind
    target: str


@dataclass(frozen=True, slots=True)
class DialEnded:
    """They talk no more; the customer is still there."""

    call: str
    at: float


TalkFact = (
    AgentDialled
    | CallOrdered
    | FlowDialled
    | DialMissed
    | DialAnswered
    | DialEnded
    | AgentBriefed
    | ConsultStarted
    | ConsultAnswered
    | ConsultSwapped
    | ConferenceStarted
    | ConsultEnded
    | TransferStarted
    | TransferFailed
    | TransferCompleted
    | CallsJoined
    | SupervisorCalled
    | SupervisorJoined
    | SupervisorModeChanged
    | SupervisorLeft
    | CallTakenOver
)
