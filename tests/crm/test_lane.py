"""What is sent when, in virtual time: the order of a call, many calls at once, days of silence."""

from collections import Counter
from collections.abc import Callable

from callserver.crm.lane import DOWN, Lane, Outcome
from callserver.crm.manners import Manners
from callserver.model.hooks import Attempt, DeliveryState, Pending

MANNERS = Manners(5.0, 14_400.0, 259_200.0, 10.0, 300.0)
DAY_S = 86_400.0


def lane(at_once: int = 4, per_s: float = 1000.0, paused_until: float = 0.0) -> Lane:
    return Lane("h1", MANNERS, at_once, per_s, paused_until)


def pending(number: int, key: str = "", since: float = 0.0, next_at: float = 0.0) -> Pending:
    return Pending(number, f"msg_{number}", key or f"call:{number}", since, 0, next_at)


def say(one: Lane, number: int, status: int, now: float, header: str = "") -> Outcome:
    error = "" if 200 <= status < 300 else f"answered {status}"
    return one.answered(f"msg_{number}", Attempt(now, 0.0, status, error), header, 1.0)


def taken(one: Lane, now: float) -> list[int]:
    """All that may go now."""
    found = []
    while (event := one.take(now)) is not None:
        found.append(event.number)
    return found


def test_events_of_a_call_go_one_after_the_other_and_calls_side_by_side() -> None:
    one = lane(at_once=9)
    one.add([pending(1, "a"), pending(2, "b"), pending(3, "a"), pending(4, "c"), pending(5, "a")])
    assert taken(one, 0.0) == [1, 2, 4]
    say(one, 2, 200, 1.0)
    assert taken(one, 1.0) == []
    say(one, 1, 200, 2.0)
    assert taken(one, 2.0) == [3]
    assert len(one) == 3


def test_a_later_event_waits_until_the_earlier_was_taken_or_given_up() -> None:
    one = lane()
    one.add([pending(1, "a"), pending(2, "a"), pending(3, "b")])
    assert taken(one, 0.0) == [1, 3]
    (told,) = say(one, 1, 400, 0.0).progress
    assert (told.state, told.tries, told.next_at) == (DeliveryState.PENDING, 1, 5.0)
    assert (one.when(), taken(one, 4.9)) == (5.0, [])
    assert taken(one, 5.0) == [1]
    (told,) = say(one, 1, 400, MANNERS.give_up_s).progress
    assert (told.state, told.error, told.tries) == (DeliveryState.DEAD, "answered 400", 2)
    assert taken(one, MANNERS.give_up_s) == [2]


def test_never_more_at_once_than_allowed_and_who_is_back_makes_room() -> None:
    one = lane(at_once=2)
    one.add(pending(n) for n in range(5))
    assert taken(one, 0.0) == [0, 1]
    assert one.when() is None
    say(one, 1, 200, 1.0)
    assert taken(one, 1.0) == [2]


def test_the_rate_lets_a_burst_go_and_then_one_after_the_other() -> None:
    one = lane(at_once=100, per_s=2.0)
    one.add(pending(n) for n in range(6))
    assert taken(one, 10.0) == [0, 1]
    assert one.when() == 10.5
    assert taken(one, 10.49) == []
    assert taken(one, 10.5) == [2]
    assert taken(one, 11.5) == [3, 4]


def test_five_failures_in_a_row_and_only_one_event_is_tried() -> None:
    one = lane(at_once=5)
    one.add(pending(n) for n in range(20))
    first = taken(one, 0.0)
    for number in first:
        say(one, number, 0, 0.0)
    assert one.circuit.is_open
    assert (one.when(), taken(one, 9.9)) == (10.0, [])
    (probe,) = taken(one, 10.0)
    assert one.when() is None
    say(one, probe, 503, 10.0)
    assert (one.when(), taken(one, 29.0)) == (30.0, [])
    (probe,) = taken(one, 30.0)
    outcome = say(one, probe, 204, 30.5)
    assert outcome.back
    one.hasten(30.5)
    assert len(taken(one, 30.5)) == 5, "nobody waits for the end of the pause"


