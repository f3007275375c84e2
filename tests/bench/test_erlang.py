"""The formulas against known values and each other; the router against the formulas."""

import heapq

import pytest

from callserver.bench.erlang import Load, compare, erlang_a, erlang_c, simulate


@pytest.mark.parametrize(
    ("agents", "load", "must_wait"), [(1, 0.5, 0.5), (2, 1.0, 1 / 3), (10, 8.0, 0.4092)]
)
def test_erlang_c_has_the_known_values(agents: int, load: float, must_wait: float) -> None:
    steady = erlang_c(agents, load, 100.0)
    assert steady.must_wait == pytest.approx(must_wait, abs=1e-4)
    assert steady.wait_s == pytest.approx(must_wait * 100 / (agents - load), rel=1e-3)


def test_erlang_a_with_endless_patience_is_erlang_c() -> None:
    patient, endless = erlang_a(10, 8.0, 100.0, 1e9), erlang_c(10, 8.0, 100.0)
    assert patient.must_wait == pytest.approx(endless.must_wait, rel=1e-4)
    assert patient.wait_s == pytest.approx(endless.wait_s, rel=1e-4)
    assert patient.gave_up < 1e-6


def test_erlang_a_loses_exactly_what_the_agents_cannot_do() -> None:
    """Who gives up and who is served are all who come."""
    steady = erlang_a(10, 20.0, 100.0, 100.0)
    assert 20.0 * (1 - steady.gave_up) == pytest.approx(10.0, rel=0.01)


@pytest.mark.parametrize("case", [Load(5, 0.6), Load(10, 0.95, patience=2.0)])
def test_router_does_what_the_formula_says(case: Load) -> None:
    outcome = compare(case, simulate(case, 40_000, seed=3))
    assert outcome.good, outcome
    assert outcome.router.wait_s > 0


def test_every_single_wait_is_that_of_an_ideal_queue() -> None:
    """First come, first served by whoever is free first (J. Kiefer and J. Wolfowitz, 1955)."""
    case = Load(8, 0.95)
    free_at = [0.0] * case.agents
    for caller in simulate(case, 10_000, seed=5):
        begins = max(caller.joined_at, free_at[0])
        heapq.heapreplace(free_at, begins + caller.talk_s)
        assert caller.waited_s == begins - caller.joined_at
