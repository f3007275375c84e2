"""When somebody is there: a week of opening hours, with the days on which it is otherwise.

Hours may go over midnight (``22:00-06:00``); they belong to the day on which they begin.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any

import holidays
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from callserver.config.outgoing import zone
from callserver.config.section import Section

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
SPAN_DAYS = 400
_HOURS = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)")
_DATE = re.compile(r"(?:(\d{4})-)?(\d\d)-(\d\d)")


class Open(StrEnum):
    """How it is at a moment."""

    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes since midnight; ``end`` is not in it, and is beyond 24 h when it goes over it."""

    begin: int
    end: int


def _span(text: Any) -> Span:
    found = _HOURS.fullmatch(str(text).strip())
    numbers = [int(part) for part in found.groups()] if found else []
    if not numbers or numbers[1] > 59 or numbers[3] > 59:
        raise ValueError(f"`{text}` are no hours; write 08:00-17:30")
    begin, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if begin >= DAY_MINUTES or end > DAY_MINUTES:
        raise ValueError(f"`{text}` are no hours; a day goes from 00:00 to 24:00")
    return Span(begin, end if end > begin else end + DAY_MINUTES)


def _spans(value: Any) -> tuple[Span, ...]:
    return tuple(map(_span, value if isinstance(value, list | tuple) else [value]))


def _day(word: str) -> int:
    if word not in DAYS:
        raise ValueError(f"no day `{word}`; there are: {', '.join(DAYS)}")
    return DAYS.index(word)


def _week(value: Any) -> dict[int, tuple[Span, ...]]:
    if not isinstance(value, Mapping) or not value:
        raise ValueError("write days and hours, as `mon-fri: 08:00-17:30`")
    week: dict[int, tuple[Span, ...]] = {}
    for days, hours in value.items():
        first, _, last = str(days).strip().lower().partition("-")
        begin, end = _day(first.strip()), _day((last or first).strip())
        for n in range((end - begin) % 7 + 1):
            day = (begin + n) % 7
            if day in week:
                raise ValueError(f"`{DAYS[day]}` is there twice; give it its hours once")
            week[day] = _spans(hours)
    return week


Every = tuple[int | None, int, int]
"""A day: year (None: each year), month, day."""


def _dated(text: Any) -> Every:
    found = _DATE.fullmatch(str(text).strip())
    try:
        if found is None:
            raise ValueError
        year, month, day = found.groups()
        date(int(year or 2024), int(month), int(day))  # 2024 has a 29 February
    except ValueError:
        raise ValueError(f"`{text}` is no day; write 2026-12-31, or 12-31 for each year") from None
    return (int(year) if year else None, int(month), int(day))


def _closed(value: Any) -> tuple[Every, ...]:
    return tuple(map(_dated, value if isinstance(value, list | tuple) else [value]))


def _exceptions(value: Any) -> dict[Every, tuple[Span, ...]]:
    if not isinstance(value, Mapping):
        raise ValueError("write days and hours, as `2026-12-30: 10:00-14:00`")
    return {_dated(day): _spans(hours) for day, hours in value.items()}


def _country(value: Any) -> str:
    known = holidays.list_supported_countries()
    if value not in known:
        raise ValueError(f"`{value}` is no country; write two capital letters, as LV")
    return str(value)


def _kept(read: Callable[[Any], Any]) -> BeforeValidator:
    """What is written stays as it is written, once it can be read."""

    def check(value: Any) -> Any:
        read(value)
        return value

    return BeforeValidator(check)


def _shown(key: str, value: str) -> WithJsonSchema:
    """What an editor lets pass: such keys, with such a text or a list of them."""
    text = {"type": "string", "pattern": value}
    texts: dict[str, Any] = {"anyOf": [text, {"type": "array", "items": text}]}
    if not key:
        return WithJsonSchema(texts)
    return WithJsonSchema({"type": "object", "patternProperties": {key: texts}})


_A_DAY = "({})".format("|".join("".join(f"[{c}{c.upper()}]" for c in day) for day in DAYS))
_DAYS = rf"^\s*{_A_DAY}\s*(-\s*{_A_DAY}\s*)?$"
_HOURS_ALONE = rf"^\s*{_HOURS.pattern}\s*$"
_DATE_ALONE = rf"^\s*{_DATE.pattern}\s*$"

