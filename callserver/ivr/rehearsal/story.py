"""What happens in a pretended call, and what its caller can do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from callserver.model.dial import DialEnd
from callserver.model.flow import Value


class What(StrEnum):
    """Kinds of moments."""

    STEP = "step"  # the call came into it
    SAYS = "says"
    CUT = "cut"  # was to be said, but a key had been pressed
    KEY = "key"
    SILENCE = "silence"  # the server waited for a key in vain
    QUEUE = "queue"  # waits for an agent
    RINGS = "rings"  # at those who are called for them
    MESSAGE = "message"  # may speak after the tone
    AGENT = "agent"  # spoke with one, who hung up
    TALK = "talk"  # spoke with somebody who was called, and hung up
    NOTE = "note"  # what the caller does not notice
    ENDS = "ends"  # the server hangs up
    LEAVES = "leaves"  # the caller hangs up


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened ``at_s`` seconds into the call, in a step. ``voice`` is the language
    of what is said."""

    at_s: float
    step: str
    what: What
    text: str = ""
    voice: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What a call begins with: the time, the caller, and what is known besides, by the names of
    variables."""

    at: datetime
    language: str = "en"
    known: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """The server waits for the caller: for a key, for an agent in ``queue``, for an answer where it
    ``rings``, or (``message``) for what they say after the tone; at most for ``limit_s``. A
    ``secret`` key is shown nowhere; a wait that ``ends`` is over by itself then."""

    limit_s: float
    queue: str = ""
    rings: str = ""
    secret: bool = False
    message: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Press:
    """The caller presses these keys, one after the other."""

    keys: str


@dataclass(frozen=True, slots=True)
class Silence:
    """The caller does nothing for so long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Talk:
    """An agent (or whoever is called) answers after ``wait_s``, talks for ``talk_s`` and hangs
    up."""

    wait_s: float
    talk_s: float


@dataclass(frozen=True, slots=True)
class Miss:
    """Who is called does not take it, for this reason."""

    why: DialEnd


@dataclass(frozen=True, slots=True)
class Speak:
    """The caller says a message that is so long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Leave:
    """The caller hangs up."""


Act = Press | Silence | Talk | Miss | Speak | Leave


class Caller(Protocol):
    """Whoever plays the caller."""

    def witness(self, moment: Moment) -> None:
        """Hear and see what happens, as it happens."""
        ...

    def turn(self, turn: Turn) -> Act:
        """What to do now that the server waits."""
        ...
