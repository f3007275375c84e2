"""The toll-fraud guard: who may dial what, when, how often."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from callserver.call.toll import Allowed, Denied, Refusal, TollGuard, flow
from callserver.config.outgoing import LineCalls, Outgoing

MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC).timestamp()
RIGA = "+37120000012"


def guard(**settings: Any) -> TollGuard:
    return TollGuard(Outgoing(**{"allow": ("+371", "+49"), **settings}))


def test_as_shipped_nothing_may_be_dialled() -> None:
    shipped = TollGuard(Outgoing())
    for number in (RIGA, "+493012345678", "112", "+18005551212"):
        assert isinstance(shipped.check("anna", number, MONDAY_NOON), Denied)


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        (RIGA, Allowed(RIGA)),
        ("0037120000012", Allowed(RIGA)),
        ("+493012345678", Allowed("+493012345678")),
        ("+12025550123", Denied(Refusal.NOT_ALLOWED)),
        ("+37190000000", Denied(Refusal.PREMIUM)),
        ("+88216000000000", Denied(Refusal.NOT_ALLOWED)),
        ("20000012", Denied(Refusal.NO_NUMBER)),
        ("boris", Denied(Refusal.NO_NUMBER)),
        ("", Denied(Refusal.NO_NUMBER)),
        ("+", Denied(Refusal.NO_NUMBER)),
        ("+371", Denied(Refusal.NO_NUMBER)),
        ("+37120000012,,9", Denied(Refusal.NO_NUMBER)),
        ("+37120000012;phone-context=+1", Denied(Refusal.NO_NUMBER)),
        ("+37120000012p9", Denied(Refusal.NO_NUMBER)),
        ("+371 2000 0012", Denied(Refusal.NO_NUMBER)),
        ("+٣٧١٢٠٠٠٠٠١٢", Denied(Refusal.NO_NUMBER)),
        ("+" + "3" * 40, Denied(Refusal.NO_NUMBER)),
        ("+37120000012\x00", Denied(Refusal.NO_NUMBER)),
    ],
)
def test_what_may_be_dialled_stands_in_the_allow_list(
    number: str, verdict: Allowed | Denied
) -> None:
    assert guard().check("anna", number, MONDAY_NOON) == verdict


def test_a_denied_beginning_wins_over_an_allowed_one() -> None:
    strict = guard(allow=("+",), deny=("+3712",))
    assert strict.permits(RIGA) == Denied(Refusal.NOT_ALLOWED)
    assert strict.permits("+12025550123") == Allowed("+12025550123")
    shipped = guard(allow=("+",))
    assert shipped.permits("+881612345678") == Denied(Refusal.NOT_ALLOWED)


def test_premium_numbers_may_be_dialled_where_somebody_wants_it() -> None:
    assert guard(premium=True).permits("+37190000000") == Allowed("+37190000000")


def test_a_country_lends_its_way_of_writing_numbers() -> None:
    latvia = guard(country="LV")
    assert latvia.permits("20000012") == Allowed(RIGA)
    assert latvia.permits("0037120000012") == Allowed(RIGA)
    assert latvia.permits("00493012345678") == Allowed("+493012345678")
    assert latvia.permits("90000000") == Denied(Refusal.PREMIUM)


def test_one_call_at_a_time_and_the_next_when_it_is_over() -> None:
    outgoing = guard()
    outgoing.began("anna", "c1", MONDAY_NOON)
    assert outgoing.check("anna", RIGA, MONDAY_NOON) == Denied(Refusal.AT_ONCE)
    assert outgoing.check("boris", RIGA, MONDAY_NOON) == Allowed(RIGA)
    outgoing.ended("anna", "c1")
    outgoing.ended("anna", "c1")
    assert outgoing.check("anna", RIGA, MONDAY_NOON) == Allowed(RIGA)


def test_calls_in_an_hour_and_in_a_day_are_counted() -> None:
    outgoing = guard(per_hour=2, per_day=3)

    def dial(at: float) -> Allowed | Denied:
        verdict = outgoing.check("anna", RIGA, MONDAY_NOON + at)
        if isinstance(verdict, Allowed):
            outgoing.began("anna", str(at), MONDAY_NOON + at)
            outgoing.ended("anna", str(at))
        return verdict

    assert [dial(0), dial(60)] == [Allowed(RIGA)] * 2
    assert dial(120) == Denied(Refusal.PER_HOUR)
    assert dial(3600) == Allowed(RIGA)
    assert dial(7300) == Denied(Refusal.PER_DAY)
    assert dial(86_400) == Allowed(RIGA)


@pytest.mark.parametrize(
    ("day", "time", "open_"),
    [
        (23, "08:00", True),
        (23, "07:59", False),
        (27, "19:59", True),
        (27, "20:00", False),
        (28, "12:00", False),
        (29, "23:59", True),
    ],
)
def test_hours_are_those_of_the_place(day: int, time: str, open_: bool) -> None:
    hours = guard(hours=("mon-fri 08:00-20:00", "sun 10:00-24:00"), timezone="Europe/Riga")
    local = datetime.fromisoformat(f"2026-11-{day}T{time}:00+02:00").timestamp()
    verdict = hours.check("anna", RIGA, local)
    assert verdict == (Allowed(RIGA) if open_ else Denied(Refusal.HOURS))


def test_a_week_may_turn_over() -> None:
    weekend = guard(hours=("sat-mon 00:00-24:00",))
    assert weekend.check("anna", RIGA, MONDAY_NOON) == Allowed(RIGA)
    assert weekend.check("anna", RIGA, MONDAY_NOON + 86_400) == Denied(Refusal.HOURS)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("allow", ("371",)),
        ("allow", ("+37a",)),
        ("deny", ("",)),
        ("country", "latvia"),
        ("hours", ("mon 20:00-08:00",)),
        ("hours", ("mon 08:60-09:00",)),
        ("hours", ("day 08:00-09:00",)),
        ("hours", ("mon 08:00-25:00",)),
        ("timezone", "Mars/Olympus"),
        ("timezone", "../etc/passwd"),
        ("per_day", 0),
    ],
)
def test_mistakes_in_the_options_are_refused(option: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=option):
        Outgoing(**{option: value})


@given(st.text(max_size=40))
def test_whatever_is_dialled_leads_nowhere_but_to_the_allowed_countries(number: str) -> None:
    verdict = guard().permits(number)
    assert isinstance(verdict, Denied) or verdict.number.startswith(("+371", "+49"))


def test_a_flow_has_a_share_of_its_own_for_all_its_callers() -> None:
    toll = guard(calls_at_once=1, flows={"calls_at_once": 2, "per_hour": 3, "per_day": 3})
    support = flow("support")
    for call in ("a", "b"):
        assert isinstance(toll.check(support, RIGA, MONDAY_NOON), Allowed)
        toll.began(support, call, MONDAY_NOON)
    assert toll.check(support, RIGA, MONDAY_NOON) == Denied(Refusal.AT_ONCE)
    assert isinstance(toll.check(flow("night"), RIGA, MONDAY_NOON), Allowed)
    assert isinstance(toll.check("anna", RIGA, MONDAY_NOON), Allowed)
    toll.ended(support, "a")
    toll.began(support, "c", MONDAY_NOON)
    toll.ended(support, "b")
    assert toll.check(support, RIGA, MONDAY_NOON) == Denied(Refusal.PER_DAY)


def test_a_line_has_limits_of_its_own_whoever_calls_for_it() -> None:
    limits = {"100": LineCalls(calls_at_once=2, per_hour=3), "200": LineCalls(per_day=1)}
    guarded = TollGuard(Outgoing(allow=("+371",), calls_at_once=9), limits)
    for n, who in enumerate(("anna", "boris"), 1):
        assert guarded.check(who, RIGA, MONDAY_NOON, "100") == Allowed(RIGA)
        guarded.began(who, f"c{n}", MONDAY_NOON, "100")
    carla = flow("carla")
    assert guarded.check(carla, RIGA, MONDAY_NOON, "100") == Denied(Refusal.LINE_AT_ONCE)
    assert guarded.check(carla, RIGA, MONDAY_NOON, "200") == Allowed(RIGA)
    assert guarded.check(carla, RIGA, MONDAY_NOON) == Allowed(RIGA)
    guarded.ended("anna", "c1", "100")
    guarded.began(carla, "c3", MONDAY_NOON, "100")
    guarded.ended("boris", "c2", "100")
    assert guarded.check(carla, RIGA, MONDAY_NOON, "100") == Denied(Refusal.LINE_PER_HOUR)
    assert guarded.check(carla, RIGA, MONDAY_NOON + 3600, "100") == Allowed(RIGA)
    guarded.began("anna", "c4", MONDAY_NOON, "200")
    guarded.ended("anna", "c4", "200")
    assert guarded.check("anna", RIGA, MONDAY_NOON + 80_000, "200") == Denied(Refusal.LINE_PER_DAY)
    assert guarded.check("anna", RIGA, MONDAY_NOON + 86_400, "200") == Allowed(RIGA)
