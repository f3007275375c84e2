"""The live state of agents and queues as metrics."""

import pytest

from callserver.model.agent import AgentState as State
from callserver.model.events import LegEnd
from tests.acd.test_router import Caller, House, StoppedClock


@pytest.fixture
def house() -> House:
    return House(StoppedClock())


def test_gauges_always_say_what_is(house: House) -> None:
    house.staff("anna", "bela")
    house.join("c1", Caller())
    house.join("c2", Caller())
    house.join("c3", Caller())
    assert house.sample("callserver_waiting_now", queue="support") == 3
    assert house.sample("callserver_agents_now", state="ringing") == 2
    house.router.agent_answered("c1", "anna")
    house.router.agent_missed("c1", "anna", LegEnd.NO_ANSWER)
    house.router.leave("c3")
    assert house.sample("callserver_waiting_now", queue="support") == 1
    assert house.sample("callserver_waiting_now", queue="sales") == 0
    assert house.sample("callserver_agents_now", state="talking") == 1
    assert house.sample("callserver_agents_now", state="ready") == 0
    assert house.sample("callserver_agent_missed_total", why="no_answer") is None


def test_pauses_are_counted_by_their_reason(house: House) -> None:
    house.staff("anna", "bela")
    for agent, reason in (("anna", "lunch"), ("bela", "lunch"), ("anna", "break")):
        house.router.set_agent_state(agent, State.PAUSED, reason)
    house.router.set_agent_state("bela", State.READY, "")
    house.join("c1", Caller())
    house.router.agent_missed("c1", "bela", LegEnd.NO_ANSWER)

    def pauses(reason: str) -> tuple[float | None, float | None]:
        begun = house.sample("callserver_agent_pauses_total", reason=reason)
        return begun, house.sample("callserver_agents_paused_now", reason=reason)

    assert [pauses(reason) for reason in ("lunch", "break", "missed_call")] == [
        (2.0, 0.0),
        (1.0, 1.0),
        (1.0, 1.0),
    ]


def test_how_good_the_estimates_are_is_a_metric() -> None:
    clock = StoppedClock()
    house = House(clock)
    house.staff("anna")
    house.join("c0", Caller())
    house.router.agent_answered("c0", "anna")
    for number, waited_s in enumerate((60.0, 9000.0), start=1):
        house.join(f"c{number}", Caller())
        clock.time += waited_s
        house.router.agent_finished(f"c{number - 1}", "anna")
        house.router.set_agent_state("anna", State.READY, "")
        house.router.agent_answered(f"c{number}", "anna")
    held = house.sample("callserver_estimate_held_ratio", queue="support")
    error = house.sample("callserver_estimate_error_seconds", queue="support")
    assert held == 0.5
    assert error is not None and error > 3000
