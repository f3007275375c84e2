"""What an agent can ask for in a conversation: ask somebody, give the call away.

All raise ``NotAllowed`` when it does not fit the moment (or must not be dialled), ``UnknownName``
when there is no such target.
"""

from collections.abc import Callable
from dataclasses import replace

from callserver.call.asking import Asking
from callserver.call.call import Call
from callserver.call.conversation import Conversation, Onward
from callserver.call.directory import Callee
from callserver.call.talk import Between, Third
from callserver.model import talk_facts as t
from callserver.model.agent import AgentState
from callserver.model.call import Leg
from callserver.model.commands import (
    DialTarget,
    ExpectLeg,
    HangUpLeg,
    StartMusic,
    StopRecording,
)
from callserver.model.errors import NotAllowed
from callserver.model.events import LegEnd
from callserver.model.talk import Target, TargetKind

JOIN_S = 5.0

Found = tuple[Call, Conversation]


def consult(call: Call, conversation: Conversation, target: Target) -> None:
    """The agent asks somebody; the customer hears music meanwhile."""
    agent, seat, leg = _alone(conversation)
    directory, callee = call.house.directory, None
    if target.kind is TargetKind.QUEUE:
        directory.has_queue(target.name)
    else:
        callee = directory.find(target, agent, call.arrival.dialled)
    call.note(t.ConsultStarted(call.id, call.now(), agent, leg, target.kind, target.name))
    conversation.hold(Leg.CUSTOMER)
    call.send(StartMusic(seat, call.house.ringback))
    conversation.turned(AgentState.CONSULT)
    third = Third(leg, target, blind=False)
    conversation.change(replace(conversation.talk, between=Between.THIRD, third=third))
    if callee is not None:
        conversation.ring(leg, callee, agent, agent, agent)
        return
    asking = Asking(call, conversation, third, agent)
    conversation.ask(asking)
    asking.start(target.name, call.priority)


def swap(call: Call, conversation: Conversation) -> None:
    """The agent talks with the other of the two who are there."""
    third = _asked(conversation)
    to_third = conversation.talk.between is not Between.THIRD
    between, to = (Between.THIRD, third.leg) if to_third else (Between.CUSTOMER, Leg.CUSTOMER)
    conversation.hold(Leg.CUSTOMER if to_third else third.leg)
    conversation.change(replace(conversation.talk, between=between))
    call.note(t.ConsultSwapped(call.id, call.now(), to))
    conversation.turned(AgentState.CONSULT if to_third else AgentState.TALKING)


def merge(call: Call, conversation: Conversation) -> None:
    """All three hear each other."""
    _asked(conversation)
    conversation.change(replace(conversation.talk, between=Between.ALL))
    call.note(t.ConferenceStarted(call.id, call.now()))
    conversation.turned(AgentState.TALKING)


def complete(call: Call, conversation: Conversation) -> None:
    """The agent leaves customer and third party alone."""
    third, seat = _asked(conversation), conversation.talk.seat
    conversation.hand_over(third)
    if seat is not None:
        call.send(HangUpLeg(seat))


def cancel(call: Call, conversation: Conversation) -> None:
    """The third party goes, or rings no more; the agent talks with the customer."""
    third = conversation.talk.third
    if third is None or third.blind:
        raise NotAllowed("nobody is being asked")
    conversation.without(third, LegEnd.RELEASED)
    call.send(HangUpLeg(third.leg))


def transfer(
    call: Call,
    conversation: Conversation,
    target: Target,
    news: Callable[[int], None] | None = None,
) -> None:
    """Give the customer to somebody, unasked. The agent leaves at once; one whose phone wants
    ``news`` (SIP statuses, the last one from 200 on) when it has heard the last."""
    agent, seat, leg = _alone(conversation)
    if target.kind is TargetKind.QUEUE:
        call.house.directory.has_queue(target.name)
        given = (call.id, call.now(), agent, None, target.kind, target.name)
        call.note(t.TransferStarted(*given))
        conversation.left()
        call.note(t.TransferCompleted(*given))
        if news is not None:
            news(200)
        conversation.settle(Onward(target.name, call.entered_at))
        return
    callee = call.house.directory.find(target, agent, call.arrival.dialled)
    call.note(t.TransferStarted(call.id, call.now(), agent, leg, target.kind, target.name))
    conversation.hold(Leg.CUSTOMER)
    third = Third(leg, target, blind=True)
    conversation.change(replace(conversation.talk, third=third))
    conversation.ring(leg, callee, agent, call.arrival.number, call.arrival.name)
    if news is None:
        call.send(HangUpLeg(seat))
    else:
        conversation.tell_news(news)


def join(one: Found, other: Found, news: Callable[[int], None]) -> None:
    """An agent who talks in two calls leaves the two others alone. Each call goes on in its own
    worker; the one in which it was asked calls the other. It keeps its recording; the other's ends,
    since what is said from now on is in this one."""
    call, conversation = one
    agent, _, leg = _alone(conversation)
    _, _, their_leg = _alone(other[1])
    if other[0].worker is None or other[0] is call:
        raise NotAllowed("the two calls cannot be joined")
    party, ours = _party(other[0]), _party(call)
    _expect(other, their_leg, ours, call.id, agent)
    now = call.now()
    call.note(t.CallsJoined(call.id, now, other[0].id, agent))
    call.note(t.TransferStarted(call.id, now, agent, leg, party.kind, party.name))
    conversation.hold(Leg.CUSTOMER)
    conversation.change(replace(conversation.talk, third=Third(leg, party, blind=True)))
    place = DialTarget(f"sip:worker@127.0.0.1:{other[0].worker.sip_port}", worker=True)
    colleague = party.name if party.kind is TargetKind.AGENT else None
    callee = Callee((place,), party.name, call.arrival.number, colleague, JOIN_S, joined=True)
    conversation.ring(leg, callee, agent, call.arrival.number, call.arrival.name)
    conversation.tell_news(news)


def _expect(found: Found, leg: Leg, party: Target, caller: str, agent: str) -> None:
    """The other worker will call this one."""
    call, conversation = found
    now = call.now()
    call.note(t.CallsJoined(call.id, now, caller, agent))
    call.note(t.TransferStarted(call.id, now, agent, leg, party.kind, party.name))
    conversation.hold(Leg.CUSTOMER)
    call.send(StopRecording())
    call.send(ExpectLeg(leg))
    conversation.expect(Third(leg, party, blind=True), JOIN_S + 1.0)


def _party(call: Call) -> Target:
    """The other side of a call."""
    agent = call.people.get(Leg.CUSTOMER)
    if agent is not None:
        return Target(TargetKind.AGENT, agent)
    return Target(TargetKind.EXTERNAL, call.arrival.number)


def _alone(conversation: Conversation) -> tuple[str, Leg, Leg]:
    """The agent, who talks with the customer alone, their seat, and the leg for somebody else."""
    talk = conversation.talk
    if talk.agent is None or talk.seat is None:
        raise NotAllowed("no agent is in this conversation")
    if talk.third is not None:
        raise NotAllowed("somebody is being called or asked already")
    conversation.must_be_free(talk.free_leg)
    return talk.agent, talk.seat, talk.free_leg


def _asked(conversation: Conversation) -> Third:
    third = conversation.talk.third
    if third is None or third.blind:
        raise NotAllowed("nobody is being asked")
    if not third.up:
        raise NotAllowed(f"{third.target.name} has not answered yet")
    return third
