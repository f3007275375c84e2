"""Conversations: ask a third party, give the call away, listen in."""

from collections.abc import Callable

from msgspec import Struct

from callserver.model.talk import SupervisorMode, Talks, TalkView, Target, TargetKind, ThirdView
from callserver.web import problems
from callserver.web.asks_talk import NewTarget, Supervision, TakeOver


class ThirdOut(Struct, frozen=True, kw_only=True):
    """Somebody called during the conversation. ``blind``: for the customer, who is connected when
    they answer; ``up``: they have answered."""

    kind: TargetKind
    name: str
    blind: bool
    up: bool


class SupervisorOut(Struct, frozen=True, kw_only=True):
    """A supervisor who hears the conversation; not ``up``: their phone rings."""

    username: str
    mode: SupervisorMode
    up: bool


class TalkOut(Struct, frozen=True, kw_only=True):
    """One conversation. ``agent`` talks with ``between``: the `customer` alone, the `third` party
    (the customer hears music) or `all`; null: the customer talks with somebody outside, or waits
    for the one who is called."""

    call: str
    agent: str | None
    between: str
    third: ThirdOut | None
    supervisor: SupervisorOut | None


def _show(view: TalkView) -> TalkOut:
    third, boss = view.third, view.supervisor
    return TalkOut(
        call=view.call,
        agent=view.agent,
        between=view.between,
        third=None if third is None else _third(third),
        supervisor=None
        if boss is None
        else SupervisorOut(username=boss.username, mode=boss.mode, up=boss.up),
    )


def _third(view: ThirdView) -> ThirdOut:
    target = view.target
    return ThirdOut(kind=target.kind, name=target.name, blind=view.blind, up=view.up)


def _answer(act: Callable[[], TalkView]) -> TalkOut:
    with problems.refusals():
        return _show(act())


class Conversations:
    """``/api/v1/calls/{call}/talk`` and what can be done with it."""

    def __init__(self, talks: Talks) -> None:
        self._talks = talks

    async def get(self, call: str) -> TalkOut:
        """Who talks with whom in a call."""
        return _answer(lambda: self._talks.talk(call))

    async def consult(self, call: str, body: NewTarget) -> TalkOut:
        """The agent asks an agent or somebody outside; the customer hears music meanwhile."""
        return _answer(lambda: self._talks.consult(call, _target(body)))

    async def swap(self, call: str) -> TalkOut:
        """The agent talks with the other of the two who are there."""
        return _answer(lambda: self._talks.swap(call))

    async def merge(self, call: str) -> TalkOut:
        """Customer, agent and third party hear each other."""
        return _answer(lambda: self._talks.merge(call))

    async def complete(self, call: str) -> TalkOut:
        """The agent leaves customer and third party alone."""
        return _answer(lambda: self._talks.complete(call))

    async def cancel(self, call: str) -> TalkOut:
        """The third party goes, or rings no more; the agent talks with the customer."""
        return _answer(lambda: self._talks.cancel(call))

    async def transfer(self, call: str, body: NewTarget) -> TalkOut:
        """Give the customer to an agent, a queue (with the time waited) or somebody outside; the
        agent leaves at once."""
        return _answer(lambda: self._talks.transfer(call, _target(body)))

    async def supervise(self, call: str, body: Supervision) -> TalkOut:
        """Ring the phone of a supervisor, who then listens, whispers to the agent or speaks with
        all; or change that."""
        mode = SupervisorMode(body.mode)
        return _answer(lambda: self._talks.supervise(call, body.username, mode))

    async def unsupervise(self, call: str) -> TalkOut:
        """The supervisor leaves the conversation."""
        return _answer(lambda: self._talks.unsupervise(call))

    async def take_over(self, call: str, body: TakeOver) -> TalkOut:
        """The supervisor, who is there, sits in the agent's place."""
        return _answer(lambda: self._talks.take_over(call, body.username))


def _target(body: NewTarget) -> Target:
    return Target(TargetKind(body.kind), body.name)
