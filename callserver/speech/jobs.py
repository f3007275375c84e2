"""What a render child is told: a JSON list of jobs, each making one file."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Speak:
    """Synthesise ``text``; ``edge_s`` of silence are left at both ends. ``model`` is the file of a
    Piper voice, empty for the built-in one."""

    file: str
    language: str
    text: str
    words_per_minute: int
    edge_s: float = 0.1
    model: str = ""


@dataclass(frozen=True, slots=True)
class Convert:
    """Make 8 kHz 16-bit mono of the sound file ``source``; with ``level`` brought to the loudness
    of the voice, and silence at its ends cut."""

    file: str
    source: str
    level: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """Several sound files one after the other, as one."""

    file: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rest:
    """Silence."""

    file: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Compose:
    """The project's own hold music."""

    file: str


@dataclass(frozen=True, slots=True)
class Ring:
    """The tone that says it rings at the other end."""

    file: str


Job = Speak | Convert | Join | Rest | Compose | Ring

_KINDS: dict[str, type[Job]] = {
    "speak": Speak,
    "convert": Convert,
    "join": Join,
    "rest": Rest,
    "compose": Compose,
    "ring": Ring,
}


def encode(jobs: Sequence[Job]) -> bytes:
    """The list for a child's standard input."""
    names = {kind: name for name, kind in _KINDS.items()}
    return msgspec.json.encode([[names[type(job)], job] for job in jobs])


def decode(data: bytes) -> list[Job]:
    """And back, in the child."""
    pairs = msgspec.json.decode(data, type=list[tuple[str, msgspec.Raw]])
    return [msgspec.json.decode(raw, type=_KINDS[name]) for name, raw in pairs]
