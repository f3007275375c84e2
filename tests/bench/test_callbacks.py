"""Callers and callbacks in virtual time, with the real switchboard and the real plan."""

import pytest

from callserver.bench.callbacks import Figures, Mode, figures

SMALL = 250


@pytest.mark.parametrize("mode", ["agent_first", "customer_first"])
def test_nobody_is_overtaken_called_twice_or_forgotten(mode: Mode) -> None:
    day = figures(mode, SMALL, 3)
    assert day.requests == SMALL
    assert day.attempts > SMALL
    assert (day.unfinished, day.called_twice, day.overtaken, day.unreserved) == (0, 0, 0, 0)
    assert sum(day.final.values()) == SMALL
    assert day.final["done"] > 0.85 * SMALL
    assert day.share <= 0.52
    assert day.reserved <= 0.05
    assert day.left <= 0.06, "of so few, a few may be many"


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_callbacks_of_the_night_get_their_share_and_no_more(share: float) -> None:
    fair, unfair = (figures("agent_first", 400, 3, allowed) for allowed in (share, 1.0))
    assert fair.share <= share + 0.02
    assert unfair.share > fair.share
    assert unfair.caller_wait_s > fair.caller_wait_s
    assert (fair.unfinished, fair.overtaken) == (0, 0)


def test_the_same_day_comes_again() -> None:
    first, second = (figures("customer_first", 60, 5) for _ in range(2))
    assert isinstance(first, Figures)
    assert first == second
