"""Talks: what a caller does and what the server says, a line each. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from callserver.ivr.rehearsal.outcomes import Outcome
from callserver.model.flow import Value


class Verb(StrEnum):
    """What a line says; the caller is the one who does it."""

    HEARS = "hears"
    PRESSES = "presses"
    WAITS = "waits"
    JOINS = "joins"
    RINGS = "rings"
    FINDS = "finds"
    TALKS = "talks"
    SPEAKS = "speaks"
    HANGS_UP = "hangs up"
    IS_AT = "is at"
    KNOWN = "known"
    ENDS = "call ends"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a talk; ``seconds`` where the text is a time, ``known`` for that verb."""

    number: int
    verb: Verb
    text: str = ""
    seconds: float = 0.0
    known: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Start:
    """What is given; empty: as always."""

    at: str = ""
    language: str = ""
    known: Mapping[str, Value] = field(default_factory=dict)
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)

    def over(self, other: "Start") -> "Start":
        """This one, and where it says nothing, the other."""
        return Start(
            self.at or other.at,
            self.language or other.language,
            {**other.known, **self.known},
            {**other.outcomes, **self.outcomes},
        )


@dataclass(frozen=True, slots=True)
class Talk:
    """One talk, from ``number`` on in its file."""

    title: str
    number: int
    start: Start
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in a talk file."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


@dataclass(frozen=True, slots=True)
class TalkFile:
    """What could be read; good to play only without ``problems``."""

    file: str
    flow: str
    talks: tuple[Talk, ...]
    problems: tuple[Problem, ...]
