"""The times that people may choose, by the clocks of the number and the hours of the queue."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from callserver.callback.windows import windows
from callserver.config.calendar import Calendar
from callserver.config.callbacks import Callbacks as Rules
from callserver.model.callback import Window

RIGA = ZoneInfo("Europe/Riga")
OFFICE = Calendar(open={"mon-fri": "09:00-18:00"}, timezone="Europe/Riga", closed_on="2026-11-25")
MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=RIGA).timestamp()


def told(*found: Window) -> list[str]:
    return [one.spoken for one in found]


def offered(
    now: float = MONDAY_NOON,
    calendar: Calendar | None = OFFICE,
    rules: Rules | None = None,
    hours: int = 2,
    days: int = 1,
    most: int = 9,
    clock: str = "Europe/Riga",
) -> tuple[Window, ...]:
    where = (ZoneInfo(clock),)
    return windows(calendar, rules or Rules(), where, now, hours=hours, days=days, most=most)


def test_they_are_whole_hours_in_which_the_queue_is_open() -> None:
    assert told(*offered()) == [
        *("today 14-16", "today 16-18"),
        *("tomorrow 10-12", "tomorrow 12-14", "tomorrow 14-16", "tomorrow 16-18"),
    ]
    first = offered()[0]
    assert (first.begin, first.end) == (MONDAY_NOON + 7200, MONDAY_NOON + 14_400)


def test_one_that_begins_in_a_moment_or_has_begun_is_none() -> None:
    assert told(*offered(MONDAY_NOON + 7200 - 1800, most=1)) == ["today 14-16"]
    assert told(*offered(MONDAY_NOON + 7200 - 1799, most=1)) == ["today 16-18"]


def test_days_on_which_it_is_closed_have_none() -> None:
    assert told(*offered(days=3, hours=6)) == ["tomorrow 12-18", "2026-11-26 12-18"]
    assert told(*offered(calendar=Calendar(open={"sun": "10:00-12:00"}), days=3)) == []


def test_they_are_told_by_the_clock_of_the_number_and_are_a_decent_time_there() -> None:
    in_new_york = offered(clock="America/New_York", rules=Rules(hours=("mon-sun 08:00-21:00",)))
    assert told(*in_new_york) == ["today 8-10", "tomorrow 8-10"]
    assert in_new_york[0].begin == MONDAY_NOON + 3 * 3600
    two = windows(
        None,
        Rules(hours=("mon-sun 12:00-16:00",)),
        (RIGA, ZoneInfo("Europe/Berlin")),
        MONDAY_NOON,
        hours=1,
        days=0,
        most=9,
    )
    assert told(*two) == ["today 13-14", "today 14-15", "today 15-16"]


def test_so_many_and_no_more_and_in_the_evening_those_of_tomorrow() -> None:
    evening = datetime(2026, 11, 23, 20, 0, tzinfo=RIGA).timestamp()
    assert told(*offered(evening, most=2)) == ["tomorrow 10-12", "tomorrow 12-14"]
    assert told(*offered(evening, days=0)) == []


def test_the_night_in_which_clocks_are_changed_has_none_of_another_length() -> None:
    before = datetime(2026, 3, 28, 21, 0, tzinfo=RIGA).timestamp()
    always = Rules(hours=())
    found = offered(before, None, always, hours=1, days=1, most=30)
    assert all(one.end - one.begin == 3600 for one in found)
    starts = [datetime.fromtimestamp(one.begin, UTC).astimezone(RIGA).hour for one in found]
    assert 3 not in starts[:8]
