"""Which number of ours is shown outside, and who cannot be called."""

import pytest

from callserver.call.directory import Directory, TollDenied
from callserver.call.toll import TollGuard, flow
from callserver.config import Config
from callserver.metrics import Metrics
from callserver.model.agent import AgentState
from callserver.model.errors import NotAllowed, OnACall
from callserver.model.talk import Target, TargetKind
from callserver.testing.clock import LoopClock, in_virtual_time
from tests.callback.centre import NUMBER, Outside, configured

OUTSIDE = Target(TargetKind.EXTERNAL, NUMBER)
LINES = {"100": {"flow": "support", "caller": "+37167000100"}, "200": {"flow": "support"}}


def directory(line_of: str = "", **states: AgentState) -> Directory:
    config = configured(
        {}, lines=LINES, outgoing={"allow": ["+371"], "trunk": "provider", "caller": "+37167000000"}
    )
    outside = Outside()
    return Directory(
        *(config, LoopClock(), Metrics(), outside, outside, TollGuard(config.outgoing)),
        states.get,
        lambda agent, calls: None,
        lambda agent: line_of if agent == "alice" else "",
    )


@in_virtual_time
async def test_the_number_shown_is_that_of_the_line_of_the_queue_or_of_the_house() -> None:
    for asker, line, of_queue, shown in (
        ("alice", "100", "", "+37167000100"),
        ("alice", "", "100", "+37167000100"),
        ("alice", "", "", "+37167000000"),
        ("alice", "200", "100", "+37167000000"),
        (flow("support"), "", "100", "+37167000000"),
    ):
        found = directory(of_queue).find(OUTSIDE, asker, line)
        assert (found.caller, found.line) == (shown, line or (of_queue if asker == "alice" else ""))


@in_virtual_time
async def test_an_order_needs_an_agent_who_is_at_work_and_on_no_call() -> None:
    states = {state.value: state for state in AgentState}
    house = directory(**states)
    for name, state in states.items():
        if state in (AgentState.READY, AgentState.PAUSED, AgentState.WRAP_UP):
            assert house.seat(name).agent == name
        else:
            with pytest.raises(NotAllowed) as refused:
                house.seat(name)
            assert isinstance(refused.value, OnACall) == (state is not AgentState.SIGNED_OUT)


@in_virtual_time
async def test_a_refusal_says_what_it_is_and_which_option_would_change_it() -> None:
    with pytest.raises(TollDenied, match=r"not_allowed, outgoing\.allow and outgoing\.deny"):
        directory().find(Target(TargetKind.EXTERNAL, "+4930123456"), "alice", "")


def test_the_line_of_a_queue_must_be_one() -> None:
    with pytest.raises(ValueError, match=r"queues\.support\.line: there is no line '300'"):
        Config.model_validate({"queues": {"support": {"line": "300"}}, "lines": LINES})
    with pytest.raises(ValueError, match="name the flow that asks"):
        Config.model_validate({"queues": {"support": {"survey": {"share": 0.5}}}})
