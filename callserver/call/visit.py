"""A visit to a queue: wait with music, ring the agents the router offers, talk with one."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from callserver.call.call import Call
from callserver.call.conversation import Conversation
from callserver.call.notices import sound
from callserver.call.reconcile import Now
from callserver.call.restore import Place
from callserver.call.ringing import Ringing
from callserver.call.talk import Talk
from callserver.call.whisper import learn_name
from callserver.model import facts as f
from callserver.model.call import Leg, Phase
from callserver.model.commands import StartMusic
from callserver.model.events import LegAnswered, LegEnd, LegEnded
from callserver.model.flow import SERVED, Waited, WaitEnd
from callserver.model.overflow import Notice, Overflow
from callserver.model.ticket import NOTHING, Ticket


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
        self._ringing = Ringing(call, self._missed)
        self._taker: str | None = None
        self._changed = asyncio.Event()
        self._sent_on = False
        self.onward = ""
        self.ended = SERVED

    # -- the router's side

    def offer(self, agent: str) -> None:
        call = self._call
        if self._taker is not None:
            return  # they will be taken back in a moment
        if call.phase is Phase.QUEUED:
            call.move(Phase.RINGING)
        call.agent = call.agent or agent
        call.note(f.AgentOffered(call.id, call.now(), self._queue, agent))
        self._ringing.ring(agent)

    def retract(self, agent: str) -> None:
        if agent == self._taker:
            self._taker = None
            self._ringing.refuse()
        self._ringing.stop(agent)
        self._settle()

    def send(self, queue: str) -> None:
        if self._taker is None:
            self.onward = f"queue:{queue}"
            self.leave(Waited(WaitEnd.SENT_ON, self.onward))

    def divert(self, why: Overflow, to: str) -> None:
        call = self._call
        call.note(f.QueueOverflowed(call.id, call.now(), self._queue, why, to))
        self.onward = to
        self._go(Waited(WaitEnd.SENT_ON, to or why.value))

    def leave(self, ended: Waited) -> None:
        """The caller waits here no longer; nothing happens when they talk already."""
        if self._taker is None and self._call.phase in (Phase.QUEUED, Phase.RINGING):
            for agent in self._ringing.agents:
                self.retract(agent)
            self._go(ended)

    def _go(self, ended: Waited) -> None:
        self.ended, self._sent_on = ended, True
        self._changed.set()

    def announce(self, notice: Notice) -> None:
        call = self._call
        if call.phase is not Phase.QUEUED:
            return
        if notice.position is not None:
            wait = notice.wait
            low, high = (None, None) if wait is None else (wait.low, wait.high)
            told = (self._queue, notice.position, low, high)
            call.note(f.PositionAnnounced(call.id, call.now(), *told))
        prompts, language = self._house.prompts, call.language
        files = sound(notice, prompts, language, call.exits, first=not self._told)
        self._told = True
        if files:
            call.player.announce(files)

    # -- the phones' side

    def on_answered(self, event: LegAnswered) -> None:
        """A phone that was rung is answered."""
        self._taker = self._ringing.answered(event)
        if self._taker is not None:
            self._call.agent = self._taker
            self._changed.set()

    def on_rung(self, event: LegEnded) -> None:
        """One of those who were rung is rung no more."""
        self._ringing.ended(event)

    def on_leg_gone(self) -> None:
        """Whoever answered and was not to have the call has hung up."""
        self._ringing.leg_gone()

    def _missed(self, agent: str, why: LegEnd) -> None:
        self._settle()
        self._call.note(f.AgentMissed(self._call.id, self._call.now(), agent, why))
        self._house.desk.agent_missed(self._call.id, agent, why)

    def _settle(self) -> None:
        """Who is rung has changed."""
        call = self._call
        if call.phase is Phase.RINGING and self._taker is None:
            call.agent = next(iter(self._ringing.agents), None)
            if call.agent is None:
                call.move(Phase.QUEUED)

    # -- from the beginning to the end

    async def run(self) -> None:
        """Returns when customer and agent have talked and the agent hung up, or when the queue
        sends the caller on (where to stands in ``onward``)."""
        call, now = self._call, self._call.now()
        since = now if self._entered_at is None else self._entered_at
        if (held := self._house.held(self._queue, call.arrival.number)) is not None:
            since = min(since, held)
        call.move(Phase.QUEUED)
        call.queue, call.entered_at, call.visit = self._queue, since, self
        call.note(f.QueueJoined(call.id, now, self._queue, self._priority, since, self._ticket))
        call.send(StartMusic(Leg.CUSTOMER, self._house.prompts.music(self._queue)))
        self._join(since)
        naming = asyncio.create_task(learn_name(call, self._queue), name=f"call.{call.id}.name")
        try:
            await self._serve(now)
        finally:
            naming.cancel()

    def _join(self, since: float) -> None:
        """Let the router know that they wait."""
        place = (self._priority, since, self._ticket)
        self._house.desk.join(self._call.id, self._queue, self, *place)

    async def go_on(self, was: Phase, place: Place, now: Now) -> None:
        """:meth:`run`, taken up after a restart: the journal left the call in phase ``was`` at
        ``place``, and that is where it is ``now``."""
        call, desk = self._call, self._house.desk
        since = place.entered_at or call.now()
        call.queue, self._told = self._queue, True
        call.entered_at, call.visit = since, self
        if place.talk is not None and not place.talk.is_plain:
            await self._conversation(place.agent or "", place.talk, now.events)
            return
        if was is not Phase.TALKING:
            ticket = self._ticket = place.ticket
            self._taker = now.taken_by
            for agent in now.rung:
                self._ringing.goes_on(agent)
            here = (place.rung, ticket, place.by_hand)
            desk.rejoin(call.id, self._queue, self, self._priority, since, *here)
            for missed in now.missed:
                desk.agent_missed(call.id, missed.who, missed.end)
            call.tell_unheard(self)
        talker = now.taken_by or place.agent
        if now.taken_by is not None:
            desk.agent_answered(call.id, now.taken_by)
        if now.phase is Phase.TALKING and talker is not None:
            call.people[Leg.AGENT] = talker
            await self._conversation(talker)
        elif now.phase is Phase.FLOW and talker is not None:
            desk.agent_finished(call.id, talker)
        else:
            for agent in now.lost:
                self.offer(agent)  # reserved, but the order to ring died with the controller
            await self._serve(since)

    async def _serve(self, since: float) -> None:
        try:
            await self._talk(await self._find(since))
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

    async def _find(self, since: float) -> str:
        """An agent who answered."""
        call = self._call
        try:
            while (agent := self._taker) is None:
                if self._sent_on:
                    raise _SentOn
                self._changed.clear()
                await self._changed.wait()
        except BaseException:
            left = call.now()
            await self._ringing.release()
            self._house.desk.leave(call.id)
            call.note(f.QueueLeft(call.id, left, self._queue, left - since))
            raise
        self._house.desk.agent_answered(call.id, agent)
        answered = call.now()
        call.note(f.QueueLeft(call.id, answered, self._queue, answered - since))
        return agent

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
