"""An agent asks whoever of a queue is free: waits there like a caller, with a ringing tone, while
the customer hears music. There is one leg for them, so agents are rung one after the other.
"""

from dataclasses import replace

from callserver.call.call import Call
from callserver.call.conversation import Conversation
from callserver.call.directory import Callee
from callserver.call.talk import Third
from callserver.model.commands import HangUpLeg
from callserver.model.events import LegEnd
from callserver.model.overflow import Notice, Overflow
from callserver.model.talk import Target, TargetKind
from callserver.model.ticket import Ticket


def name_of(call: str) -> str:
    """What the distribution calls the one who asks in this call: the caller has a name already."""
    return f"{call}.asks"


class Asking:
    """Implements ``WaitingCall`` for the agent who asks, and hears the conversation's third leg
    until somebody answers there."""

    def __init__(self, call: Call, conversation: Conversation, third: Third, asker: str) -> None:
        self.name = name_of(call.id)
        self._call = call
        self._conversation = conversation
        self._third = third
        self._asker = asker
        self._desk = call.house.desk
        self._next = ""
        self._rung = ""
        self._over = False

    def start(self, queue: str, priority: int) -> None:
        """Wait. Raises ``UnknownName``."""
        now, ticket = self._call.now(), Ticket(one_by_one=True)
        self._desk.join(self.name, queue, self, priority, now, ticket)

    def stop(self) -> None:
        """Nobody asks any more; who is rung is free again."""
        if not self._over:
            self._over = True
            self._desk.leave(self.name)

    # -- the router's side

    def offer(self, agent: str) -> None:
        self._next = agent
        self._ring_next()

    def retract(self, agent: str) -> None:
        if agent == self._next:
            self._next = ""
        elif agent == self._rung:
            self._rung = ""
            self._call.send(HangUpLeg(self._third.leg))

    def send(self, queue: str) -> None:
        """Another queue is asked instead."""
        self.retract(self._rung)
        self._desk.leave(self.name)
        self.start(queue, self._call.priority)

    def announce(self, notice: Notice) -> None:
        """Agents are told nothing; they hear that it rings."""

    def divert(self, why: Overflow, to: str) -> None:
        """The queue does not take or keep anybody: there is nobody to ask."""
        self._over = True
        self._conversation.without(self._conversation.talk.third or self._third, LegEnd.UNREACHABLE)

    # -- the leg's side

    def answered(self) -> Third | None:
        """Whoever is rung is there: they are the one who is asked. None: they were taken back."""
        if not self._rung:
            self._call.send(HangUpLeg(self._third.leg))
            return None
        self._over = True
        self._desk.agent_answered(self.name, self._rung)
        return replace(self._third, target=Target(TargetKind.AGENT, self._rung), up=True)

    def missed(self, why: LegEnd) -> None:
        """The phone did not take it, or was taken back; the next one may."""
        agent, self._rung = self._rung, ""
        if agent and not self._over:
            self._desk.agent_missed(self.name, agent, why)
        self._ring_next()

    def finished(self, agent: str) -> None:
        """They are free of the question."""
        self._desk.agent_finished(self.name, agent)

    def _ring_next(self) -> None:
        leg, house = self._third.leg, self._call.house
        if not self._next or self._rung or leg in self._call.legs.alive():
            return
        agent, self._next = self._next, ""
        targets = house.phones.targets(agent)
        if not targets:
            self._desk.agent_missed(self.name, agent, LegEnd.UNREACHABLE)
            return
        self._rung = agent
        ring_s = house.config.agents.ring_timeout_s
        callee = Callee(targets, agent, agent, agent, ring_s, joined=True)
        # the worker forgot who hears this leg when the last one on it was gone
        self._conversation.change(self._conversation.talk)
        self._conversation.ring(leg, callee, self._asker, self._asker, self._asker)
