"""Following the journal: what happened after a number, for those who look on from outside."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from callserver.model.facts import Fact


@dataclass(frozen=True, slots=True)
class FactFilter:
    """Which facts; None: any. ``kinds`` are class names, ``but`` those that are never shown;
    ``queue``: of calls that are in it, or were last."""

    kinds: Collection[str] | None = None
    but: Collection[str] = ()
    call: str | None = None
    agent: str | None = None
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """What was read, and the number up to which (``read_to``): the next one begins behind it."""

    facts: Sequence[tuple[int, Fact]]
    read_to: int


class Follower(Protocol):
    """Who reads. Every method may raise ``StoreError``."""

    async def last_number(self) -> int:
        """That of the newest fact; 0: there is none."""
        ...

    async def facts_after(self, number: int, wanted: FactFilter) -> Passage:
        """A part of what happened after that number, oldest first; nothing new: ``read_to`` is the
        number."""
        ...
