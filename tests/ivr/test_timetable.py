"""Opening hours: a week, its exceptions, holidays, midnight."""

from datetime import datetime
from typing import Any

import pytest

from callserver.config.calendar import Calendar, Open
from callserver.ivr.nodes.hours import Hours
from callserver.testing.control import FakeCall, FakePrompts

RIGA: dict[str, Any] = {
    "open": {"mon-thu": "08:00-18:00", "fri": ["08:00-12:00", "13:00-16:00"], "sat": "22:00-02:00"},
    "timezone": "Europe/Riga",
    "country": "LV",
    "closed_on": ["12-24", "2027-01-04"],
    "exceptions": {"2026-12-31": "10:00-14:00", "11-18": "09:00-10:00"},
    "next": "open",
    "closed": "closed",
    "holiday": "holiday",
}


async def way(at: str, **changes: Any) -> str | None:
    call = FakeCall()
    call.time = datetime.fromisoformat(at).timestamp()
    return await Hours(**{**RIGA, **changes}).run(call, FakePrompts())


@pytest.mark.parametrize(
    ("at", "found"),
    [
        ("2026-11-23T08:00+02:00", Open.OPEN),
        ("2026-11-23T07:59+02:00", Open.CLOSED),
        ("2026-11-23T06:00+00:00", Open.OPEN),  # 08:00 in Riga in winter
        ("2026-07-06T05:00+00:00", Open.OPEN),  # and in summer
        ("2026-07-06T04:59+00:00", Open.CLOSED),
        ("2026-11-23T17:59+02:00", Open.OPEN),
        ("2026-11-23T18:00+02:00", Open.CLOSED),
        ("2026-11-27T12:30+02:00", Open.CLOSED),
        ("2026-11-27T13:00+02:00", Open.OPEN),
        ("2026-11-28T21:59+02:00", Open.CLOSED),
        ("2026-11-28T23:00+02:00", Open.OPEN),
        ("2026-11-29T01:59+02:00", Open.OPEN),  # Sunday, but Saturday's evening
        ("2026-11-29T02:00+02:00", Open.CLOSED),
        ("2026-12-24T12:00+02:00", Open.HOLIDAY),
        ("2027-12-24T12:00+02:00", Open.HOLIDAY),  # each year
        ("2027-01-04T12:00+02:00", Open.HOLIDAY),
        ("2028-01-04T12:00+02:00", Open.OPEN),  # only in 2027
        ("2026-12-25T12:00+02:00", Open.HOLIDAY),  # public holiday, a Friday
        ("2026-12-31T09:00+02:00", Open.CLOSED),  # an exception is no holiday
        ("2026-12-31T10:00+02:00", Open.OPEN),
        ("2026-11-18T09:30+02:00", Open.OPEN),  # Independence Day, with hours of its own
        ("2026-11-18T12:00+02:00", Open.CLOSED),
    ],
)
async def test_who_calls_then_finds_it_so(at: str, found: Open) -> None:
    assert await way(at) == str(found)


async def test_without_a_way_for_holidays_they_are_closed() -> None:
    assert await way("2026-12-25T12:00+02:00", holiday=None) == "closed"


async def test_without_a_time_zone_the_clock_of_the_house_counts() -> None:
    call = FakeCall(known={"now.date": "2026-11-23", "now.time": "08:00"})
    hours = Hours(**{**RIGA, "timezone": None})
    assert await hours.run(call, FakePrompts()) == "open"
    call.values["now.time"] = "18:00"
    assert await hours.run(call, FakePrompts()) == "closed"


@pytest.mark.parametrize("now", ["open", "closed", "holiday"])
async def test_hours_with_a_name_are_those_of_the_house(now: str) -> None:
    call = FakeCall(known={"hours.office.now": now})
    named = Hours(calendar="office", next="open", closed="closed", holiday="holiday")
    assert await named.run(call, FakePrompts()) == now


def test_a_calendar_knows_its_own_time_zone() -> None:
    names = {"open", "timezone", "country", "closed_on", "exceptions"}
    office = Calendar(**{name: value for name, value in RIGA.items() if name in names})
    assert office.at(datetime.fromisoformat("2026-11-23T06:00+00:00").timestamp()) is Open.OPEN
    assert office.at(datetime.fromisoformat("2026-12-25T06:00+00:00").timestamp()) is Open.HOLIDAY
