"""The router after a restart: what agents asked for still holds, and what the journal says of times
that have not come yet holds nobody."""

import pytest

from callserver.model.agent import AgentState as State
from callserver.model.facts import AgentChanged
from tests.acd.test_router import Caller, House, StoppedClock


def test_a_wish_outlives_the_router() -> None:
    clock = StoppedClock()
    house = House(clock)
    house.staff("anna")
    house.join("c1", Caller())
    house.router.agent_answered("c1", "anna")
    clock.time += 5.0
    house.router.set_agent_state("anna", State.PAUSED, "lunch")
    last = house.facts[-1]
    assert last == AgentChanged(
        "anna",
        1005.0,
        State.TALKING,
        "",
        "c1",
        since=1000.0,
        wish=State.PAUSED,
        wish_reason="lunch",
    )
    later = House(clock)
    later.router.remember([last])
    later.staff("anna")
    (view,) = later.router.agents()
    assert (view.state, view.since) == (State.TALKING, 1000.0)
    assert (view.wish, view.wish_reason) == (State.PAUSED, "lunch")


@pytest.mark.parametrize(
    ("state", "reason", "lasts_s"),
    [(State.WRAP_UP, "", 300.0), (State.PAUSED, "missed_call", 60.0)],
)
def test_a_clock_that_was_set_back_before_a_restart_holds_nobody(
    state: State, reason: str, lasts_s: float
) -> None:
    clock = StoppedClock()
    house = House(clock, wrap_up_most_s=300.0, missed_pause_s=60.0)
    hour = clock.time + 3600.0
    house.router.remember([AgentChanged("anna", hour, state, reason, None, hour + 10.0)])
    house.staff("anna")
    (view,) = house.router.agents()
    assert (view.state, view.since) == (state, clock.time)
    clock.time += lasts_s + 0.1
    house.router._wake()
    assert house.states() == {"anna": "ready"}


def test_a_clock_that_was_set_back_before_a_restart_lets_nobody_overtake() -> None:
    clock = StoppedClock()
    house = House(clock)
    for call in ("c1", "c2"):
        house.router.rejoin(call, "support", Caller(), 0, clock.time + 3600.0, ())
    house.join("c3", Caller())
    (queue,) = [one for one in house.router.queues() if one.name == "support"]
    assert [(one.call, one.waited_s) for one in queue.waiting] == [
        ("c1", 0.0),
        ("c2", 0.0),
        ("c3", 0.0),
    ]
