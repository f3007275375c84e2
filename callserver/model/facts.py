"""Facts: what the journal keeps, one frozen dataclass each, in the order they happened.

The journal is the truth about the past. Call records, timelines, reports and the state after a
restart are folds of it (``call/record.py``). ``at`` is seconds since 1970. ``call`` is the call's
id; facts about an agent alone carry ``agent``.
"""

from dataclasses import dataclass
from enum import StrEnum

from callserver.model.agent import AgentState
from callserver.model.bans import Offence
from callserver.model.call import Direction, Ending, Leg, LegStats
from callserver.model.callback_facts import CallbackFact
from callserver.model.caller_facts import CallerFact
from callserver.model.events import LegEnd
from callserver.model.flow import Frame, Value
from callserver.model.message_facts import MessageFact
from callserver.model.overflow import Overflow
from callserver.model.queue_facts import QueueFact
from callserver.model.recording_facts import RecordingFact
from callserver.model.survey_facts import SurveyFact
from callserver.model.talk_facts import TalkFact
from callserver.model.ticket import NOTHING, Ticket


@dataclass(frozen=True, slots=True)
class CallOffered:
    """A call came to a line (or was started by us) and has a worker."""

    call: str
    at: float
    direction: Direction
    line: str
    number: str
    name: str
    trunk: str | None
    sip_call_id: str
    worker: str


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """The system answered the customer; the clock of the wait starts."""

    call: str
    at: float


@dataclass(frozen=True, slots=True)
class StepEntered:
    """The call is in this step of this version of its flow. ``stack`` are the ``subflow`` steps
    that led there, outermost first."""

    call: str
    at: float
    flow: str
    version: str
    step: str
    stack: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """A key of the caller, as a step took it. Secret input never becomes a fact."""

    call: str
    at: float
    digit: str


@dataclass(frozen=True, slots=True)
class InputMissed:
    """What the caller typed in this step was wrong, or too little came in time; it is asked again,
    and the keys since the step began do not count."""

    call: str
    at: float


@dataclass(frozen=True, slots=True)
class VariablesSet:
    """Variables of the flow have these values. ``secret`` are the names of those whose values are
    kept nowhere."""

    call: str
    at: float
    values: dict[str, Value]
    secret: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """From now on the caller is spoken to in this language."""

    call: str
    at: float
    language: str


@dataclass(frozen=True, slots=True)
class QueueJoined:
    """The caller waits. ``entered_at`` is the time that counts for the place."""

    call: str
    at: float
    queue: str
    priority: int
    entered_at: float
    ticket: Ticket = NOTHING


@dataclass(frozen=True, slots=True)
class QueueOverflowed:
    """The queue did not take or keep the caller, who goes on to a place of its overflow chain
    (`queue:NAME`, `callback`, `voicemail`, `external:NUMBER`; empty: in the flow)."""

    call: str
    at: float
    queue: str
    why: Overflow
    to: str


@dataclass(frozen=True, slots=True)
class PositionAnnounced:
    """The caller was told the place, and how long it will take (seconds; None: not told)."""

    call: str
    at: float
    queue: str
    position: int
    wait_low_s: float | None = None
    wait_high_s: float | None = None


@dataclass(frozen=True, slots=True)
class AgentOffered:
    """The call was offered to an agent, whose phone is about to ring."""

    call: str
    at: float
    queue: str
    agent: str


@dataclass(frozen=True, slots=True)
class AgentRinging:
    """The agent's phone rings."""

    call: str
    at: float
    agent: str


@dataclass(frozen=True, slots=True)
class AgentMissed:
    """The agent did not take the call; the caller is back at the head."""

    call: str
    at: float
    agent: str
    why: LegEnd


@dataclass(frozen=True, slots=True)
class AgentAnswered:
    """Agent and customer talk."""

    call: str
    at: float
    agent: str


@dataclass(frozen=True, slots=True)
class AgentFinished:
    """Agent and customer no longer talk."""

    call: str
    at: float
    agent: str


@dataclass(frozen=True, slots=True)
class QueueLeft:
    """The wait is over, in whatever way."""

    call: str
    at: float
    queue: str
    waited_s: float


