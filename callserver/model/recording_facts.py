"""Facts about recordings: interrupted, made, failed."""

from dataclasses import dataclass

from callserver.model.record import WhyUnrecorded


@dataclass(frozen=True, slots=True)
class RecordingPaused:
    """From here on the conversation is not recorded, though it should be."""

    call: str
    at: float
    why: WhyUnrecorded


@dataclass(frozen=True, slots=True)
class RecordingResumed:
    """It is recorded again. ``part`` numbers the recording's parts (the first is 0), ``after_s`` is
    where in the recording it begins."""

    call: str
    at: float
    part: int
    after_s: float


@dataclass(frozen=True, slots=True)
class RecordingMade:
    """The stereo file is complete and verified. ``path`` is relative to the recordings folder."""

    call: str
    at: float
    recording: str
    path: str
    sha256: str
    duration_s: float
    sample_rate: int
    size: int
    started_at: float
    repaired: bool


@dataclass(frozen=True, slots=True)
class RecordingFailed:
    """The stereo file could not be made; the tracks are kept where they were."""

    call: str
    at: float
    error: str


RecordingFact = RecordingPaused | RecordingResumed | RecordingMade | RecordingFailed
