"""Hours as people write them in one line: ``mon-fri 08:00-20:00``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Self

from pydantic import AfterValidator

_HOURS = re.compile(
    r"(mon|tue|wed|thu|fri|sat|sun)(?:-(mon|tue|wed|thu|fri|sat|sun))?\s+"
    r"(\d\d):(\d\d)-(\d\d):(\d\d)"
)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Opening:
    """Some minutes of some days of the week; ``begin`` and ``end`` count from midnight."""

    days: frozenset[int]
    begin: int
    end: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """``fri-mon 08:00-20:00``. Raises ``ValueError``."""
        found = _HOURS.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r}: write `mon-fri 08:00-20:00`")
        begin, end = (int(found[at]) * 60 + int(found[at + 1]) for at in (3, 5))
        if not begin < end <= 24 * 60 or int(found[4]) > 59 or int(found[6]) > 59:
            raise ValueError(f"{text!r}: the end must come after the beginning, by 24:00")
        first = _DAYS.index(found[1])
        last = _DAYS.index(found[2] or found[1])
        days = frozenset((first + n) % 7 for n in range((last - first) % 7 + 1))
        return cls(days, begin, end)

    def holds(self, at: datetime) -> bool:
        """Whether it is open by this clock."""
        return at.weekday() in self.days and self.begin <= at.hour * 60 + at.minute < self.end


@cache
def openings(lines: tuple[str, ...]) -> tuple[Opening, ...]:
    """What an option says; the same lines are read once. Raises ``ValueError``."""
    return tuple(map(Opening.parse, lines))


def is_open(when: Sequence[Opening], at: datetime) -> bool:
    """Whether it is open by this clock: where nothing is said it always is."""
    return not when or any(one.holds(at) for one in when)


def _readable(lines: tuple[str, ...]) -> tuple[str, ...]:
    openings(lines)
    return lines


OpeningHours = Annotated[tuple[str, ...], AfterValidator(_readable)]
"""Lines of an option that ``openings`` reads."""