def test_one_that_is_refused_for_ever_holds_up_nobody_else() -> None:
    one = lane(at_once=1)
    one.add([pending(1, "a"), *(pending(n, f"k{n}") for n in range(2, 50))])
    refused, now = 0, 0.0
    held: list[int] = []
    while len(held) < 48:
        event = one.take(now)
        if event is None:
            now = one.when() or now
            continue
        bad = event.number == 1
        refused += bad
        say(one, event.number, 400 if bad else 200, now)
        held += [] if bad else [event.number]
    assert held == list(range(2, 50))
    assert refused == 1
    assert now == 0.0
    assert one.when() == 5.0


def test_a_pause_that_is_asked_for_counts_for_all() -> None:
    one = lane(at_once=2)
    one.add(pending(n) for n in range(4))
    assert taken(one, 0.0) == [0, 1]
    outcome = say(one, 0, 429, 1.0, "120")
    assert outcome.paused_until == 121.0
    say(one, 1, 200, 2.0)
    assert (one.when(), taken(one, 120.0)) == (121.0, [])
    assert taken(one, 121.0) == [2, 3], "what has not been tried comes first"
    assert not one.circuit.is_open, "they are there"


def test_one_that_has_too_much_to_do_and_says_no_time_is_left_alone_for_a_while() -> None:
    one = lane()
    one.add([pending(1), pending(2)])
    assert taken(one, 0.0) == [1, 2]
    assert say(one, 1, 429, 0.0).paused_until == 10.0


def test_a_pause_of_before_the_restart_is_kept() -> None:
    one = lane(paused_until=60.0)
    one.add([pending(1)])
    assert (one.when(), taken(one, 59.0), taken(one, 60.0)) == (60.0, [], [1])


def test_what_was_put_back_goes_again_and_what_is_gone_makes_room() -> None:
    one = lane()
    one.add([pending(1, "a"), pending(2, "a")])
    assert taken(one, 0.0) == [1]
    one.put_back("msg_1")
    assert taken(one, 0.0) == [1]
    one.drop("msg_1")
    assert taken(one, 0.0) == [2]
    assert len(one) == 1


def test_what_is_read_again_is_not_sent_twice_while_it_is_under_way() -> None:
    one = lane()
    every = [pending(1, "a"), pending(2, "a"), pending(3, "b")]
    one.add(every)
    assert taken(one, 0.0) == [1, 3]
    one.begin_anew(0.0)
    one.add(every)
    assert (taken(one, 0.0), len(one)) == ([], 3)
    say(one, 1, 200, 0.0)
    assert taken(one, 0.0) == [2]
    say(one, 2, 200, 0.0)
    say(one, 3, 200, 0.0)
    assert (len(one), one.when()) == (0, None)


def test_somebody_who_changes_something_wants_it_tried_at_once() -> None:
    one = lane(at_once=5)
    one.add(pending(n) for n in range(5))
    for number in taken(one, 0.0):
        say(one, number, 0, 0.0)
    assert one.circuit.is_open
    one.begin_anew(0.0)
    one.add(pending(n) for n in range(5))
    assert len(taken(one, 0.1)) == 5


def test_410_is_the_end_of_this_one_and_says_so() -> None:
    one = lane()
    one.add([pending(1)])
    taken(one, 0.0)
    outcome = say(one, 1, 410, 0.0)
    assert outcome.gone
    assert outcome.progress[0].state is DeliveryState.DEAD


