"""After a restart: agents are where the journal says, callers where they stood."""

import pytest

from callserver.acd.agent import Wish
from callserver.acd.decisions import AgentMoved, Offer
from callserver.acd.switchboard import Switchboard
from callserver.model.agent import AgentState
from tests.acd.story import new_board, profile, told

Before = tuple[str, AgentState, str, float, str | None, float | None, int]


def board(*agents: Before, now: float) -> Switchboard:
    """A board with agents as (name, state, reason, since, call, until, phones)."""
    made = new_board()
    for name, state, reason, since, call, until, phones in agents:
        assert made.enroll(profile(name), 0, now) == []
        made.resume(name, state, reason, since, call, until, phones, now)
    return made


def test_a_wrap_up_ends_when_it_would_have_ended() -> None:
    it = board(("anna", AgentState.WRAP_UP, "", 95.0, None, 105.0, 1), now=100.0)
    assert it.next_deadline() == 105.0
    assert [told(d) for d in it.tick(105.0)] == ["anna ready"]


def test_an_imposed_pause_ends_by_itself_and_an_own_one_does_not() -> None:
    it = board(
        ("anna", AgentState.PAUSED, "missed_call", 95.0, None, 155.0, 1),
        ("boris", AgentState.PAUSED, "lunch", 50.0, None, None, 1),
        now=100.0,
    )
    assert it.next_deadline() == 155.0
    assert [told(d) for d in it.tick(155.0)] == ["anna ready"]


def test_who_signed_out_on_purpose_stays_out_though_the_phone_is_registered() -> None:
    it = board(("anna", AgentState.SIGNED_OUT, "", 95.0, None, None, 1), now=100.0)
    assert it.agents["anna"].state is AgentState.SIGNED_OUT


def test_a_ready_agent_whose_phone_is_gone_is_signed_out() -> None:
    it = board(("anna", AgentState.READY, "", 95.0, None, None, 0), now=100.0)
    assert it.agents["anna"].state is AgentState.SIGNED_OUT


def test_the_longest_idle_is_still_the_longest_idle() -> None:
    it = board(
        ("anna", AgentState.READY, "", 95.0, None, None, 1),
        ("boris", AgentState.READY, "", 50.0, None, None, 1),
        now=100.0,
    )
    assert [told(d) for d in it.join("c1", "support", 0, 100.0, 100.0)] == [
        "boris ringing",
        "ring boris for c1",
    ]


def test_callers_stand_where_they_stood_whoever_comes_back_first() -> None:
    it = board(("anna", AgentState.TALKING, "", 90.0, "c0", None, 1), now=100.0)
    it.rejoin("c2", "support", 0, 20.0, (), 100.0)
    it.rejoin("c1", "support", 0, 10.0, (), 100.1)
    it.rejoin("c3", "support", 5, 30.0, (), 100.2)
    assert [entry.call for entry in it.queues["support"]] == ["c3", "c1", "c2"]


def test_who_is_being_rung_goes_on_ringing_and_nobody_else_is_rung() -> None:
    it = board(
        ("anna", AgentState.RINGING, "", 98.0, "c1", None, 1),
        ("boris", AgentState.READY, "", 50.0, None, None, 1),
        now=100.0,
    )
    assert it.rejoin("c1", "support", 0, 10.0, ("anna",), 100.0) == []
    assert it.rings("c1", "anna")
    assert [told(d) for d in it.answered("c1", "anna", 101.0)] == ["anna talking"]


def test_who_is_rung_is_kept_for_a_caller_who_is_not_back_yet() -> None:
    it = board(
        ("anna", AgentState.RINGING, "", 98.0, "c1", None, 1),
        ("boris", AgentState.RINGING, "", 98.0, "c1", None, 1),
        now=100.0,
    )
    told_ = [told(d) for d in it.settle({"c1", "c2"}, 100.0, {("c1", "anna")})]
    assert told_ == ["boris ready"]
    assert [told(d) for d in it.rejoin("c2", "support", 9, 5.0, (), 100.0)] == [
        "boris ringing",
        "ring boris for c2",
    ]
    assert it.rejoin("c1", "support", 0, 10.0, ("anna",), 100.1) == []
    assert it.rings("c1", "anna")


def test_who_was_kept_for_a_call_that_ends_without_coming_back_to_its_queue_is_free() -> None:
    it = board(("anna", AgentState.RINGING, "", 98.0, "c1", None, 1), now=100.0)
    assert it.settle({"c1"}, 100.0, {("c1", "anna")}) == []
    assert [told(d) for d in it.leave("c1", 101.0)] == ["anna ready"]
    assert it.leave("c1", 101.0) == []


def test_agents_of_calls_that_did_not_come_back_are_free() -> None:
    it = board(
        ("anna", AgentState.TALKING, "", 90.0, "c1", None, 1),
        ("boris", AgentState.RINGING, "", 98.0, "c2", None, 1),
        ("clara", AgentState.TALKING, "", 90.0, "c3", None, 1),
        now=100.0,
    )
    decided = it.settle({"c3"}, 100.0)
    assert not any(isinstance(d, Offer) for d in decided)
    assert [told(d) for d in decided if isinstance(d, AgentMoved)] == [
        "anna wrap_up",
        "boris ready",
    ]
    assert it.agents["clara"].state is AgentState.TALKING
    assert [told(d) for d in it.finished("c3", "clara", 110.0)] == ["clara wrap_up"]


@pytest.mark.parametrize("state", [AgentState.TALKING, AgentState.RINGING, AgentState.WRAP_UP])
def test_a_pause_asked_for_during_the_call_comes_after_it_all_the_same(state: AgentState) -> None:
    it = new_board()
    it.enroll(profile("anna"), 0, 100.0)
    lunch = Wish(AgentState.PAUSED, "lunch")
    call, until = ("c1", None) if state is not AgentState.WRAP_UP else (None, 120.0)
    it.resume("anna", state, "", 90.0, call, until, 1, 100.0, lunch)
    assert it.agents["anna"].look().wish == lunch
    it.settle({"c1"} if state is AgentState.TALKING else set(), 100.0)
    it.finished("c1", "anna", 110.0)
    it.tick(120.0)
    assert it.agents["anna"].look() == (AgentState.PAUSED, "lunch", None, None, None)
