"""When people may be called, by the clocks where their number is (pure)."""

from datetime import UTC, datetime, tzinfo
from functools import lru_cache

import phonenumbers
from phonenumbers import timezone

from callserver.config.opening import Opening, is_open
from callserver.config.outgoing import zone

# A number that may be in more places than this (toll-free ones: anywhere from Guam to Bermuda)
# tells nothing.
MOST_CLOCKS = 6
MINUTE_S = 60


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


def may_call(openings: tuple[Opening, ...], where: tuple[tzinfo, ...], now: float) -> bool:
    """Whether it is a decent time on all of these clocks; openings are told by the minute."""
    return _may_call(openings, where, int(now // MINUTE_S))


@lru_cache(maxsize=4096)
def _may_call(openings: tuple[Opening, ...], where: tuple[tzinfo, ...], minute: int) -> bool:
    at = datetime.fromtimestamp(minute * MINUTE_S, UTC)
    return all(is_open(openings, at.astimezone(clock)) for clock in where)
