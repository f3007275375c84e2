"""A visit to a queue: wait with music, ring the agents the router offers, talk with one."""

import asyncio

from callserver.call.call import Call
from callserver.model import facts as f
from callserver.model.call import Ending, Leg, Phase, Reason, Result
from callserver.model.commands import BridgeLegs, DialLeg, StartMusic, StartRecording
from callserver.model.events import LegAnswered, LegEnd
from callserver.speech.phrases import Phrase, phrase


class QueueVisit:
    """Implements ``WaitingCall``. However :meth:`run` ends, cancellation included, the router has
    been told, the agent's phone is released and the facts are noted."""

    def __init__(self, call: Call, queue: str, priority: int) -> None:
        self._call = call
        self._house = call.house
        self._queue = queue
        self._priority = priority
        self._told = False
        self._offers: asyncio.Queue[str] = asyncio.Queue()

    def offer(self, agent: str) -> None:
        self._offers.put_nowait(agent)

    def announce(self, position: int) -> None:
        call = self._call
        if call.phase is Phase.QUEUED:
            call.note(f.PositionAnnounced(call.id, call.now(), self._queue, position))
            prompts, language = self._house.prompts, call.language
            busy = (
                () if self._told else (prompts.say(language, phrase(Phrase.AGENTS_BUSY, language)),)
            )
            self._told = True
            call.player.announce((*busy, *prompts.position(language, position)))

    async def run(self) -> None:
        """Returns when customer and agent have talked and the agent hung up."""
        agent = await self._wait()
        await self._talk(agent)

    async def _wait(self) -> str:
        call, since = self._call, self._call.now()
        call.move(Phase.QUEUED)
        call.queue = self._queue
        call.note(f.QueueJoined(call.id, since, self._queue, self._priority, since))
        call.send(StartMusic(Leg.CUSTOMER, self._house.prompts.music(self._queue)))
        try:
            self._house.desk.join(call.id, self._queue, self, self._priority, since)
            agent = await self._offers.get()
            while not await self._ring(agent):
                agent = await self._offers.get()
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

    async def _ring(self, agent: str) -> bool:
        call = self._call
        call.move(Phase.RINGING)
        call.agent = agent
        call.note(f.AgentOffered(call.id, call.now(), self._queue, agent))
        why = await self._dial(agent)
        if why is None:
            return True
        call.move(Phase.QUEUED)
        call.agent = None
        call.note(f.AgentMissed(call.id, call.now(), agent, why))
        self._house.desk.agent_missed(call.id, agent, why)
        return False

    async def _dial(self, agent: str) -> LegEnd | None:
        """Ring the agent's phones; why nobody answered, or None."""
        call = self._call
        targets = self._house.phones.targets(agent)
        if not targets:
            return LegEnd.UNREACHABLE
        call.legs.begin(Leg.AGENT)
        call.send(
            DialLeg(
                leg=Leg.AGENT,
                targets=targets,
                number=call.arrival.number,
                name=call.arrival.name,
                ring_timeout_s=self._house.config.agents.ring_timeout_s,
            )
        )
        outcome = await call.legs.answer(Leg.AGENT)
        return None if isinstance(outcome, LegAnswered) else outcome.end

    async def _talk(self, agent: str) -> None:
        call = self._call
        try:
            if tracks := self._house.recordings.tracks(call.id):
                call.send(StartRecording(tracks))
            call.send(BridgeLegs(Leg.CUSTOMER, Leg.AGENT))
            call.move(Phase.TALKING)
            call.note(f.AgentAnswered(call.id, call.now(), agent))
            await call.legs.end(Leg.AGENT)
            call.served = Ending(Result.ANSWERED, Reason.AGENT_HUNG_UP)
            call.move(Phase.FLOW)
        finally:
            ended = call.now()
            await call.release(Leg.AGENT)
            self._house.desk.agent_finished(call.id, agent)
            call.note(f.AgentFinished(call.id, ended, agent))
            call.agent = None