@dataclass(frozen=True, slots=True)
class HoldStarted:
    """A side put the other on hold."""

    call: str
    at: float
    leg: Leg


@dataclass(frozen=True, slots=True)
class HoldEnded:
    """And took it back."""

    call: str
    at: float
    leg: Leg


@dataclass(frozen=True, slots=True)
class MediaLost:
    """Nothing has come from a leg for 5 s, though it should send: dead or one-way sound."""

    call: str
    at: float
    leg: Leg


@dataclass(frozen=True, slots=True)
class MediaBack:
    """Sound comes from the leg again."""

    call: str
    at: float
    leg: Leg


@dataclass(frozen=True, slots=True)
class LegReleased:
    """A leg is gone; its statistics."""

    call: str
    at: float
    leg: Leg
    agent: str | None
    end: LegEnd
    code: int
    stats: LegStats | None


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The last fact of a call itself (its recording may still be made)."""

    call: str
    at: float
    ending: Ending


@dataclass(frozen=True, slots=True)
class CallbackOwed:
    """A fault of ours cut a caller off who waited or talked: they should be called back, at the
    place they had."""

    call: str
    at: float
    number: str
    name: str
    line: str
    queue: str
    priority: int
    entered_at: float


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """An agent's state changed, or what comes after it. ``reason`` says why it is paused, else
    empty; ``until`` is when the state ends by itself, ``since`` when it began (None: now).
    ``wish``: paused (with its reason, and until when) or signed out when calls and wrap-up are
    over."""

    agent: str
    at: float
    state: AgentState
    reason: str
    call: str | None
    until: float | None = None
    since: float | None = None
    wish: AgentState | None = None
    wish_reason: str = ""
    wish_until: float | None = None


@dataclass(frozen=True, slots=True)
class PhoneRegistered:
    """A phone of an agent is reachable (new, not a refresh)."""

    agent: str
    at: float
    contacts: int


@dataclass(frozen=True, slots=True)
class PhoneUnregistered:
    """A phone of an agent went, or its registration expired. ``contacts`` are left."""

    agent: str
    at: float
    contacts: int


class Outcome(StrEnum):
    """What came of something somebody wanted to do."""

    DONE = "done"
    DENIED = "denied"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Audited:
    """Somebody heard, changed or exported something, or tried to. ``actor`` is `token:ID` or
    `cli:OS USER`, ``role`` the token's role (`cli` for the command line), ``action`` the operation
    (`recordings.audio`), ``target`` what it was done to (`recordings/ID`), ``remote`` the address
    it was asked from (`local` for the command line). Denied: the role may not; refused: a mistake
    in what was asked; failed: our side."""

    id: str
    at: float
    actor: str
    role: str
    action: str
    target: str
    remote: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class SourceBanned:
    """An address gets no answer at the SIP door any more, until ``until`` (None: until it is
    lifted). ``by`` is `shield`, `cli:OS USER` or `token:ID`."""

    address: str
    at: float
    until: float | None
    reason: Offence
    strikes: int
    by: str


@dataclass(frozen=True, slots=True)
class SourceUnbanned:
    """It is heard again. ``by`` is `time` when the ban was over, else who lifted it: `cli` or
    `token:ID`."""

    address: str
    at: float
    by: str


Fact = (
    CallOffered
    | CallAnswered
    | StepEntered
    | DigitPressed
    | InputMissed
    | VariablesSet
    | LanguageChosen
    | QueueJoined
    | QueueOverflowed
    | PositionAnnounced
    | AgentOffered
    | AgentRinging
    | AgentMissed
    | AgentAnswered
    | AgentFinished
    | TalkFact
    | MessageFact
    | CallerFact
    | CallbackFact
    | QueueFact
    | QueueLeft
    | HoldStarted
    | HoldEnded
    | MediaLost
    | MediaBack
    | LegReleased
    | CallEnded
    | CallbackOwed
    | RecordingFact
    | SurveyFact
    | AgentChanged
    | PhoneRegistered
    | PhoneUnregistered
    | Audited
    | SourceBanned
    | SourceUnbanned
)