Texts = str | tuple[str, ...]
Week = Annotated[dict[str, Texts], _kept(_week), _shown(_DAYS, _HOURS_ALONE)]
ClosedDays = Annotated[Texts, _kept(_closed), _shown("", _DATE_ALONE)]
Exceptions = Annotated[dict[str, Texts], _kept(_exceptions), _shown(_DATE_ALONE, _HOURS_ALONE)]
Country = Annotated[str, _kept(_country)]


@lru_cache(maxsize=256)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))


@dataclass(frozen=True, slots=True)
class Timetable:
    """``exceptions`` come before ``closed``, these before the holidays of ``country`` (empty: it
    has none), and all before the ``week``."""

    week: Mapping[int, tuple[Span, ...]]
    country: str = ""
    closed: tuple[Every, ...] = ()
    exceptions: Mapping[Every, tuple[Span, ...]] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        week: Mapping[str, Texts],
        country: str | None,
        closed: Texts,
        exceptions: Mapping[str, Texts],
    ) -> "Timetable":
        """From what is written. Raises ``ValueError``, for people."""
        return cls(_week(week), country or "", _closed(closed), _exceptions(exceptions))

    def at(self, local: datetime) -> Open:
        """How it is at a moment of the place's own clock."""
        minute = local.hour * 60 + local.minute
        today = local.date()
        for spans, offset in self._near(today):
            if any(span.begin <= minute + offset < span.end for span in spans):
                return Open.OPEN
        return Open.HOLIDAY if self._is_holiday(today) else Open.CLOSED

    def _near(self, today: date) -> Iterator[tuple[tuple[Span, ...], int]]:
        """The hours of today, and those of yesterday as they go over midnight."""
        yield self.spans(today), 0
        yield self.spans(today - timedelta(days=1)), DAY_MINUTES

    def spans(self, day: date) -> tuple[Span, ...]:
        """The hours that begin on a day."""
        for each in _every(day):
            if each in self.exceptions:
                return self.exceptions[each]
        return () if self._is_holiday(day) else self.week.get(day.weekday(), ())

    def _is_holiday(self, day: date) -> bool:
        if any(each in self.exceptions for each in _every(day)):
            return False
        if any(each in self.closed for each in _every(day)):
            return True
        return bool(self.country) and day in _public_holidays(self.country, day.year)


def _every(day: date) -> tuple[Every, Every]:
    return (day.year, day.month, day.day), (None, day.month, day.day)


def zone_name(name: str) -> str:
    """The name of a time zone there is. Raises ``ValueError``."""
    try:
        zone(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise ValueError(f"no time zone `{name}`; write it as Europe/Riga") from None
    return name


class Calendar(Section):
    """Opening hours that have a name, for all who ask: flows, queues, callbacks."""

    open: Week = Field(description="Days (`mon`, `mon-fri`) → hours, or a list of hours.")
    timezone: Annotated[str, AfterValidator(zone_name)] = Field(
        "UTC", description="Time zone of the hours, as Europe/Riga."
    )
    country: Country | None = Field(
        None, description="Country (`LV`) whose public holidays are closed."
    )
    closed_on: ClosedDays = Field(
        (), description="Own closed days: 2026-12-31, or 12-31 for each year."
    )
    exceptions: Exceptions = Field(
        {}, description="Days with other hours: day → hours, or a list of hours."
    )

    def at(self, now: float) -> Open:
        """How it is at a moment (seconds since 1970)."""
        return self._table().at(datetime.fromtimestamp(now, UTC).astimezone(zone(self.timezone)))

    def spans(self, since: float) -> Iterator[tuple[float, float]]:
        """When it is open from then on, for more than a year: (begin, end), in order."""
        place = zone(self.timezone)
        table, last = self._table(), since
        day = datetime.fromtimestamp(since, UTC).astimezone(place).date() - timedelta(days=1)
        for _ in range(SPAN_DAYS):
            midnight = datetime.combine(day, time())
            for span in sorted(table.spans(day), key=lambda span: span.begin):
                begin, end = (
                    (midnight + timedelta(minutes=minute)).replace(tzinfo=place).timestamp()
                    for minute in (span.begin, span.end)
                )
                if end > last:
                    yield max(begin, last), end
                    last = end
            day += timedelta(days=1)

    def _table(self) -> Timetable:
        return Timetable.read(self.open, self.country, self.closed_on, self.exceptions)
