"""Feature codes: what an agent dials, and what comes of it."""

from collections.abc import Sequence

import pytest
from pydantic import ValidationError

from callserver.call.features import Features
from callserver.config import Config
from callserver.config.features import Features as Codes
from callserver.model.agent import AgentState
from callserver.model.errors import NotAllowed
from callserver.model.live import AgentView, QueueView, WaitingView


class Desk:
    """Agent anna of two queues in which somebody waits."""

    def __init__(self) -> None:
        self.done: list[tuple[str, ...]] = []
        self.waiting: tuple[QueueView, ...] = ()

    def agents(self) -> Sequence[AgentView]:
        return [AgentView("anna", "Anna", AgentState.READY, "", 0.0, None, ("a", "b"), 1)]

    def queues(self) -> Sequence[QueueView]:
        return self.waiting

    def set_agent_state(self, agent: str, state: AgentState, reason: str) -> None:
        self.done.append((agent, state, reason))

    def pick(self, call: str, agent: str) -> None:
        self.done.append((agent, "picks", call))


def queue(name: str, *calls: tuple[str, float]) -> QueueView:
    waiting = [WaitingView(call, 1, entered, 0.0, 0, ()) for call, entered in calls]
    return QueueView(name, name, tuple(waiting), {})


def dial(desk: Desk, dialled: str) -> bool:
    act = Features(Config(), desk).find("anna", dialled)
    if act is not None:
        act()
    return act is not None


@pytest.mark.parametrize(
    ("dialled", "done"),
    [
        ("*10", ("anna", "ready", "")),
        ("*11", ("anna", "signed_out", "")),
        ("*12", ("anna", "paused", "break")),
        ("*124", ("anna", "paused", "training")),
    ],
)
def test_a_code_changes_what_the_agent_does(dialled: str, done: tuple[str, ...]) -> None:
    desk = Desk()
    assert dial(desk, dialled)
    assert desk.done == [done]


@pytest.mark.parametrize("dialled", ["", "*1", "*100", "*12x", "*1212", "bob", "+37120000001"])
def test_what_is_no_code_is_left_to_others(dialled: str) -> None:
    desk = Desk()
    assert not dial(desk, dialled)
    assert desk.done == []


def test_the_one_who_waited_longest_in_the_own_queues_is_picked_up() -> None:
    desk = Desk()
    desk.waiting = (queue("a", ("late", 9.0)), queue("b", ("first", 3.0)), queue("c", ("no", 1.0)))
    assert dial(desk, "*13")
    assert desk.done == [("anna", "picks", "first")]


@pytest.mark.parametrize("dialled", ["*120", "*129", "*13"])
def test_what_cannot_be_done_is_said(dialled: str) -> None:
    with pytest.raises(NotAllowed):
        dial(Desk(), dialled)


@pytest.mark.parametrize(
    "codes", [{"ready": "ready"}, {"ready": "*11"}, {"pick_up": "*120"}, {"ready": "*" * 9}]
)
def test_codes_that_contradict_each_other_are_refused(codes: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Codes.model_validate(codes)
