"""A call that somebody ordered for an agent (click to call): the agent's phones ring, the agent
hears what it is, and then the other side is called, who hears us only when the agent is there."""

import asyncio
from contextlib import suppress

from callserver import log
from callserver.call.direct import LEG_FAILED, NOT_TAKEN, AgentsCall
from callserver.call.directory import Callee
from callserver.call.reconcile import Now
from callserver.call.restore import OpenCall
from callserver.call.services import Services
from callserver.model import events as e
from callserver.model import facts as f
from callserver.model import talk_facts as t
from callserver.model.call import Arrival, Direction, Ending, Leg, Phase, Reason, Result
from callserver.model.commands import WHISPER, DialLeg, PlayPrompts, StartMusic, StopMusic
from callserver.model.errors import PromptError
from callserver.model.events import LegEnded
from callserver.model.ports import CallWorker
from callserver.speech.phrases import Phrase, phrase

_log = log.get("outgoing")

BRIEF_S = 15.0  # a whisper that has not ended by then never will
NO_AGENT = Ending(Result.FAILED, Reason.NO_AGENT)


class OrderedSession(AgentsCall):
    """``phones`` are the agent's (None: after a restart, they ring already or are answered);
    ``callee`` None: the other side was called by the last controller, or must not be any more."""

    arrives = None

    def __init__(
        self,
        call: str,
        arrival: Arrival,
        agent: str,
        phones: Callee | None,
        callee: Callee | None,
        house: Services,
        order: t.CallOrdered | None = None,
    ) -> None:
        language = house.config.speech.language
        super().__init__(call, arrival, agent, callee, Direction.OUTBOUND, language, house)
        self._phones = phones
        self._order = order
        self._agent_up = False
        self._rings = False
        self._briefed = asyncio.Event()

    def begin(self, worker: CallWorker) -> None:
        super().begin(worker)
        if self._order is not None:
            self._call.note(self._order)

    async def _conduct(self) -> None:
        call, phones = self._call, self._phones
        if phones is None:
            return
        call.legs.begin(Leg.AGENT)
        call.send(
            DialLeg(
                leg=Leg.AGENT,
                targets=phones.targets,
                number=call.arrival.number,
                name=call.arrival.name,
                ring_timeout_s=phones.ring_s,
                at_once=True,
            )
        )
        await self._reach()

    async def _reach(self) -> None:
        """The agent's phones ring; then the other side's."""
        call, callee = self._call, self._callee
        if isinstance(await call.legs.answer(Leg.AGENT), LegEnded):
            self._end(self._without_agent)
            return
        self._agent_up = True
        await self._brief()
        if callee is None:
            self._end(LEG_FAILED)
            return
        # On disk before anything is sent: a controller that dies in between calls nobody twice.
        await self._house.journal.keep(self._dialled(callee))
        call.send(StartMusic(Leg.AGENT, self._house.ringback))
        self._dial(callee)
        await self._ring()

    async def _brief(self) -> None:
        files = self._whisper()
        if files:
            self._call.send(PlayPrompts(Leg.AGENT, WHISPER, files, False))
            with suppress(TimeoutError):
                async with asyncio.timeout(BRIEF_S):
                    await self._briefed.wait()

    def _whisper(self) -> tuple[str, ...]:
        prompts, language = self._house.prompts, self._house.config.speech.language
        try:
            first = prompts.say(language, phrase(Phrase.WHISPER_OUTGOING, language))
            name = prompts.name(language, self._call.arrival.name)
        except PromptError as error:
            _log.warning("whisper_not_prepared", call=self.id, error=str(error))
            return ()
        return (first,) if name is None else (first, name)

    async def _ring(self) -> None:
        """The other side is called; the agent hears it ring."""
        call = self._call
        outcome = await call.legs.answer(Leg.CUSTOMER)
        call.send(StopMusic(Leg.AGENT))
        if isinstance(outcome, LegEnded):
            self._end(NOT_TAKEN.get(outcome.end, LEG_FAILED))
            return
        call.note(f.CallAnswered(call.id, outcome.at))
        call.move(Phase.FLOW)
        await self._talk(outcome.at)

    @property
    def _without_agent(self) -> Ending:
        return super()._without_agent if self._agent_up else NO_AGENT

    def _on_briefed(self, event: e.PromptsEnded) -> None:
        super()._on_briefed(event)
        self._briefed.set()

    # --- after a restart ------------------------------------------------------------------------

    def _reconcile(self, before: OpenCall, returned: e.WorkerReturned) -> Now:
        self._rings = Leg.CUSTOMER in returned.ringing
        self._agent_up = any(one.leg is Leg.AGENT for one in returned.answered)
        return super()._reconcile(before, returned)

    async def _go_on_calling(self, before: OpenCall, now: Now) -> None:
        call, dialled = self._call, before.place.agent is not None
        if Leg.AGENT not in call.legs.alive():
            self._end(call.served or self._without_agent)
        elif not dialled:
            await self._reach()
        elif now.phase is Phase.FLOW and before.record.talking_at is None:
            await self._talk(before.record.answered_at or call.now())
        elif now.phase is Phase.ARRIVING and self._rings:
            await self._ring()
        else:  # the order to call them died with the last controller, and nobody is called twice
            self._end(call.served or LEG_FAILED)

    def _unreached(self, now: Now) -> Ending:
        gone = now.customer_gone
        return LEG_FAILED if gone is None else NOT_TAKEN.get(gone.end, LEG_FAILED)
