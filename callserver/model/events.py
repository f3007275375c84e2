"""Events, call worker to controller: what happened on the wire, one frozen dataclass each.

``at`` is the worker's clock in seconds since 1970, taken when it happened.
"""

from dataclasses import dataclass
from enum import StrEnum

from callserver.model.answering import Answerer, Sign
from callserver.model.call import Leg, LegStats


class LegEnd(StrEnum):
    """Why a leg ended, as the worker saw it."""

    HUNG_UP = "hung_up"  # the far end sent BYE (or CANCEL before we answered)
    RELEASED = "released"  # we ended it on command
    BUSY = "busy"  # 486, 600
    DECLINED = "declined"  # 603, 403, 488 and other refusals by the far end
    NO_ANSWER = "no_answer"  # ring_timeout_s passed, or the phone gave 408/480/487 by itself
    UNREACHABLE = "unreachable"  # no target could be reached: 404, 408 without ringing, 5xx
    FAILED = "failed"  # media or signalling broke


@dataclass(frozen=True, slots=True)
class LegArrived:
    """An INVITE came in; the leg is not answered yet."""

    leg: Leg
    sip_call_id: str
    at: float


@dataclass(frozen=True, slots=True)
class LegRinging:
    """180 or 183 came for a leg we dial. ``who`` is the name in its ``DialLeg``."""

    leg: Leg
    sip_call_id: str
    at: float
    who: str = ""


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """The leg is up and has sound in both directions. ``who`` of several that were rung answered,
    if they have names, and which ``ring`` of theirs; the others get their ``LegEnded`` after
    this."""

    leg: Leg
    sip_call_id: str
    codec: str
    at: float
    who: str = ""
    ring: int = 0


@dataclass(frozen=True, slots=True)
class LegHeld:
    """The far end put us on hold."""

    leg: Leg
    at: float


@dataclass(frozen=True, slots=True)
class LegResumed:
    """The far end took us off hold."""

    leg: Leg
    at: float


@dataclass(frozen=True, slots=True)
class LegEnded:
    """The leg is gone. ``code`` is the final SIP status (200 after a normal call). With ``who``
    nobody but this one is gone, who was rung for it (as this ``ring``) and has not answered."""

    leg: Leg
    sip_call_id: str
    end: LegEnd
    code: int
    stats: LegStats | None
    at: float
    who: str = ""
    ring: int = 0


@dataclass(frozen=True, slots=True)
class DigitReceived:
    """One key: 0-9, *, #, A-D. ``method`` is ``rfc4733`` or ``info``."""

    leg: Leg
    digit: str
    method: str
    at: float


class PlayEnd(StrEnum):
    """Why prompts ended."""

    FINISHED = "finished"
    BARGED_IN = "barged_in"
    STOPPED = "stopped"
    FAILED = "failed"  # a file could not be opened


@dataclass(frozen=True, slots=True)
class PromptsEnded:
    """The prompts of one ``PlayPrompts`` are over."""

    leg: Leg
    play: str
    end: PlayEnd
    at: float


@dataclass(frozen=True, slots=True)
class RecordingStarted:
    """The tracks run from here, ``after_s`` after the first ones of this call (a clock that nobody
    sets)."""

    files: tuple[str, ...]
    at: float
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RecordingStopped:
    """The tracks are closed and complete on disk, and are never written again. ``error`` is why
    they could not go on, or begin; empty when they were to end."""

    files: tuple[str, ...]
    error: str
    at: float


class MessageEnd(StrEnum):
    """Why a voice message ended."""

    KEY = "key"
    SILENCE = "silence"
    LENGTH = "length"
    GONE = "gone"  # the caller hung up, as most do
    STOPPED = "stopped"
    FAILED = "failed"  # the file could not be written


@dataclass(frozen=True, slots=True)
class MessageRecorded:
    """The message of one ``RecordMessage`` is complete on disk: how long it is, how much of it is
    voice, and how long nothing was said at its end."""

    leg: Leg
    message: str
    end: MessageEnd
    duration_s: float
    voice_s: float
    quiet_s: float
    at: float


@dataclass(frozen=True, slots=True)
class AnswerJudged:
    """Who answered a leg that was dialled with ``judge``, what gave them away, and how long after
    the answer. After a machine, if that was asked for, ``GreetingOver`` follows."""

    leg: Leg
    answerer: Answerer
    sign: Sign
    after_s: float
    at: float


@dataclass(frozen=True, slots=True)
class GreetingOver:
    """The machine has said what it had to say: whoever speaks now is recorded. ``beeped``: it gave
    a tone to say so."""

    leg: Leg
    beeped: bool
    at: float


@dataclass(frozen=True, slots=True)
class CallEmpty:
    """The last leg is gone; the worker exits after this."""

    at: float


@dataclass(frozen=True, slots=True)
class MediaLost:
    """Nothing has come from a leg for 5 s, though it should send."""

    leg: Leg
    at: float


@dataclass(frozen=True, slots=True)
class MediaBack:
    """Sound comes from the leg again."""

    leg: Leg
    at: float


@dataclass(frozen=True, slots=True)
class TransferAsked:
    """The phone of a leg wants the other side to be called by somebody else (REFER, RFC 3515); it
    got 202 already. ``refer_to`` is the value of its header, as it came from the network. ``cseq``
    names it; ``quiet``: the phone wants no news of it (RFC 4488)."""

    leg: Leg
    cseq: int
    refer_to: str
    quiet: bool
    at: float


@dataclass(frozen=True, slots=True)
class WorkerReturned:
    """The first event after a new controller answered: what happened to the legs so far. The new
    controller knows from its journal what the last one had seen.

    ``answered`` and ``ended`` cover the whole life of the call, ``held``, ``resumed`` and
    ``digits`` only the time since the last controller went (``alone_since``). ``ringing`` are legs
    being dialled now, ``rung`` the names of those who are rung for one of them.
    ``recording_since`` is 0 when nothing was ever recorded; ``recorded`` and ``unrecorded`` tell
    when tracks began and ended. ``messages`` are those that ended, ``judged`` the answers that
    were judged.
    """

    alone_since: float
    answered: tuple[LegAnswered, ...]
    ended: tuple[LegEnded, ...]
    ringing: tuple[Leg, ...]
    held: tuple[LegHeld, ...]
    resumed: tuple[LegResumed, ...]
    digits: tuple[DigitReceived, ...]
    recording_since: float
    at: float
    messages: tuple[MessageRecorded, ...] = ()
    recorded: tuple[RecordingStarted, ...] = ()
    unrecorded: tuple[RecordingStopped, ...] = ()
    rung: tuple[str, ...] = ()
    judged: tuple[AnswerJudged, ...] = ()


Event = (
    WorkerReturned
    | MediaLost
    | MediaBack
    | LegArrived
    | LegRinging
    | LegAnswered
    | LegHeld
    | LegResumed
    | LegEnded
    | DigitReceived
    | TransferAsked
    | PromptsEnded
    | RecordingStarted
    | RecordingStopped
    | MessageRecorded
    | AnswerJudged
    | GreetingOver
    | CallEmpty
)
