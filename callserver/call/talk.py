"""Who hears whom in a conversation (pure): customer, our side, a third party, a supervisor.

Our side of a conversation is a *seat*: the leg of whoever serves the customer now. It is the
agent's at first; after a transfer it is the third party's, after a take-over the supervisor's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from callserver.model import facts as f
from callserver.model import talk_facts as t
from callserver.model.call import Leg
from callserver.model.talk import SupervisorMode, Target, TargetKind

Edges = tuple[tuple[Leg, Leg], ...]


class Between(StrEnum):
    """Whom the seat talks with."""

    CUSTOMER = "customer"
    THIRD = "third"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Third:
    """Somebody called during the conversation. ``blind``: for the customer, who is connected when
    they answer; else for the seat, who asks first."""

    leg: Leg
    target: Target
    blind: bool
    up: bool = False


@dataclass(frozen=True, slots=True)
class Watcher:
    """A supervisor who listens, or is being rung."""

    username: str
    mode: SupervisorMode
    up: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation. ``agent`` sits at ``seat``; None: somebody outside does, or (``seat`` is
    None too) nobody, while a blind transfer rings."""

    seat: Leg | None
    agent: str | None
    between: Between = Between.CUSTOMER
    third: Third | None = None
    watcher: Watcher | None = None

    @property
    def free_leg(self) -> Leg:
        """Where one more of our side can be called."""
        return Leg.AGENT if self.seat is Leg.THIRD else Leg.THIRD

    @property
    def is_plain(self) -> bool:
        """An agent at their first place and a customer, nobody else."""
        first = self.seat is Leg.AGENT and self.agent is not None
        return first and self.third is None and self.watcher is None


def talking(talk: Talk) -> tuple[Leg, ...]:
    """Those who hear each other, or will as soon as they answer."""
    seat = () if talk.seat is None else (talk.seat,)
    third = () if talk.third is None else (talk.third.leg,)
    if talk.third is not None and talk.third.blind:
        return Leg.CUSTOMER, *third
    if talk.between is Between.THIRD:
        return *seat, *third
    if talk.between is Between.ALL:
        return Leg.CUSTOMER, *seat, *third
    return Leg.CUSTOMER, *seat


def edges(talk: Talk) -> Edges:
    """Who hears whom: pairs of a speaker and a listener. Legs that still ring are named too, so
    that nobody waits for the controller when they answer."""
    group = talking(talk)
    wanted = {(one, other) for one in group for other in group if one is not other}
    if talk.watcher is not None:
        boss = Leg.SUPERVISOR
        wanted |= {(one, boss) for one in group}
        if talk.watcher.mode is SupervisorMode.BARGE:
            wanted |= {(boss, one) for one in group}
        elif talk.watcher.mode is SupervisorMode.WHISPER and talk.seat is not None:
            wanted.add((boss, talk.seat))
    return tuple(sorted(wanted))


def follow(talk: Talk | None, fact: f.Fact) -> Talk | None:  # noqa: C901 - a flat table of facts
    """The conversation after this fact; None: there is none."""
    match fact:
        case f.QueueJoined() | t.TransferCompleted(leg=None):
            return None
        case f.AgentAnswered() if talk is None:
            return Talk(Leg.AGENT, fact.agent)
        case t.CallTakenOver():
            return Talk(Leg.SUPERVISOR, fact.supervisor)
        case t.DialAnswered():
            return Talk(Leg.AGENT, Target(fact.kind, fact.target).agent)
        case t.DialEnded():
            return None
    if talk is None:
        if isinstance(fact, t.TransferCompleted):
            return Talk(fact.leg, None)
        return None
    third, watcher = talk.third, talk.watcher
    match fact:
        case f.AgentAnswered() if talk.seat is None and third is not None:
            return Talk(third.leg, fact.agent, watcher=watcher)
        case f.AgentAnswered():
            return replace(talk, agent=fact.agent)
        case f.AgentFinished():
            return None if third is None else replace(talk, seat=None, agent=None)
        case t.ConsultStarted():
            asked = Third(fact.leg, Target(fact.kind, fact.target), blind=False)
            return replace(talk, third=asked, between=Between.THIRD)
        case t.TransferStarted() if fact.leg is not None:
            given = Third(fact.leg, Target(fact.kind, fact.target), blind=True)
            return replace(talk, third=given)
        case t.ConsultAnswered() if third is not None:
            found = Target(TargetKind.AGENT, fact.agent) if fact.agent else third.target
            return replace(talk, third=replace(third, target=found, up=True))
        case t.ConsultSwapped():
            alone = fact.to is Leg.CUSTOMER
            return replace(talk, between=Between.CUSTOMER if alone else Between.THIRD)
        case t.ConferenceStarted():
            return replace(talk, between=Between.ALL)
        case t.ConsultEnded():
            return replace(talk, third=None, between=Between.CUSTOMER)
        case t.TransferFailed():
            return None if talk.seat is None else replace(talk, third=None)
        case t.TransferCompleted():
            return Talk(fact.leg, talk.agent, watcher=watcher)
        case t.SupervisorCalled():
            return replace(talk, watcher=Watcher(fact.supervisor, fact.mode))
        case t.SupervisorJoined() if watcher is not None:
            return replace(talk, watcher=replace(watcher, up=True))
        case t.SupervisorModeChanged() if watcher is not None:
            return replace(talk, watcher=replace(watcher, mode=fact.mode))
        case t.SupervisorLeft():
            return replace(talk, watcher=None)
        case _:
            return talk


def caught_up(talk: Talk | None, facts: Iterable[f.Fact]) -> Talk | None:
    """The conversation after several facts."""
    for fact in facts:
        talk = follow(talk, fact)
    return talk
