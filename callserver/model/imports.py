"""Tables of contacts that are taken in beside the calls: what was asked, and how far it is."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class ImportState(StrEnum):
    """Where an import stands. ``INTERRUPTED``: the server ended while it ran."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong at a place of a table, and what to do about it."""

    line: int
    column: str
    what: str
    cure: str


@dataclass(frozen=True, slots=True)
class Tally:
    """So many bytes of the table were read, so many rows of it, and what became of these."""

    read: int = 0
    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    bad: int = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """An import as it was asked for. ``size`` of the table in bytes, ``by`` as the audit log names
    people, ``named``: what columns with names of their own mean; ``dry``: nothing is written."""

    size: int
    by: str
    encoding: str = "utf-8-sig"
    named: Mapping[str, str] = field(default_factory=dict)
    dry: bool = False


@dataclass(frozen=True, slots=True)
class ImportJob:
    """One import. Times are seconds since 1970; ``first`` are the first of its mistakes,
    ``trouble`` says why it failed and what to do."""

    id: str
    wish: Wish
    asked_at: float
    state: ImportState = ImportState.WAITING
    begun_at: float | None = None
    ended_at: float | None = None
    tally: Tally = Tally()
    first: tuple[Mistake, ...] = ()
    trouble: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state not in (ImportState.WAITING, ImportState.RUNNING)


@dataclass(frozen=True, slots=True)
class Report:
    """How far it is; the first mistakes come with the report after them. ``trouble``: it goes no
    further."""

    tally: Tally
    first: tuple[Mistake, ...] = ()
    trouble: str = ""


Told = Callable[[Report], None]

Run = Callable[[Wish, Path, Path, Told], Awaitable[None]]
"""Carries an import out: the table is in the first file, all mistakes go into the second, one JSON
object a line. Returns when it is over; a cancelled one is stopped, and what it wrote stays."""


class ImportDesk(Protocol):
    """What the API needs of imports."""

    async def add(self, table: Path, wish: Wish) -> ImportJob:
        """Take a table, whose file is moved away, and carry it out when it is its turn. Raises
        ``NotAllowed`` (too many wait), ``OSError``."""

    def jobs(self) -> list[ImportJob]:
        """All, newest first."""

    def job(self, id_: str) -> ImportJob:
        """One. Raises ``UnknownName``."""

    def mistakes(self, id_: str) -> Path:
        """The file with all its mistakes; it may not be there. Raises ``UnknownName``."""

    async def remove(self, id_: str) -> None:
        """Stop it if it runs, and forget it. Raises ``UnknownName``."""
