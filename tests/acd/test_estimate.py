"""The estimated wait: a range that falls as people are served, and never grows by waiting."""

from random import Random

import pytest

from callserver.acd.decisions import Announce
from callserver.acd.estimate import Forecast
from callserver.acd.switchboard import Switchboard
from callserver.config.queues import Agents, Queue
from callserver.model.agent import AgentState, Profile
from callserver.model.events import LegEnd
from callserver.model.overflow import Wait

HANDLE_S = 120.0


def board(agents: int, **queue: float) -> Switchboard:
    """Agents who all talk; those who join now wait."""
    rules = Queue.model_validate({"announce_position_s": 10, "handle_s": HANDLE_S, **queue})
    it = Switchboard(Agents(wrap_up_s=0), {"support": rules}, Random(1).randrange)  # noqa: S311
    for number in range(agents):
        name = f"agent{number}"
        it.enroll(Profile(name, name, {"support": 0}), 1, 0.0)
        it.join(f"talk{number}", "support", 0, 0.0, 0.0)
        it.answered(f"talk{number}", name, 0.0)
    return it


def told(it: Switchboard, call: str, now: float) -> Wait | None:
    """What a caller is told when their time comes."""
    for decision in it.tick(now):
        if isinstance(decision, Announce) and decision.call == call:
            return decision.notice.wait
    return None


@pytest.mark.parametrize("chance", range(20))
def test_estimate_never_grows_while_a_caller_only_waits(chance: int) -> None:
    """Whatever happens behind them: calls get longer, others give up or come."""
    dice = Random(chance)  # noqa: S311
    it = board(3)
    for number in range(dice.randint(0, 6)):
        it.join(f"before{number}", "support", 0, 1.0, 1.0)
    it.join("mine", "support", 0, 2.0, 2.0)
    last: Wait | None = None
    for step in range(1, 200):
        now = 2.0 + step * 10
        it.queues["support"].forecast.handled.add(dice.uniform(10, 900), now)
        if dice.random() < 0.3:
            it.join(f"behind{step}", "support", 0, now, now)
        if dice.random() < 0.2:
            it.leave(f"behind{step - 1}", now)
        wait = told(it, "mine", now)
        assert wait is not None
        assert 0 <= wait.low <= wait.likely <= wait.high
        if last is not None:
            assert (wait.low, wait.likely, wait.high) <= (last.low, last.likely, last.high)
        last = wait


def test_estimate_is_not_frozen_at_entry() -> None:
    """It falls with every caller ahead who is served or gives up, and when an agent comes."""
    it = board(2)
    for number in range(6):
        it.join(f"before{number}", "support", 0, 1.0, 1.0)
    it.join("mine", "support", 0, 2.0, 2.0)
    first = told(it, "mine", 12.0)
    it.leave("before0", 13.0)
    it.leave("before1", 13.0)
    second = told(it, "mine", 22.0)
    it.enroll(Profile("late", "late", {"support": 0}), 1, 23.0)
    it.answered("before2", "late", 23.0)
    third = told(it, "mine", 33.0)
    assert first is not None and second is not None and third is not None
    assert first.likely > second.likely > third.likely
    assert first.high > second.high > third.high


def test_agents_on_a_break_make_it_longer_at_once() -> None:
    it = board(2)
    it.join("mine", "support", 0, 2.0, 2.0)
    for _ in range(100):
        it.queues["support"].forecast.handled.add(HANDLE_S, 12.0)
    before = told(it, "mine", 12.0)
    it.finished("talk0", "agent0", 13.0)
    it.missed("mine", "agent0", LegEnd.NO_ANSWER, 14.0)
    after = told(it, "mine", 30.0)
    assert before is not None and after is not None
    assert it.agents["agent0"].state is AgentState.PAUSED
    assert after.likely > before.likely


def test_nobody_there_means_nobody_knows() -> None:
    it = board(0)
    it.join("mine", "support", 0, 2.0, 2.0)
    assert told(it, "mine", 12.0) is None


def test_a_shared_agent_counts_for_a_part_and_more_callers_take_longer() -> None:
    forecast = Forecast(HANDLE_S)
    alone = forecast.wait(1, 1.0, 0.0)
    shared = forecast.wait(1, 0.5, 0.0)
    behind = forecast.wait(200, 1.0, 0.0)
    assert alone is not None and shared is not None and behind is not None
    assert alone.likely < shared.likely < behind.likely
    assert behind.high < 200 * HANDLE_S * 1.5