def simulate(
    one: Lane, events: list[Pending], is_up: Callable[[float], bool], until: float
) -> tuple[list[tuple[float, int]], list[int], int]:
    """(when each was taken, the dead, requests while they were down)."""
    held: list[tuple[float, int]] = []
    dead: list[int] = []
    now, wasted = 0.0, 0
    coming = list(events)
    while now < until:
        while coming and coming[0].since <= now:
            one.add([coming.pop(0)])
        event = one.take(now)
        if event is None:
            times = [one.when(), coming[0].since if coming else None]
            later = [time for time in times if time is not None]
            if not later:
                break
            now = max(now, min(later))
            continue
        up = is_up(now)
        wasted += not up
        outcome = say(one, event.number, 204 if up else 0, now)
        for told in outcome.progress:
            if told.state is DeliveryState.DELIVERED:
                held.append((now, int(told.id[4:])))
            elif told.state is DeliveryState.DEAD:
                dead.append(int(told.id[4:]))
        if outcome.back:
            one.hasten(now)
    return held, dead, wasted


def day_of_calls() -> list[Pending]:
    """A call every minute for two days, of five events each, one every 10 s."""
    return [
        pending(5 * call + n, f"call:{call}", since=60.0 * call + 10.0 * n)
        for call in range(2880)
        for n in range(5)
    ]


def test_down_for_a_day_and_all_comes_in_order_within_minutes_of_the_return() -> None:
    down, back = 3600.0, 3600.0 + DAY_S
    events = sorted(day_of_calls(), key=lambda event: event.since)
    held, dead, wasted = simulate(lane(), events, lambda now: not down <= now < back, 3 * DAY_S)
    assert dead == []
    assert Counter(number for _, number in held) == Counter(event.number for event in events)
    of_call: dict[int, list[int]] = {}
    for _, number in held:
        of_call.setdefault(number // 5, []).append(number)
    assert all(numbers == sorted(numbers) for numbers in of_call.values())
    assert wasted < 400, "one try in five minutes, not one for each event"
    during = {event.number for event in events if down <= event.since < back}
    last = max(at for at, number in held if number in during)
    assert last - back < 301.0


def test_down_for_a_week_and_what_is_older_than_three_days_is_dead_with_the_reason() -> None:
    one = lane()
    events = [pending(n, since=3600.0 * n) for n in range(24 * 7)]
    held, dead, wasted = simulate(one, events, lambda now: now >= 7 * DAY_S, 8 * DAY_S)
    assert sorted([*dead, *(number for _, number in held)]) == list(range(24 * 7))
    assert all(number < 24 * 4 + 1 for number in dead)
    assert len(held) >= 24 * 3 - 1
    assert wasted < 2100


def test_the_dead_of_a_destination_that_is_down_say_so() -> None:
    one = lane(at_once=5)
    one.add(pending(n, since=0.0) for n in range(9))
    for number in taken(one, 1.0):
        say(one, number, 0, 1.0)
    late = MANNERS.give_up_s + 60.0
    (probe,) = taken(one, late)
    told = say(one, probe, 0, late).progress
    assert {one.state for one in told} == {DeliveryState.DEAD}
    assert len(told) == 9
    assert [one.error for one in told[1:]] == [DOWN] * 8
    assert [one.attempt for one in told[1:]] == [None] * 8
    assert len(one) == 0


def test_what_was_under_way_when_all_is_read_again_goes_once_whatever_came_of_it() -> None:
    one = lane()
    one.add([pending(1), pending(2)])
    assert taken(one, 0.0) == [1, 2]
    one.begin_anew(0.0)
    say(one, 1, 0, 1.0)
    say(one, 2, 200, 1.0)
    one.add([pending(1), pending(2)])  # read before the answers were written down
    assert taken(one, 100.0) == [1]
    say(one, 1, 200, 100.0)
    assert (taken(one, 200.0), len(one)) == ([], 0)


def test_another_database_may_count_from_the_beginning_while_something_is_under_way() -> None:
    one = lane()
    one.add([pending(1, "a")])
    assert taken(one, 0.0) == [1]
    one.begin_anew(0.0)
    one.add([Pending(1, "msg_new", "b", 0.0, 0, 0.0)])
    new = one.take(0.0)
    assert new is not None and new.id == "msg_new"
    say(one, 1, 200, 1.0)
    one.answered("msg_new", Attempt(1.0, 0.0, 200, ""), "", 1.0)
    assert (len(one), one.when()) == (0, None)
