"""When a digest is due, and which days it is about (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from callserver.config.digest import WEEK, Digest

LATE_S: Final = 1800.0
"""From here on it says that it is late."""
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day to the last, both in it."""

    first: date
    last: date

    def span(self, zone: tzinfo) -> tuple[float, float]:
        """From midnight to midnight there, as seconds since 1970; the second is not in it."""
        return _moment(self.first, time(), zone), _moment(self.last + _DAY, time(), zone)

    def week_before(self) -> "Days":
        """The same weekdays."""
        return Days(self.first - _WEEK, self.last - _WEEK)


@dataclass(frozen=True, slots=True)
class Due:
    """One that is due ``at`` (seconds since 1970), about these days."""

    at: float
    days: Days


def days_until(last: date, digest: Digest) -> Days:
    """The period that ends with this day."""
    return Days(last - 6 * _DAY if digest.period == "week" else last, last)


def newest(digest: Digest, now: float, zone: tzinfo) -> Due:
    """The last one that is due by now."""
    today = datetime.fromtimestamp(now, UTC).astimezone(zone).date()
    return next(due for due in _dues(digest, today, -1, zone) if due.at <= now)


def following(digest: Digest, now: float, zone: tzinfo) -> float:
    """When the next one is due."""
    today = datetime.fromtimestamp(now, UTC).astimezone(zone).date()
    return next(due.at for due in _dues(digest, today, 1, zone) if due.at > now)


def _dues(digest: Digest, day: date, step: int, zone: tzinfo) -> Iterator[Due]:
    at = time.fromisoformat(digest.at)
    day -= step * _DAY
    while True:
        if WEEK[day.weekday()] in digest.days:
            yield Due(_moment(day, at, zone), _days_told(day, digest))
        day += step * _DAY


def _days_told(day: date, digest: Digest) -> Days:
    """On Monday the weekend too, when none comes then: no day is told of by nobody."""
    if digest.period == "week":
        return days_until(day - _DAY, digest)
    first = day - _DAY
    while WEEK[first.weekday()] not in digest.days:
        first -= _DAY
    return Days(first, day - _DAY)


def _moment(day: date, at: time, zone: tzinfo) -> float:
    """An hour that a clock change leaves out is the one after it, one that comes twice the first:
    so each comes once."""
    return datetime.combine(day, at, zone).timestamp()
