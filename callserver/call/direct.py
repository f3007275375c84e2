"""A call that an agent makes: to a colleague, or to somebody outside. The agent's phone called us,
so theirs is the leg that is answered; the other side takes the customer's place.

:class:`AgentsCall` is what is the same when we call the agent first (``ordered``).
"""

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import replace

from callserver.call import lifecycle
from callserver.call.call import Call
from callserver.call.conversation import Conversation
from callserver.call.directory import Callee
from callserver.call.reconcile import Now
from callserver.call.restore import OpenCall
from callserver.call.services import Services
from callserver.call.session import Session
from callserver.call.talk import Talk
from callserver.call.visit import QueueVisit
from callserver.model import events as e
from callserver.model import facts as f
from callserver.model import talk_facts as t
from callserver.model.call import Arrival, Direction, Ending, Leg, Phase, Reason, Result
from callserver.model.commands import AnswerLeg, DialLeg, ExpectLeg, HangUpLeg, RingLeg
from callserver.model.events import LegAnswered, LegEnd, LegEnded
from callserver.model.ports import CallWorker
from callserver.model.talk import TargetKind

NOT_TAKEN = {
    LegEnd.BUSY: Ending(Result.FAILED, Reason.CALLEE_BUSY),
    LegEnd.DECLINED: Ending(Result.FAILED, Reason.CALLEE_DECLINED),
    LegEnd.NO_ANSWER: Ending(Result.FAILED, Reason.NO_ANSWER),
    LegEnd.UNREACHABLE: Ending(Result.FAILED, Reason.UNREACHABLE),
}
LEG_FAILED = Ending(Result.FAILED, Reason.LEG_FAILED)
GIVEN_UP = Ending(Result.ABANDONED, Reason.BEFORE_ANSWER)
# What the agent's phone is told: a time-out of ours looks like nobody there.
CODES = {LegEnd.NO_ANSWER: 480, LegEnd.FAILED: 500}


class AgentsCall(Session):
    """One call of ``agent``. ``callee`` is None after a restart: they are called already."""

    def __init__(
        self,
        call: str,
        arrival: Arrival,
        agent: str,
        callee: Callee | None,
        direction: Direction,
        language: str,
        house: Services,
    ) -> None:
        super().__init__(Call(call, arrival, language, house))
        self._agent = agent
        self._callee = callee
        self.direction = direction

    async def run(self) -> None:
        directory, callee = self._house.directory, self._callee
        self._call.people[Leg.AGENT] = self._agent
        directory.occupy(self._agent, self._call.id)
        if callee is not None:
            self._call.people[Leg.CUSTOMER] = callee.agent
            directory.began(callee, self._agent, self._callee_tag)
        try:
            await super().run()
        finally:
            self._free()
            self._callee_free()

    @property
    def _callee_tag(self) -> str:
        return f"{self._call.id}/callee"

    def _free(self) -> None:
        """The agent's phone may ring again; saying it twice does no harm."""
        self._house.directory.vacate(self._agent, self._call.id)

    def _callee_free(self) -> None:
        if self._callee is not None:
            self._house.directory.ended(self._callee, self._agent, self._callee_tag)

    def _dialled(self, callee: Callee) -> t.AgentDialled:
        """The fact that the other side is called."""
        kind = TargetKind.EXTERNAL if callee.agent is None else TargetKind.AGENT
        call = self._call
        return t.AgentDialled(call.id, call.now(), self._agent, kind, callee.number)

    def _dial(self, callee: Callee) -> None:
        call = self._call
        call.legs.begin(Leg.CUSTOMER)
        call.send(
            DialLeg(
                leg=Leg.CUSTOMER,
                targets=callee.targets,
                number=self._agent if callee.agent is not None else callee.caller,
                name=self._agent if callee.agent is not None else "",
                ring_timeout_s=callee.ring_s,
                bridge_to=Leg.AGENT,
                tracks=call.taping.tracks(Leg.CUSTOMER),
                at_once=callee.agent is not None,
            )
        )

    async def _go_on(self, before: OpenCall, now: Now) -> None:
        place, record = before.place, before.record
        talk = place.talk
        if record.queue is not None:
            visit = QueueVisit(self._call, place.queue or record.queue, place.priority)
            await visit.go_on(record.phase, place, now)
            self._end(self._call.served or Ending(Result.ANSWERED, Reason.AGENT_HUNG_UP))
        elif talk is not None and now.phase is Phase.TALKING:
            await self._converse(talk, now.events)
        else:
            await self._go_on_calling(before, now)

    @abstractmethod
    async def _go_on_calling(self, before: OpenCall, now: Now) -> None:
        """After a restart: they did not talk yet, or do no more."""

    async def _talk(self, at: float) -> None:
        """Both are there, since ``at``."""
        call = self._call
        call.move(Phase.TALKING)
        call.agent = self._agent
        call.note(f.AgentAnswered(call.id, at, self._agent))
        await self._converse(Talk(Leg.AGENT, self._agent), ())

    async def _converse(self, talk: Talk, events: Iterable[LegAnswered | LegEnded]) -> None:
        call = self._call
        conversation = Conversation(call, talk, self._free)
        onward = await conversation.run(events)
        call.move(Phase.FLOW)
        if onward is not None:
            await QueueVisit(call, onward.queue, call.priority, onward.entered_at).run()
        self._end(call.served or Ending(Result.ANSWERED, Reason.AGENT_HUNG_UP))

    def _on_customer_gone(self, event: e.LegEnded) -> None:
        """While it rings this is an answer, and whoever rings hears it."""
        if self._call.phase in (Phase.TALKING, Phase.QUEUED, Phase.RINGING):
            super()._on_customer_gone(event)

    def _on_leg_ended(self, event: e.LegEnded) -> None:
        super()._on_leg_ended(event)
        if event.leg is Leg.CUSTOMER:
            self._callee_free()
        elif event.leg is Leg.AGENT and self._call.phase is Phase.ARRIVING:
            self._free()
            self._end(self._without_agent)

    @property
    def _without_agent(self) -> Ending:
        """How it ends when the agent is gone before they talk."""
        return GIVEN_UP

    def _customer_gone(self, before: OpenCall, now: Now) -> None:
        talked = before.place.talk is not None
        self._end(lifecycle.CUSTOMER_LEFT[Phase.TALKING] if talked else self._unreached(now))

    def _unreached(self, now: Now) -> Ending:
        """How it ends when the other side was gone before they talked, while nobody looked."""
        return GIVEN_UP


