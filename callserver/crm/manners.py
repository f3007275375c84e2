"""How others are treated: when they are asked again, when they are left alone (pure).

``chance`` is a number from 0 to 1, so that many events do not come back at the same moment.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Final

OPENS_AFTER: Final = 5
"""Failures in a row, of whatever events: the destination is down."""
LONGEST_RETRY_AFTER_S: Final = 86_400.0
_LONGEST_NUMBER: Final = 12


@dataclass(frozen=True, slots=True)
class Manners:
    """Seconds. The first pause after a failure, the longest one, when an event is given up; the
    first and longest time in which a destination that is down is left alone."""

    first_pause_s: float = 5.0
    longest_pause_s: float = 14_400.0
    give_up_s: float = 259_200.0
    first_rest_s: float = 10.0
    longest_rest_s: float = 300.0

    def pause(self, tries: int, chance: float) -> float:
        """How long to wait after so many tries: twice as long each time, a half of it by chance."""
        return _doubled(self.first_pause_s, self.longest_pause_s, tries - 1, chance)

    def rest(self, times: int, chance: float) -> float:
        """How long a destination is left alone that did not answer for so many times."""
        return _doubled(self.first_rest_s, self.longest_rest_s, times - 1, chance)


def _doubled(first: float, longest: float, times: int, chance: float) -> float:
    whole: float = min(first * 2 ** min(times, 40), longest)
    return whole * (0.5 + chance / 2)


class Said(Enum):
    """What an answer means."""

    TAKEN = auto()
    REFUSED = auto()  # this one they do not want; they are there
    NEVER = auto()  # nor will they ever
    LATER = auto()  # they are there, and have too much to do
    DOWN = auto()
    GONE = auto()  # nothing may ever be sent again


def said(status: int) -> Said:
    """0: nothing came. A redirect is none that we follow: it could lead anywhere."""
    if 200 <= status < 300:
        return Said.TAKEN
    if status == 410:
        return Said.GONE
    if status == 429:
        return Said.LATER
    if status == 0 or status >= 500:
        return Said.DOWN
    return Said.REFUSED


def retry_after(header: str, now: float) -> float | None:
    """Seconds that Retry-After asks for (RFC 9110 section 10.2.3), a day at most; None: none."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:_LONGEST_NUMBER])
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S)


def as_date(at: float) -> str:
    """A time in such a header."""
    return datetime.fromtimestamp(at, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


class Circuit:
    """Whether a destination is spoken to. Closed: yes. After :data:`OPENS_AFTER` failures in a row
    it is left alone; then one event is sent to see (half open), and only when that was taken, the
    others follow."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._failures = 0
        self._rests = 0
        self._until: float | None = None

    @property
    def is_open(self) -> bool:
        """They did not answer, and are left alone, or tried with one event."""
        return self._until is not None

    @property
    def until(self) -> float:
        """When they are tried again."""
        return self._until or 0.0

    def failed(self, now: float, chance: float) -> None:
        """Nothing came, or a fault of theirs."""
        self._failures += 1
        if self._failures >= OPENS_AFTER and (self._until is None or now >= self._until):
            self._rests += 1
            self._until = now + self._manners.rest(self._rests, chance)

    def answered(self) -> bool:
        """They are there. Whether they were not before."""
        was_open, self._until = self.is_open, None
        self._failures = self._rests = 0
        return was_open
