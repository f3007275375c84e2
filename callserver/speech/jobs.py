"""What a render child is told: a JSON list of jobs, each making one file."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Speak:
    """Synthesise ``text``."""

    file: str
    language: str
    text: str
    words_per_minute: int


@dataclass(frozen=True, slots=True)
class Convert:
    """Make 8 kHz 16-bit mono of the sound file ``source``."""

    file: str
    source: str


@dataclass(frozen=True, slots=True)
class Compose:
    """The project's own hold music."""

    file: str


@dataclass(frozen=True, slots=True)
class Ring:
    """The tone that says it rings at the other end."""

    file: str


Job = Speak | Convert | Compose | Ring

_KINDS: dict[str, type[Job]] = {
    "speak": Speak,
    "convert": Convert,
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
