"""The wire between controller and children: frames on a unix stream socket.

A frame is a 4-byte big-endian length and a MessagePack array ``[kind, fields]``; ``kind`` names a
dataclass listed here, ``fields`` maps its fields to their values. The child speaks first, with
``Hello``. All children connect to the controller, so one that outlived its controller finds the
next one.
"""

from dataclasses import dataclass
from typing import get_args

import msgspec

from callserver.model.commands import Command
from callserver.model.events import Event

VERSION = 1
MAX_FRAME_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Hello:
    """First frame of a child. ``role`` is ``worker``, ``forker`` or ``cli``; ``token``,
    ``sip_port`` and ``first_port`` (of its RTP) are a worker's."""

    role: str
    version: int
    pid: int
    token: str = ""
    sip_port: int = 0
    first_port: int = 0


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """What a worker is born with. ``public`` is ``host:port`` for its Contact, ``internal`` the
    edge's loopback ``host:port``, ``rtp_host`` the address for SDP ("" means the bind address),
    ``srtp`` whether callers who ask for it get encrypted sound, ``clock_ahead`` makes its clock the
    controller's."""

    token: str
    public: str
    internal: str
    rtp_bind: str
    rtp_host: str
    rtp_first_port: int
    rtp_ports: int
    socket: str
    log_level: int = 1
    srtp: bool = False
    clock_ahead: float | None = None


@dataclass(frozen=True, slots=True)
class ForkWorker:
    """Controller to forker: a new call worker."""

    spec: WorkerSpec


@dataclass(frozen=True, slots=True)
class Retire:
    """Controller to an earlier controller's forker: leave when your last worker has left."""


@dataclass(frozen=True, slots=True)
class RecordingPart:
    """Two mono tracks that were recorded together, from ``after_s`` of the recording on (0: behind
    the part before). ``why`` nothing was recorded before it; empty: it is the beginning."""

    left: str
    right: str
    after_s: float = 0.0
    why: str = ""


@dataclass(frozen=True, slots=True)
class MakeRecording:
    """Controller to forker: fork a child that makes the stereo file of a finished call.

    The tracks of ``parts`` are repaired first when the worker died; between them comes silence.
    ``path`` is relative to ``root``, ``facts`` goes into the sidecar as it is. ``missed_s`` of the
    conversation were over when the recording began; ``stopped``: why it did not last to the end."""

    call: str
    parts: tuple[RecordingPart, ...]
    root: str
    path: str
    started_at: float
    facts: dict[str, str]
    missed_s: float = 0.0
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class RecordingDone:
    """Forker to controller: the stereo file is there (``error`` empty), or why not."""

    call: str
    path: str
    sha256: str
    duration_s: float
    sample_rate: int
    size: int
    started_at: float
    repaired: bool
    error: str


def not_made(job: MakeRecording, error: str) -> RecordingDone:
    """The answer to a job that came to nothing."""
    return RecordingDone(job.call, job.path, "", 0.0, 0, 0, job.started_at, False, error)


@dataclass(frozen=True, slots=True)
class WorkerExited:
    """Forker to controller: this worker's process is gone. ``status`` is what
    ``os.waitstatus_to_exitcode`` gives (negative: the signal)."""

    token: str
    pid: int
    status: int


@dataclass(frozen=True, slots=True)
class PeopleChanged:
    """CLI to controller: agents or tokens changed in the store, read them again."""


@dataclass(frozen=True, slots=True)
class BansChanged:
    """CLI to controller: bans changed in the store, read them again."""


@dataclass(frozen=True, slots=True)
class HooksChanged:
    """CLI to controller: webhooks changed in the store, or something is to be sent again."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """CLI to controller: become the program that is installed now; calls go on."""


Message = (
    Command
    | Event
    | Hello
    | ForkWorker
    | Retire
    | MakeRecording
    | RecordingDone
    | WorkerExited
    | PeopleChanged
    | BansChanged
    | HooksChanged
    | Upgrade
)

# Made at import, so that a forked worker finds them ready.
_FIELDS: dict[str, msgspec.msgpack.Decoder[Message]] = {
    kind.__name__: msgspec.msgpack.Decoder(kind) for kind in get_args(Message)
}
_FRAME = msgspec.msgpack.Decoder(tuple[str, msgspec.Raw])
_encode = msgspec.msgpack.Encoder().encode


class WireError(Exception):
    """The other side sent what this version does not understand. Cure: restart it."""


def encode(message: Message) -> bytes:
    """One frame, ready to send."""
    body = _encode((type(message).__name__, message))
    return len(body).to_bytes(4, "big") + body


def _decode(body: bytes) -> Message:
    try:
        kind, fields = _FRAME.decode(body)
        return _FIELDS[kind].decode(fields)
    except (msgspec.MsgspecError, KeyError, UnicodeDecodeError) as error:
        raise WireError(f"bad frame: {error!r}") from error


class Decoder:
    """Bytes in, messages out. ``feed`` raises :class:`WireError` on rubbish."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        self._buffer += data
        messages = []
        while len(self._buffer) >= 4:
            length = int.from_bytes(self._buffer[:4], "big")
            if length > MAX_FRAME_BYTES:
                raise WireError(f"frame of {length} bytes")
            if len(self._buffer) < 4 + length:
                break
            messages.append(_decode(bytes(self._buffer[4 : 4 + length])))
            del self._buffer[: 4 + length]
        return messages
