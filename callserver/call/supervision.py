"""A supervisor in a conversation: listens, whispers, speaks with all, takes over."""

from dataclasses import replace

from callserver.call.call import Call
from callserver.call.conversation import Conversation
from callserver.call.talk import Talk, Watcher
from callserver.model import talk_facts as t
from callserver.model.call import Leg
from callserver.model.commands import HangUpLeg
from callserver.model.errors import NotAllowed
from callserver.model.talk import SupervisorMode, Target, TargetKind

BOSS = Leg.SUPERVISOR


def supervise(call: Call, conversation: Conversation, username: str, mode: SupervisorMode) -> None:
    """Let this supervisor hear the conversation in this way: their phone is rung, or, when they
    are there already, the way is changed. Raises ``NotAllowed``, ``UnknownName``."""
    talk, now = conversation.talk, call.now()
    if talk.watcher is not None:
        if talk.watcher.username != username:
            raise NotAllowed(f"{talk.watcher.username} is the supervisor of this conversation")
        conversation.change(replace(talk, watcher=replace(talk.watcher, mode=mode)))
        call.note(t.SupervisorModeChanged(call.id, now, username, mode))
        return
    if talk.seat is None or username == talk.agent:
        raise NotAllowed("there is nobody to supervise")
    conversation.must_be_free(BOSS)
    target = Target(TargetKind.AGENT, username)
    callee = call.house.directory.find(target, talk.agent or "", call.arrival.dialled)
    call.note(t.SupervisorCalled(call.id, now, username, mode))
    conversation.change(replace(talk, watcher=Watcher(username, mode)))
    shown = talk.agent or call.arrival.number
    conversation.ring(BOSS, callee, username, shown, shown)


def take_over(call: Call, conversation: Conversation, username: str) -> None:
    """The supervisor, who is there, sits in the agent's place; a third party who is being asked
    goes too. Raises ``NotAllowed``."""
    talk = conversation.talk
    watcher = talk.watcher
    if watcher is None or watcher.username != username or not watcher.up:
        raise NotAllowed(f"{username} is not in this conversation")
    leaving = [] if talk.seat is None else [talk.seat]
    if talk.third is not None:
        leaving.append(talk.third.leg)
    agent = talk.agent
    conversation.left()
    conversation.change(Talk(BOSS, username))
    call.note(t.CallTakenOver(call.id, call.now(), username, agent))
    conversation.seated(username)
    for leg in leaving:
        call.send(HangUpLeg(leg))


def leave(call: Call, conversation: Conversation) -> None:
    """The supervisor goes. Raises ``NotAllowed``."""
    if conversation.talk.watcher is None:
        raise NotAllowed("no supervisor is in this conversation")
    call.send(HangUpLeg(BOSS))
