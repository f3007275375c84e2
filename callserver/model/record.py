"""The call record: what remains of a call, folded from its facts by ``call/record.py``."""

from dataclasses import dataclass, field
from enum import StrEnum

from callserver.model.call import Direction, Ending, Leg, LegStats, Phase
from callserver.model.events import LegEnd


@dataclass(frozen=True, slots=True)
class LegRecord:
    """One leg that ended: who, how, and what its media was like."""

    leg: Leg
    agent: str | None
    end: LegEnd
    code: int
    ended_at: float
    stats: LegStats | None


@dataclass(frozen=True, slots=True)
class RecordingRecord:
    """One stereo recording; ``path`` is relative to the recordings folder."""

    id: str
    call: str
    path: str
    sha256: str
    duration_s: float
    sample_rate: int
    size: int
    started_at: float
    repaired: bool


class WhyUnrecorded(StrEnum):
    """Why a conversation is not recorded, though it should be."""

    DISK_LOW = "disk_low"  # less space is left than recording.min_free_mib
    WRITE_FAILED = "write_failed"  # the disk refused


@dataclass(frozen=True, slots=True)
class RecordingGap:
    """A time in which a conversation was not recorded. ``until`` None: to its end. ``part`` of the
    recording comes after it, ``after_s`` from the recording's beginning."""

    since: float
    until: float | None
    why: WhyUnrecorded
    part: int | None = None
    after_s: float | None = None


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call, one row. Times are seconds since 1970, durations seconds; None: did not happen.

    ``waited_s`` counts from joining the queue to the agent's answer or the end of the wait,
    ``talked_s`` from the agent's answer to the end (hold included), ``held_s`` is the part of it in
    which one side held, or both (``holding`` do now). ``survey`` are the caller's answers, by
    question. ``callback_of``: we called them back, as they had asked in that call.
    """

    id: str
    direction: Direction
    phase: Phase
    line: str
    number: str
    name: str
    trunk: str | None
    sip_call_id: str
    worker: str
    offered_at: float
    answered_at: float | None = None
    queue: str | None = None
    queued_at: float | None = None
    agent: str | None = None
    talking_at: float | None = None
    ended_at: float | None = None
    ending: Ending | None = None
    flow: str | None = None
    flow_version: str | None = None
    step: str | None = None
    waited_s: float = 0.0
    talked_s: float = 0.0
    held_s: float = 0.0
    held_since: float | None = None
    holding: tuple[Leg, ...] = ()
    digits: int = 0
    missed_by: tuple[str, ...] = ()
    legs: tuple[LegRecord, ...] = ()
    survey: dict[str, str] = field(default_factory=dict)
    callback_of: str | None = None
    gaps: tuple[RecordingGap, ...] = ()
    recording: RecordingRecord | None = None
