"""Facts about voice messages that callers leave: started, ended, thrown away, kept, dealt with."""

from dataclasses import dataclass

from callserver.model.events import MessageEnd


@dataclass(frozen=True, slots=True)
class MessageStarted:
    """The tone has sounded; what the caller says now is a message for ``mailbox``."""

    call: str
    at: float
    message: str
    mailbox: str


@dataclass(frozen=True, slots=True)
class MessageEnded:
    """It is recorded. ``quiet_s`` is the silence at its end."""

    call: str
    at: float
    message: str
    end: MessageEnd
    duration_s: float
    voice_s: float
    quiet_s: float


@dataclass(frozen=True, slots=True)
class MessageDiscarded:
    """Nobody shall hear it: it is empty, or the caller did not want it."""

    call: str
    at: float
    message: str


@dataclass(frozen=True, slots=True)
class VoicemailLeft:
    """A message is kept: its mono file is complete. ``path`` is relative to the recordings folder,
    ``voicemail`` the id of the message; ``number`` and ``name`` are the caller's, ``queue`` the one
    they waited in (None: none)."""

    call: str
    at: float
    voicemail: str
    mailbox: str
    line: str
    number: str
    name: str
    path: str
    sha256: str
    duration_s: float
    sample_rate: int
    size: int
    started_at: float
    repaired: bool
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class VoicemailDone:
    """Somebody has dealt with it, or (not ``done``) it is to be dealt with again. ``by`` is
    `token:ID`, as in all facts of what is done with a message."""

    call: str
    at: float
    voicemail: str
    mailbox: str
    done: bool
    by: str


@dataclass(frozen=True, slots=True)
class VoicemailAssigned:
    """An agent shall deal with it; None: nobody in particular."""

    call: str
    at: float
    voicemail: str
    mailbox: str
    assignee: str | None
    by: str


@dataclass(frozen=True, slots=True)
class VoicemailDeleted:
    """Its sound is gone. ``by`` is also `age`: it was kept for as long as it shall be."""

    call: str
    at: float
    voicemail: str
    mailbox: str
    by: str


VoicemailFact = VoicemailLeft | VoicemailDone | VoicemailAssigned | VoicemailDeleted
MessageFact = MessageStarted | MessageEnded | MessageDiscarded | VoicemailFact
