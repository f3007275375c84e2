"""The times that people may choose to be called in (pure)."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from callserver.callback.hours import may_call
from callserver.config.calendar import Calendar, Open
from callserver.config.callbacks import Callbacks as Rules
from callserver.config.opening import openings
from callserver.model.callback import Window

QUARTER_S = 900
NOTICE_S = 1800.0
"""A window that begins sooner is none: whoever can be called now is called as soon as possible."""


def windows(
    calendar: Calendar | None,
    rules: Rules,
    where: Sequence[tzinfo],
    now: float,
    *,
    hours: int,
    days: int,
    most: int,
) -> tuple[Window, ...]:
    """The next ``most`` windows of so many hours, today and on the ``days`` after it by the first
    clock of ``where`` (those of the number), all through which the queue is open (``calendar``;
    None: always) and it is a decent time to call on all clocks. They begin at hours that ``hours``
    divides."""
    found: list[Window] = []
    for one in _all(where[0], now, hours, days):
        if one.begin < now + NOTICE_S or not _is_good(one, calendar, rules, tuple(where)):
            continue
        found.append(one)
        if len(found) == most:
            break
    return tuple(found)


def _all(clock: tzinfo, now: float, hours: int, days: int) -> Iterator[Window]:
    today = datetime.fromtimestamp(now, UTC).astimezone(clock).date()
    for day in range(days + 1):
        date_ = today + timedelta(days=day)
        for first in range(0, 24, hours):
            begin, end = _moment(date_, first, clock), _moment(date_, first + hours, clock)
            if end - begin == hours * 3600:  # not in the nights in which clocks are changed
                yield Window(begin, end, f"{_day(day, date_)} {first}-{first + hours}")


def _day(after: int, day: date) -> str:
    return {0: "today", 1: "tomorrow"}.get(after) or day.isoformat()


def _moment(day: date, hour: int, clock: tzinfo) -> float:
    later, hour = divmod(hour, 24)
    return datetime.combine(day + timedelta(days=later), time(hour), clock).timestamp()


def _is_good(
    one: Window, calendar: Calendar | None, rules: Rules, where: tuple[tzinfo, ...]
) -> bool:
    quarters = range(int(one.end - one.begin) // QUARTER_S)
    times = [one.begin + QUARTER_S * n for n in quarters]
    open_ = calendar is None or all(calendar.at(at) is Open.OPEN for at in times)
    return open_ and all(may_call(openings(rules.hours), where, at) for at in times)
