"""Commands, controller to call worker: one small frozen dataclass each.

A worker carries out commands in the order they come. A command that does not fit the moment (the
leg has just ended, say) is dropped by the worker: the event that made it moot is on its way up.
``leg`` is one of :class:`callserver.model.call.Leg`; times are seconds.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from callserver.model.answering import Cadence
from callserver.model.call import Leg


@dataclass(frozen=True, slots=True)
class RingLeg:
    """Send 180 Ringing on an incoming leg."""

    leg: Leg


@dataclass(frozen=True, slots=True)
class AnswerLeg:
    """Answer an incoming leg with 200."""

    leg: Leg


class Srtp(StrEnum):
    """Whether we ask a place we call to encrypt its sound, with keys in the SDP (RFC 4568)."""

    OFF = "off"
    OFFERED = "offered"  # as RTP/AVP: who does not know it ignores it; RTP/SAVP for who insists
    REQUIRED = "required"  # as RTP/SAVP: or there is no call


@dataclass(frozen=True, slots=True)
class DialTarget:
    """One place to try. ``uri`` is a complete Request-URI that the edge can forward (it carries
    the hop for registered phones); credentials only for trunks that ask for digest. ``worker``:
    another call worker on this machine, spoken to without the edge."""

    uri: str
    username: str = ""
    password: str = field(default="", repr=False)
    srtp: Srtp = Srtp.OFF
    worker: bool = False


@dataclass(frozen=True, slots=True)
class Track:
    """What one leg says, written to one mono WAV file."""

    leg: Leg
    file: str


WHISPER = "whisper"
"""The ``play`` of what ``DialLeg.whisper`` plays."""


@dataclass(frozen=True, slots=True)
class DialLeg:
    """Call out. ``targets`` are tried in order: the next one when a target gives no route or
    fails (408, 5xx, no answer to the INVITE within ``setup_timeout_s``); a human "no" (busy,
    declined) ends the leg at once. ``at_once``: they are all phones of one person, and ring
    together; the first that answers has the leg, and only a no for all of them (6xx) ends it.
    Rings at most ``ring_timeout_s`` over all targets.

    Several people may be rung for the same leg, ``who`` being the name of each (a stack of four
    calls has room for three phones; others wait until one gives up). The worker itself sees to it
    that one of them gets it: the others are released in the same turn. Each gets a ``LegEnded``
    with their name, or a ``LegAnswered``, and the number of this ``ring``: somebody may be rung
    again before they know that they were taken back. Another ``DialLeg`` for the leg is dropped
    when it is answered, or rings for them already, or without a name.

    When it is answered, the worker itself starts to record ``tracks`` and bridges the leg to
    ``bridge_to``: no dead air in between, and none when no controller is there. Before that it
    plays ``whisper`` to it (``PromptsEnded`` with the play :data:`WHISPER` follows), while the
    other goes on hearing its music. With ``judge`` it listens from the answer on who that is
    (``AnswerJudged`` follows, unless the leg ends before)."""

    leg: Leg
    targets: tuple[DialTarget, ...]
    number: str
    name: str
    ring_timeout_s: float
    setup_timeout_s: float = 5.0
    bridge_to: Leg | None = None
    tracks: tuple[Track, ...] = ()
    whisper: tuple[str, ...] = ()
    who: str = ""
    at_once: bool = False
    ring: int = 0
    judge: Cadence | None = None


@dataclass(frozen=True, slots=True)
class StopRinging:
    """Ring this one of several no more. Dropped when the leg is answered."""

    leg: Leg
    who: str


@dataclass(frozen=True, slots=True)
class ExpectLeg:
    """The next INVITE that comes in is this leg (a fresh worker expects the customer). All others
    are refused with 486."""

    leg: Leg


@dataclass(frozen=True, slots=True)
class SetBridge:
    """From now on exactly this is who hears whom: pairs of a speaker and a listener. Legs that are
    not there yet may be named; one that goes is forgotten. Who hears nobody hears their music."""

    edges: tuple[tuple[Leg, Leg], ...]


@dataclass(frozen=True, slots=True)
class TransferProgress:
    """Tell the phone of a leg how far the transfer is that it asked for (``TransferAsked`` with
    this ``cseq``): a SIP status, from 200 on the last word (RFC 3515 section 2.4.5)."""

    leg: Leg
    cseq: int
    code: int


@dataclass(frozen=True, slots=True)
class BridgeLegs:
    """Let two answered legs hear each other, besides whom they hear already; music and prompts to
    both stop."""

    first: Leg
    second: Leg


@dataclass(frozen=True, slots=True)
class UnbridgeLegs:
    """Part two bridged legs; each hears its music again, if it has one."""

    first: Leg
    second: Leg


@dataclass(frozen=True, slots=True)
class StartMusic:
    """Give a leg its background: loops for ever, pauses under prompts and while bridged, goes on
    where it stopped. A bridged leg hears it while the other side holds."""

    leg: Leg
    file: str


@dataclass(frozen=True, slots=True)
class StopMusic:
    """Take the background away."""

    leg: Leg


@dataclass(frozen=True, slots=True)
class PlayPrompts:
    """Play 8 kHz 16-bit mono WAV files in order, once. Answered by one ``PromptsEnded`` with the
    same ``play``. Replaces what is being played. With ``barge_in`` the first digit stops it."""

    leg: Leg
    play: str
    files: tuple[str, ...]
    barge_in: bool


@dataclass(frozen=True, slots=True)
class StopPrompts:
    """Stop the prompts of a leg; they end as ``stopped``."""

    leg: Leg


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Start all tracks at the same instant, so that they stay aligned to the frame. Dropped when
    these files were written already."""

    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class StopRecording:
    """Close all tracks; further ones may be started later."""


@dataclass(frozen=True, slots=True)
class MuteRecording:
    """``on``: from now on silence is written to the tracks, until it is off again; their timing
    stays. Also for tracks that start later."""

    on: bool


@dataclass(frozen=True, slots=True)
class RecordMessage:
    """Write what a leg says to a mono WAV file of its own, until a key, ``silence_s`` without a
    voice (0: never), ``max_s``, or until the leg is gone. Answered by one ``MessageRecorded`` with
    the same ``message``; one that is being recorded ends as ``stopped``."""

    leg: Leg
    message: str
    file: str
    max_s: float
    silence_s: float


@dataclass(frozen=True, slots=True)
class HangUpLeg:
    """End a leg: BYE when answered, CANCEL when we are ringing it, ``code`` as the final answer
    when it is ringing us. ``retry_after_s`` > 0 adds Retry-After to that answer."""

    leg: Leg
    code: int = 603
    retry_after_s: int = 0


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up every leg, close every file, send ``CallEmpty`` and exit."""


Command = (
    RingLeg
    | AnswerLeg
    | DialLeg
    | StopRinging
    | ExpectLeg
    | SetBridge
    | TransferProgress
    | BridgeLegs
    | UnbridgeLegs
    | StartMusic
    | StopMusic
    | PlayPrompts
    | StopPrompts
    | StartRecording
    | StopRecording
    | MuteRecording
    | RecordMessage
    | HangUpLeg
    | EndCall
)
