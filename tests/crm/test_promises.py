"""What was promised, by hours that open and close, and clocks that stand."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from callserver.config.calendar import Calendar
from callserver.config.sla import SlaProfile
from callserver.crm import worktime
from callserver.crm.promises import Promises, is_broken
from callserver.model.interactions import Interaction, Promise, Promised, Task, TaskState, Way

OFFICE = Calendar(
    open={"mon-fri": "09:00-17:00"}, timezone="Europe/Riga", closed_on="2026-11-18", country=None
)
NIGHT = Calendar(open={"mon-sun": ("22:00-06:00", "05:00-07:00")}, timezone="UTC")
SELDOM = Calendar(open={"mon": "09:00-09:01"})
HOUR = 3600.0


def riga(day: str, clock: str) -> float:
    """By its clock."""
    return (
        datetime.fromisoformat(f"2026-{day}T{clock}")
        .replace(tzinfo=ZoneInfo("Europe/Riga"))
        .timestamp()
    )


@pytest.mark.parametrize(
    ("begin", "hours", "end"),
    [
        (("11-23", "10:00"), 2, ("11-23", "12:00")),
        (("11-23", "16:00"), 2, ("11-24", "10:00")),
        (("11-20", "16:30"), 1, ("11-23", "09:30")),  # over a weekend
        (("11-17", "16:00"), 2, ("11-19", "10:00")),  # over a day that is closed
        (("11-21", "12:00"), 8, ("11-23", "17:00")),  # a whole day, to its last second
        (("10-23", "16:00"), 9, ("10-26", "17:00")),  # the clocks go back in between
    ],
)
def test_only_open_seconds_count(
    begin: tuple[str, str], hours: float, end: tuple[str, str]
) -> None:
    since, until = riga(*begin), riga(*end)
    assert worktime.after(OFFICE.spans, since, hours * HOUR) == until
    assert worktime.between(OFFICE.spans, since, until) == hours * HOUR


def test_hours_that_overlap_over_midnight_count_once() -> None:
    midnight = 1_795_392_000.0  # 2026-11-23 00:00 UTC
    assert worktime.between(NIGHT.spans, midnight, midnight + 24 * HOUR) == 9 * HOUR
    assert worktime.after(NIGHT.spans, midnight + 6.5 * HOUR, HOUR) == midnight + 22.5 * HOUR
    assert worktime.after(None, 5.0, 7.0) == 12.0
    assert worktime.after(SELDOM.spans, midnight, 1e6) is None, "it opens too seldom to tell"


RULES = Promises(
    {
        "default": SlaProfile(reaction_s=HOUR, resolution_s=4 * HOUR),
        "gold": SlaProfile(reaction_s=600, resolution_s=0, hours="office"),
    },
    {"office": OFFICE},
)
TASK = Task("t1", 1000.0, 1000.0, "token:1", "Call the bank")


def by_kind(promises: list[Promise]) -> dict[Promised, Promise]:
    return {one.what: one for one in promises}


def test_the_clock_of_a_task_stands_while_it_waits_for_the_customer() -> None:
    new = RULES.of_task(TASK, [], None, 1000.0)
    made = by_kind(new)
    assert made[Promised.REACTION].due_at == 1000 + HOUR
    assert made[Promised.RESOLUTION].due_at == 1000 + 4 * HOUR
    waiting = replace(TASK, state=TaskState.WAITING)
    stands = RULES.of_task(waiting, new, None, 1000 + HOUR / 2)
    assert by_kind(stands)[Promised.REACTION].met_at == 1000 + HOUR / 2
    assert by_kind(stands)[Promised.RESOLUTION].due_at is None
    runs = RULES.of_task(TASK, stands, None, 1000 + 10 * HOUR)
    assert by_kind(runs)[Promised.RESOLUTION].due_at == 1000 + 13.5 * HOUR
    done = RULES.of_task(replace(TASK, state=TaskState.DONE), runs, None, 1000 + 13 * HOUR)
    assert not any(is_broken(one, 1e12) for one in done)
    reopened = RULES.of_task(TASK, done, None, 1000 + 20 * HOUR)
    assert is_broken(by_kind(reopened)[Promised.RESOLUTION], 1000 + 20 * HOUR), "it was not done"


def test_what_is_broken_stays_broken_though_it_waits_later() -> None:
    new = RULES.of_task(TASK, [], None, 1000.0)
    late = RULES.of_task(replace(TASK, state=TaskState.WAITING), new, None, 1000 + 5 * HOUR)
    assert all(is_broken(one, 1000 + 5 * HOUR) for one in late)


def test_a_task_is_due_when_somebody_says_so_whatever_was_promised() -> None:
    due = replace(TASK, due_at=5000.0)
    silent = Promises({}, {})
    (one,) = silent.of_task(due, [], None, 1000.0)
    assert (one.what, one.due_at) == (Promised.DUE, 5000.0)
    assert (is_broken(one, 5000.0), is_broken(one, 5001.0)) == (False, True)
    broken = replace(one, breached_at=5001.0)
    assert silent.of_task(due, [broken], None, 6000.0) == [broken]
    (moved,) = silent.of_task(replace(due, due_at=9000.0), [broken], None, 6000.0)
    assert (moved.due_at, moved.breached_at) == (9000.0, None)
    assert silent.of_task(TASK, [moved], None, 6000.0) == []


def test_a_message_that_came_is_to_be_answered_in_the_time_of_their_profile() -> None:
    mail = Interaction("i1", riga("11-20", "16:55"), "k1", "mail", Way.IN, "token:1")
    (gold,) = RULES.of_interaction(mail, "gold")
    assert (gold.profile, gold.due_at) == ("gold", riga("11-23", "09:05"))
    (other,) = RULES.of_interaction(mail, "a profile that is no more")
    assert other.profile == "default"
    assert RULES.of_interaction(replace(mail, way=Way.OUT), "gold") == []
    assert Promises({}, {}).of_interaction(mail, None) == []
    (kept,) = RULES.kept([gold], gold.due_at or 0.0)
    assert not is_broken(kept, 1e12)