class DirectSession(AgentsCall):
    """One call that the agent's phone made."""

    arrives = Leg.AGENT

    def begin(self, worker: CallWorker) -> None:
        super().begin(worker)
        worker.send(ExpectLeg(Leg.AGENT))

    async def _conduct(self) -> None:
        call, callee = self._call, self._callee
        if callee is None or not await self._arrived():
            return
        call.note(self._dialled(callee))
        call.send(RingLeg(Leg.AGENT))
        self._dial(callee)
        await self._ring()

    async def _go_on_calling(self, before: OpenCall, now: Now) -> None:
        if now.phase is Phase.ARRIVING and Leg.CUSTOMER in self._call.legs.alive():
            await self._ring()
        elif now.phase is Phase.FLOW and Leg.AGENT in self._call.legs.alive():
            await self._answered(before.record.answered_at or self._call.now())
        else:
            self._end(self._call.served or GIVEN_UP)

    async def _ring(self) -> None:
        """The other side is called; the agent hears it ring."""
        call = self._call
        outcome = await call.legs.answer(Leg.CUSTOMER)
        if isinstance(outcome, LegEnded):
            call.send(HangUpLeg(Leg.AGENT, CODES.get(outcome.end, outcome.code)))
            self._end(NOT_TAKEN.get(outcome.end, LEG_FAILED))
            return
        call.note(f.CallAnswered(call.id, outcome.at))
        call.move(Phase.FLOW)
        await self._answered(outcome.at)

    async def _answered(self, at: float) -> None:
        call = self._call
        call.send(AnswerLeg(Leg.AGENT))
        if isinstance(await call.legs.answer(Leg.AGENT), LegEnded):
            self._end(GIVEN_UP)
            return
        await self._talk(at)


def outgoing(arrival: Arrival, callee: Callee) -> Arrival:
    """The call as it stands on record: the number is that of the other side, the line is none of
    ours."""
    return replace(arrival, dialled="", number=callee.number, name="", trunk=callee.trunk)
