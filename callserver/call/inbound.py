"""A call to one of our lines: its flow decides what comes next, a queue visit finds an agent."""

import asyncio

from callserver import log
from callserver.call import acquaintance, lifecycle
from callserver.call.call import Call
from callserver.call.control import FlowControl
from callserver.call.dialled import caught_up
from callserver.call.giving_up import suggested
from callserver.call.reconcile import Now
from callserver.call.restore import OpenCall
from callserver.call.services import Services
from callserver.call.session import Session
from callserver.config.outgoing import zone
from callserver.ivr import interpreter
from callserver.ivr.budget import limits
from callserver.ivr.flow import Flow
from callserver.ivr.interpreter import At
from callserver.model import events as e
from callserver.model import facts as f
from callserver.model.call import Arrival, Ending, Leg, Phase, Reason, Result
from callserver.model.caller_facts import CallerKnown
from callserver.model.commands import AnswerLeg
from callserver.model.errors import CallServerError, ConfigError, OutsideError
from callserver.model.ports import CallWorker
from callserver.speech.phrases import Phrase, phrase

_log = log.get("call")


class CallSession(Session):
    """One call. ``line_name`` is what people call its line."""

    def __init__(
        self,
        call: str,
        arrival: Arrival,
        flow: Flow,
        language: str,
        house: Services,
        line_name: str = "",
    ) -> None:
        super().__init__(Call(call, arrival, language, house))
        self._control = FlowControl(self._call, line_name, self._end)
        self._flow = flow
        self._past: asyncio.Task[None]
        self._asked: asyncio.Task[None]
        self.version = flow.name, flow.version

    def resume(self, before: OpenCall, returned: e.WorkerReturned, worker: CallWorker) -> bool:
        there = super().resume(before, returned, worker)
        if self._before is not None:
            self._control.take_up(*self._before)
        return there

    def _customer_gone(self, before: OpenCall, now: Now) -> None:
        """While no controller was there. Who hung up on whom, the worker has seen."""
        agent = before.place.agent
        dialled = caught_up(before.place.dialled, now.facts)
        if dialled is not None and now.customer_gone is not None:
            self._call.served = self._call.served or dialled.left(now.customer_gone)
        if agent is not None and before.record.phase is Phase.TALKING:
            self._house.desk.agent_finished(self.id, agent)
        hung_up = now.customer_gone is not None and now.customer_gone.end is e.LegEnd.HUNG_UP
        talked = self._call.served is not None or now.phase is Phase.TALKING
        if talked and hung_up and dialled is None:
            self._end(lifecycle.CUSTOMER_LEFT[Phase.TALKING])
        else:
            self._end(self._call.served or lifecycle.CUSTOMER_LEFT[now.phase])

    async def run(self) -> None:
        self._past = asyncio.create_task(self._recall(), name=f"call.{self.id}.past")
        self._asked = asyncio.create_task(self._ask(), name=f"call.{self.id}.asked")
        await super().run()
        self._past.cancel()
        self._asked.cancel()

    async def _recall(self) -> None:
        """What our own contacts know of the caller, within a moment."""
        knowledge = self._control.knowledge
        await knowledge.fetch()
        if knowledge.caller:
            self._met(acquaintance.STORE)

    async def _ask(self) -> None:
        """What a CRM knows; that comes before ours, whenever it comes."""
        lookup, knowledge = self._house.lookup, self._control.knowledge
        try:
            found = await lookup.find(knowledge.number)
        except (OutsideError, ConfigError) as error:
            _log.warning("caller_not_looked_up", call=self.id, source=lookup.source, why=str(error))
            return
        await asyncio.wait({self._past})
        if found is not None:
            knowledge.learn(acquaintance.fields(found))
            self._met(lookup.source)

    def unwanted(self, source: str) -> None:
        """A CRM that was told of the call has them on its block list."""
        self._control.knowledge.learn(acquaintance.BLOCKED)
        self._met(source)

    def _met(self, source: str) -> None:
        call, known = self._call, self._control.knowledge.caller
        call.contact = known
        call.note(CallerKnown(call.id, call.now(), source, dict(known)))
        if acquaintance.refused(known, call.phase, self._house.config.lookup):
            self._end(Ending(Result.REJECTED, Reason.UNWANTED))

    async def _close(self, ending: Ending) -> None:
        self._suggest(ending)
        await super()._close(ending)

    def _suggest(self, ending: Ending) -> None:
        """Who gave up waiting may be called back, if somebody says so."""
        call, house = self._call, self._house
        record = house.journal.record(call.id)
        queue = None if record is None else house.config.queues.get(record.queue or "")
        if record is None or queue is None:
            return
        found = suggested(
            record,
            ending,
            house.directory.dialable(record.number),
            queue.callback.suggest,
            zone(house.config.outgoing.timezone),
            priority=call.priority,
            language=call.language,
            at=call.now(),
        )
        if found is not None:
            call.note(found)

    async def _conduct(self) -> None:
        if await self._arrived():
            await self._answer()

    async def _answer(self) -> None:
        call = self._call
        await asyncio.wait({self._past})  # who is blocked in our own contacts is not answered
        call.send(AnswerLeg(Leg.CUSTOMER))
        answer = await call.legs.answer(Leg.CUSTOMER)
        call.note(f.CallAnswered(call.id, answer.at))
        call.move(Phase.FLOW)
        await self._walk(At())

    async def _go_on(self, before: OpenCall, now: Now) -> None:
        """:meth:`_conduct`, taken up after a restart where the call is now."""
        if now.stray:
            await self._call.release(Leg.AGENT)
        if now.phase is Phase.ARRIVING:
            await self._answer()
        else:
            await self._walk(At(before.progress.place, before.progress.secrets))

    async def _acquainted(self, at: At) -> None:
        """Whoever calls is known, or nobody waits for that any longer."""
        call, control = self._call, self._control
        await asyncio.wait({self._past})
        left_s = call.arrival.at + self._house.lookup.wait_s - call.now()
        if left_s > 0:
            await asyncio.wait({self._asked}, timeout=left_s)
        chosen = acquaintance.language(call.contact, self._house.config.lookup)
        if chosen is not None and at == At():
            control.speak(chosen)

    async def _walk(self, at: At) -> None:
        """Through the flow, from its start or a step."""
        flow, control, prompts = self._flow, self._control, self._house.prompts
        if self._call.phase is Phase.FLOW:  # who waits in a queue must be back in it at once
            await self._acquainted(at)
        try:
            await interpreter.run(flow, control, prompts, at, limits(self._house.config.ivr))
        except CallServerError as error:
            _log.error("flow_failed", call=self.id, flow=flow.name, error=str(error))
            sorry = prompts.say(control.language, phrase(Phrase.SORRY, control.language))
            await control.play((sorry,), barge_in=False)
            self._end(Ending(Result.FAILED, Reason.FLOW_ERROR))
