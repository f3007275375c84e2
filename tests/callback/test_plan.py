"""Who is called back now: tables of requests, and what is to be done about them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from callserver.callback.plan import Plan, Scene, plan
from callserver.callback.share import Share
from callserver.config.callbacks import Callbacks as Rules
from callserver.model.callback import Attempt, CallbackState, Outcome
from tests.callback.requests import NOON, NUMBER, request

HOUR_S, DAY_S = 3600.0, 86_400.0
RULES = Rules()
QUIET = Scene(0, 1, 3, Share(0.5), UTC, 300.0)
FLIGHT = Attempt("c9", NOON, "alice")


def planned(now: float, *requests: Any, rules: Rules = RULES, **scene: Any) -> Plan:
    return plan(requests, replace(QUIET, **scene), rules, NOON + now)


def test_everybody_who_may_be_called_stands_in_the_order_of_entry_and_priority() -> None:
    late, early = request("late", 60), request("early", 10)
    urgent = request("urgent", 200, priority=1)  # 300 s earlier
    assert planned(300, late, early, urgent).stand == ("urgent", "early", "late")
    classes = planned(300, late, early, request("vip", 250, priority=1), priority_s=0.0)
    assert classes.stand == ("vip", "early", "late")


def test_no_more_stand_than_there_are_agents_but_all_are_due() -> None:
    many = [request(f"r{n}", n) for n in range(9)]
    made = planned(60, *many, agents=2)
    assert (made.stand, made.due) == (("r0", "r1"), 9)
    assert planned(60, *many, agents=0).stand == ()


@pytest.mark.parametrize(
    ("outcome", "rest_s"),
    [
        (Outcome.BUSY, 120),
        (Outcome.NO_ANSWER, 900),
        (Outcome.MACHINE, 3600),
        (Outcome.LEFT, 60),
        (Outcome.FAILED, 300),
    ],
)
def test_each_outcome_has_its_own_rest_and_then_the_old_place(
    outcome: Outcome, rest_s: float
) -> None:
    one, newer = request("one", 0, outcome, ended=100), request("newer", 50)
    before, after = planned(99 + rest_s, one, newer), planned(100 + rest_s, one, newer)
    assert before.stand == ("newer",)
    assert before.look_at == NOON + 100 + rest_s
    assert after.stand == ("one", "newer")


@pytest.mark.parametrize(
    ("tries", "rules", "state"),
    [
        ((Outcome.BUSY, Outcome.NO_ANSWER, Outcome.BUSY), RULES, CallbackState.UNREACHED),
        ((Outcome.BUSY,), Rules(tries=1), CallbackState.UNREACHED),
        ((Outcome.DECLINED,), RULES, CallbackState.UNREACHED),
        ((Outcome.ANSWERED,), RULES, CallbackState.DONE),
    ],
)
def test_who_was_tried_often_enough_or_said_no_is_let_go(
    tries: tuple[Outcome, ...], rules: Rules, state: CallbackState
) -> None:
    made = planned(101, request("r1", 0, *tries), rules=rules)
    assert (made.close, made.stand, made.look_at) == ((("r1", state),), (), None)


def test_who_declined_may_be_called_again_where_the_rules_say_so() -> None:
    one = request("r1", 0, Outcome.DECLINED, ended=100)
    assert planned(700, one, rules=Rules(declined_s=600)).stand == ("r1",)


def test_nobody_is_called_while_the_last_call_goes_on_however_old_it_is() -> None:
    one = replace(request(), attempts=(FLIGHT,))
    assert planned(40 * DAY_S, one) == Plan()


@pytest.mark.parametrize(
    ("more", "now", "verdict"),
    [
        ({}, DAY_S - 1, "stands"),
        ({}, DAY_S, "expired"),
        ({"not_before": NOON + 2 * DAY_S}, 2 * DAY_S - 1, "waits"),
        ({"not_before": NOON + 2 * DAY_S}, 2 * DAY_S, "stands"),
        ({"not_before": NOON + 2 * DAY_S}, 3 * DAY_S, "expired"),
        ({"not_before": NOON + DAY_S, "not_after": NOON + DAY_S + 7200}, DAY_S + 7199, "stands"),
        ({"not_before": NOON + DAY_S, "not_after": NOON + DAY_S + 7200}, DAY_S + 7200, "expired"),
        ({"attempts": (Attempt("c", NOON, "a", Outcome.NO_ANSWER, NOON + DAY_S - 800),)},
         DAY_S - 790, "expired"),
    ],
)  # fmt: skip
def test_window_and_expiry(more: dict[str, Any], now: float, verdict: str) -> None:
    made = planned(now, request("r1", 0, **more), rules=Rules(hours=()))
    found = "stands" if made.stand else "expired" if made.close else "waits"
    assert found == verdict
    if verdict == "expired":
        assert made.close == (("r1", CallbackState.EXPIRED),)
    else:
        assert made.look_at is not None
        assert made.look_at > NOON + now


def clock(zone: str, hour: float) -> float:
    """Seconds from our noon to this hour of the next day there."""
    day = datetime(2026, 11, 24, tzinfo=ZoneInfo(zone)).timestamp()
    return day + hour * HOUR_S - NOON


@pytest.mark.parametrize(
    ("number", "now", "called"),
    [
        (NUMBER, clock("Europe/Berlin", 7.9), False),
        (NUMBER, clock("Europe/Berlin", 8.0), True),
        ("+12025550123", clock("Europe/Berlin", 8.0), False),
        ("+12025550123", clock("America/New_York", 8.0), True),
        ("+447700900123", clock("UTC", 8.0), True),  # a mobile phone nobody has: our own clock
        ("+18005550123", clock("UTC", 7.9), False),  # anywhere: our own clock
    ],
)
def test_hours_are_those_of_who_is_called(number: str, now: float, called: bool) -> None:
    made = planned(now, request(number=number), rules=Rules(expires_s=2 * DAY_S))
    assert bool(made.stand) is called
    if not called:
        assert made.look_at is not None
        assert 0 < made.look_at - (NOON + now) <= 60


def test_who_has_just_asked_is_awake_and_who_chose_the_time_may_be_called_then() -> None:
    night = clock("Europe/Berlin", 23)
    assert planned(night + 60, request("r1", night)).stand == ("r1",)
    assert planned(night + HOUR_S, request("r1", night)).stand == ()
    chosen = request("r1", 0, not_before=NOON + night)
    assert planned(night, chosen).stand == ("r1",)


def test_who_is_on_the_line_with_us_or_cannot_be_dialled_is_not_called() -> None:
    assert planned(60, request(), busy={NUMBER}) == Plan(look_at=NOON + DAY_S)
    assert planned(60, request(), barred={NUMBER}).stand == ()


def test_nobody_is_called_by_the_system_where_people_do_it() -> None:
    assert planned(60, request(), rules=Rules(mode="by_hand")) == Plan()


def test_while_callers_wait_callbacks_have_their_share_and_no_more() -> None:
    many = [request(f"r{n}", n) for n in range(9)]
    share, served = Share(0.25), []
    for _ in range(40):
        made = planned(60, *many, callers=5, idle=0, agents=4, share=share)
        assert len(made.stand) <= 1
        if made.stand:
            share = share.callback_served(5)
            served.append("callback")
        else:
            share = share.caller_served()
            served.append("caller")
    assert served.count("callback") == 10
    assert served[:5] == ["callback", "caller", "caller", "caller", "callback"]


@pytest.mark.parametrize(
    ("share", "scene", "room"),
    [
        (0.5, {"callers": 0}, 3),
        (0.0, {"callers": 0}, 3),
        (0.0, {"callers": 1, "idle": 0}, 0),
        (1.0, {"callers": 9, "idle": 0}, 3),
        (0.5, {"callers": 9, "idle": 2}, 2),  # nobody on the line will do for them
        (0.5, {"callers": 9, "idle": 0}, 1),
    ],
)
def test_room_for_callbacks(share: float, scene: dict[str, Any], room: int) -> None:
    many = [request(f"r{n}", n) for n in range(9)]
    assert len(planned(60, *many, share=Share(share), **scene).stand) == room


def test_turns_are_not_saved_up_over_a_day_without_callbacks() -> None:
    share = Share(0.5)
    for _ in range(1000):
        share = share.caller_served()
    assert share.room(5, 0, 50) == 2
    assert share.callback_served(0) == share
