"""An import that goes as far as a test lets it."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from callserver.model.imports import Mistake, Report, Told, Wish


@dataclass
class FakeImport:
    """``go`` lets it end, with these ``reports``; ``begun`` holds what it was asked for, and the
    table as it was."""

    reports: list[Report] = field(default_factory=list)
    wrong: list[Mistake] = field(default_factory=list)
    begun: list[tuple[Wish, bytes]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    trouble: Exception | None = None
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, wish: Wish, table: Path, mistakes: Path, told: Told) -> None:
        self._look(wish, table, mistakes)
        try:
            for report in self.reports:
                told(report)
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled.append(table.parent.name)
            raise
        if self.trouble is not None:
            raise self.trouble

    def _look(self, wish: Wish, table: Path, mistakes: Path) -> None:
        self.begun.append((wish, table.read_bytes()))
        mistakes.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in self.wrong))
