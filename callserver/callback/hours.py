"""When people may be called, by the clocks where their number is (pure)."""

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

import phonenumbers
from phonenumbers import timezone

from callserver.config.opening import Opening
from callserver.config.outgoing import zone

# A number that may be in more places than this (toll-free ones: anywhere from Guam to Bermuda)
# tells nothing.
MOST_CLOCKS = 6


@lru_cache(maxsize=10_000)
def clocks(number: str, here: tzinfo) -> tuple[tzinfo, ...]:
    """The time zones in which a number (E.164) may be; ``here`` when nobody knows."""
    try:
        names = timezone.time_zones_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return (here,)
    if timezone.UNKNOWN_TIMEZONE in names or len(names) > MOST_CLOCKS:
        return (here,)
    try:
        return tuple(zone(name) for name in names)
    except (OSError, ValueError, KeyError):  # this system does not know one of them
        return (here,)


def may_call(openings: Iterable[Opening], where: Iterable[tzinfo], now: float) -> bool:
    """Whether it is a decent time on all of these clocks."""
    openings, at = tuple(openings), datetime.fromtimestamp(now, UTC)
    if not openings:
        return True
    return all(any(opening.holds(at.astimezone(clock)) for opening in openings) for clock in where)
