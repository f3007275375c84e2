"""How far the dialling of a flow's step is (pure): folded from the facts of its call."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from callserver.model import facts as f
from callserver.model import talk_facts as t
from callserver.model.call import Ending, Leg, Reason, Result
from callserver.model.dial import DialEnd
from callserver.model.events import LegEnd, LegEnded
from callserver.model.talk import Target, TargetKind


@dataclass(frozen=True, slots=True)
class Dialled:
    """``rung`` are those who are called now, ``ends`` what came of the rounds before, ``answered``
    is who talks with the customer, or (when it is ``over``) did. ``given``: the caller is given
    away. ``since``: the round began then."""

    rung: tuple[Target, ...] = ()
    ends: tuple[DialEnd, ...] = ()
    answered: Target | None = None
    given: bool = False
    over: bool = False
    since: float = 0.0

    @property
    def target(self) -> Target:
        """Whom it is about, when it is one."""
        return next(iter(self.rung), self.answered) or Target(TargetKind.EXTERNAL, "")

    @property
    def served(self) -> Ending | None:
        """How the call has gone when the customer hangs up on somebody outside; None: an agent
        answered, or nobody."""
        if self.answered is None or self.answered.kind is TargetKind.AGENT:
            return None
        result = Result.TRANSFERRED if self.given else Result.ANSWERED
        return Ending(result, Reason.CUSTOMER_HUNG_UP)

    def left(self, customer: LegEnded) -> Ending | None:
        """The same when nobody conducted: the worker hung up for whoever was outside."""
        served = self.served
        if served is not None and customer.end is LegEnd.RELEASED:
            return replace(served, reason=Reason.THIRD_HUNG_UP)
        return served


def follow(dialled: Dialled | None, fact: f.Fact) -> Dialled | None:
    """The dialling after this fact; None: there is none."""
    match fact:
        case f.StepEntered() | f.QueueJoined():
            return None
        case t.FlowDialled():
            now = dialled or Dialled()
            return replace(now, rung=fact.targets, given=fact.given, since=fact.at)
        case t.DialMissed():
            now = dialled or Dialled()
            return replace(now, rung=(), ends=(*now.ends, fact.why))
        case t.DialAnswered() if dialled is not None:
            return replace(dialled, rung=(), answered=Target(fact.kind, fact.target))
        case t.DialEnded() if dialled is not None:
            return replace(dialled, over=True)
        case _:
            return dialled


def caught_up(dialled: Dialled | None, facts: Iterable[f.Fact]) -> Dialled | None:
    """The same after several facts."""
    for fact in facts:
        dialled = follow(dialled, fact)
    return dialled


def answer(call: str, at: float, target: Target) -> tuple[f.Fact, ...]:
    """The facts of an answer."""
    facts: list[f.Fact] = [t.DialAnswered(call, at, target.kind, target.name)]
    if target.kind is TargetKind.AGENT:
        facts.append(f.AgentAnswered(call, at, target.name))
    return tuple(facts)


SEAT = Leg.AGENT
"""Whoever is called by a flow has the place of an agent."""
