"""A visit to a queue: wait with music, ring the agents the router offers, talk with one."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from callserver.call.call import Call
from callserver.call.conversation import Conversation
from callserver.call.reconcile import Now
from callserver.call.restore import Place
from callserver.call.talk import Talk
from callserver.call.whisper import whisper
from callserver.model import facts as f
from callserver.model.call import Leg, Phase
from callserver.model.commands import DialLeg, HangUpLeg, StartMusic
from callserver.model.events import LegAnswered, LegEnd, LegEnded
from callserver.model.flow import SERVED, Waited, WaitEnd
from callserver.model.overflow import Notice, Overflow
from callserver.model.ticket import NOTHING, Ticket
from callserver.speech.phrases import Phrase, phrase


class _SentOn(Exception):
    """The queue sends the caller on."""


class QueueVisit:
    """Implements ``WaitingCall``. However :meth:`run` ends, cancellation included, the router has
    been told, the agent's phone is released and the facts are noted."""

    def __init__(
        self,
        call: Call,
        queue: str,
        priority: int,
        entered_at: float | None = None,
        ticket: Ticket = NOTHING,
    ) -> None:
        """``entered_at``: the caller waited before, and keeps the place."""
        self._call = call
        self._house = call.house
        self._queue = queue
        self._priority = call.priority = priority
        self._entered_at = entered_at
        self._ticket = replace(ticket, number=call.arrival.number)
        self._told = False
        self._offers: deque[str] = deque()
        self._offered = asyncio.Event()
        self._taken_back: str | None = None
        self._sent_on = False
        self.onward = ""
        self.ended = SERVED

    def offer(self, agent: str) -> None:
        self._offers.append(agent)
        self._offered.set()

    def retract(self, agent: str) -> None:
        if agent in self._offers:
            self._offers.remove(agent)
        elif self._call.phase is Phase.RINGING and self._call.agent == agent:
            self._taken_back = agent
            self._call.send(HangUpLeg(Leg.AGENT))

    def divert(self, why: Overflow, to: str) -> None:
        call = self._call
        call.note(f.QueueOverflowed(call.id, call.now(), self._queue, why, to))
        self.onward = to
        self._go(Waited(WaitEnd.SENT_ON, to or why.value))

    def leave(self, ended: Waited) -> None:
        """The caller waits here no longer; nothing happens when they talk already."""
        call = self._call
        if call.phase is Phase.RINGING and call.agent is not None:
            self.retract(call.agent)
        if call.phase in (Phase.QUEUED, Phase.RINGING):
            self._go(ended)

    def _go(self, ended: Waited) -> None:
        self.ended, self._sent_on = ended, True
        self._offered.set()

    def announce(self, notice: Notice) -> None:
        call, position = self._call, notice.position
        if call.phase is Phase.QUEUED and position is not None:
            call.note(f.PositionAnnounced(call.id, call.now(), self._queue, position))
            prompts, language = self._house.prompts, call.language
            busy = (
                () if self._told else (prompts.say(language, phrase(Phrase.AGENTS_BUSY, language)),)
            )
            self._told = True
            call.player.announce((*busy, *prompts.position(language, position)))

    async def run(self) -> None:
        """Returns when customer and agent have talked and the agent hung up, or when the queue
        sends the caller on (where to stands in ``onward``)."""
        call, now = self._call, self._call.now()
        since = now if self._entered_at is None else self._entered_at
        call.move(Phase.QUEUED)
        call.queue, call.entered_at, call.visit = self._queue, since, self
        call.note(f.QueueJoined(call.id, now, self._queue, self._priority, since, self._ticket))
        call.send(StartMusic(Leg.CUSTOMER, self._house.prompts.music(self._queue)))
        desk = self._house.desk
        desk.join(call.id, self._queue, self, self._priority, since, self._ticket)
        await self._serve(now, rung=None)

    async def go_on(self, was: Phase, place: Place, now: Now) -> None:
        """:meth:`run`, taken up after a restart: the journal left the call in phase ``was`` at
        ``place``, and that is where it is ``now``."""
        call, desk = self._call, self._house.desk
        since, agent = place.entered_at or call.now(), place.agent
        call.queue, call.agent, self._told = self._queue, now.agent, True
        call.entered_at, call.visit = since, self
        call.people[Leg.AGENT] = now.agent
        if place.talk is not None and not place.talk.is_plain:
            await self._conversation(agent or "", place.talk, now.events)
            return
        if was is not Phase.TALKING:
            ticket = self._ticket = place.ticket
            desk.rejoin(call.id, self._queue, self, self._priority, since, agent, ticket)
        if was is Phase.RINGING and agent is not None:
            if now.missed is not None:
                desk.agent_missed(call.id, agent, now.missed.end)
            elif now.phase in (Phase.TALKING, Phase.FLOW):
                desk.agent_answered(call.id, agent)
            elif now.phase is Phase.QUEUED:
                self.offer(agent)  # reserved, but the order to ring died with the controller
        if now.phase is Phase.TALKING and agent is not None:
            await self._conversation(agent)
        elif now.phase is Phase.FLOW and agent is not None:
            desk.agent_finished(call.id, agent)
        else:
            await self._serve(since, rung=now.agent)

    async def _serve(self, since: float, rung: str | None) -> None:
        try:
            await self._talk(await self._find(since, rung))
        except _SentOn:
            await self._go_onward(since)

    async def _go_onward(self, since: float) -> None:
        """To the next queue of the overflow chain, with the time waited; anywhere else is for the
        flow to find."""
        call = self._call
        kind, _, name = self.onward.partition(":")
        call.move(Phase.FLOW)
        if kind == "queue":
            been = (*self._ticket.been, self._queue)
            entered_at = call.entered_at or since
            visit = QueueVisit(
                call, name, self._priority, entered_at, replace(self._ticket, been=been)
            )
            self.ended = SERVED
            await visit.run()
            self.onward, self.ended = visit.onward, visit.ended

    async def _find(self, since: float, rung: str | None) -> str:
        """An agent who answered. ``rung`` is one whose phone rings already."""
        call = self._call
        try:
            agent = rung or await self._next_offer()
            found = await (self._outcome(agent) if rung else self._ring(agent))
            while not found:
                agent = await self._next_offer()
                found = await self._ring(agent)
        except BaseException:
            left = call.now()
            await call.release(Leg.AGENT)
            self._house.desk.leave(call.id)
            call.note(f.QueueLeft(call.id, left, self._queue, left - since))
            raise
        self._house.desk.agent_answered(call.id, agent)
        answered = call.now()
        call.note(f.QueueLeft(call.id, answered, self._queue, answered - since))
        return agent

    async def _next_offer(self) -> str:
        while not self._sent_on:
            if self._offers:
                return self._offers.popleft()
            self._offered.clear()
            await self._offered.wait()
        raise _SentOn

    async def _ring(self, agent: str) -> bool:
        call = self._call
        call.move(Phase.RINGING)
        call.agent = agent
        call.note(f.AgentOffered(call.id, call.now(), self._queue, agent))
        if self._dial(agent):
            return await self._outcome(agent)
        return self._missed(agent, LegEnd.UNREACHABLE)

    async def _outcome(self, agent: str) -> bool:
        """Whether the phone that rings is answered."""
        outcome = await self._call.legs.answer(Leg.AGENT)
        if self._taken_back == agent:  # an answer that came too late binds nobody
            await self._call.release(Leg.AGENT)
            self._taken_back = self._call.agent = None
            self._call.move(Phase.QUEUED)
            return False
        return isinstance(outcome, LegAnswered) or self._missed(agent, outcome.end)

    def _missed(self, agent: str, why: LegEnd) -> bool:
        call = self._call
        call.move(Phase.QUEUED)
        call.agent = None
        call.note(f.AgentMissed(call.id, call.now(), agent, why))
        self._house.desk.agent_missed(call.id, agent, why)
        return False

    def _dial(self, agent: str) -> bool:
        """Ring the agent's phones, if there are any. The worker connects the two by itself when
        one answers, so that nobody hears dead air, and also while no controller is there."""
        call = self._call
        targets = self._house.phones.targets(agent)
        if not targets:
            return False
        call.legs.begin(Leg.AGENT)
        call.people[Leg.AGENT] = agent
        call.send(
            DialLeg(
                leg=Leg.AGENT,
                targets=targets,
                number=call.arrival.number,
                name=call.arrival.name,
                ring_timeout_s=self._house.config.agents.ring_timeout_s,
                bridge_to=Leg.CUSTOMER,
                tracks=call.taping.tracks(Leg.AGENT),
                whisper=whisper(call),
            )
        )
        return True

    async def _talk(self, agent: str) -> None:
        call = self._call
        call.move(Phase.TALKING)
        call.note(f.AgentAnswered(call.id, call.now(), agent))
        await self._conversation(agent)

    async def _conversation(
        self, agent: str, talk: Talk | None = None, events: Iterable[LegAnswered | LegEnded] = ()
    ) -> None:
        """Until nobody of ours is with the customer, and on to the next queue if they are sent
        there. ``talk`` is where it stood at a restart, ``events`` what its legs did meanwhile."""
        call, desk = self._call, self._house.desk
        begun = talk or Talk(Leg.AGENT, agent)
        conversation = Conversation(call, begun, lambda: desk.agent_finished(call.id, agent))
        onward = await conversation.run(events)
        call.move(Phase.FLOW)
        if onward is not None:
            visit = QueueVisit(call, onward.queue, self._priority, onward.entered_at)
            await visit.run()
            self.onward, self.ended = visit.onward, visit.ended
