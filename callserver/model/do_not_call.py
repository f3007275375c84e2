"""Numbers that must not be called, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DoNotCall:
    """``number`` (E.164) is not called from ``since`` until ``until`` (None: for good). ``by`` is
    ``token:ID`` or ``cli:OS USER``; ``reason`` is what they wrote."""

    number: str
    since: float
    until: float | None
    reason: str
    by: str


class DoNotCallStore(Protocol):
    """Where the list is. Every method may raise ``StoreError``."""

    async def barred(self) -> Sequence[tuple[str, float | None]]:
        """All numbers of the list, each with when it ends (None: never)."""
        ...

    async def unwilling(self) -> Sequence[str]:
        """The numbers of contacts who do not want to be called."""
        ...

    async def entry(self, number: str) -> DoNotCall | None: ...

    async def entries(self, after: str, limit: int) -> Sequence[DoNotCall]:
        """By number, those behind ``after``."""
        ...

    async def put(self, entries: Sequence[DoNotCall]) -> None:
        """Insert or replace by number, all or none."""
        ...

    async def remove(self, number: str) -> bool:
        """Whether it was on the list."""
        ...
