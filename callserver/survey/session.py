"""One call that asks: the customer is dialled, and led through a flow. No agent takes part."""

from callserver.call.call import Call
from callserver.call.direct import LEG_FAILED, NOT_TAKEN
from callserver.call.directory import Callee
from callserver.call.inbound import CallSession
from callserver.call.reconcile import Now
from callserver.call.restore import OpenCall
from callserver.call.services import Services
from callserver.call.toll import flow as dials_as
from callserver.ivr.flow import Flow
from callserver.ivr.interpreter import At
from callserver.model import events as e
from callserver.model import facts as f
from callserver.model.call import Arrival, Direction, Ending, Leg, Phase, Reason, Result
from callserver.model.commands import DialLeg
from callserver.model.survey import About, Survey
from callserver.model.survey_facts import SurveyClosed, SurveyStarted
from callserver.survey.plan import came_to

HUNG_UP = Ending(Result.ANSWERED, Reason.CUSTOMER_HUNG_UP)


def asker(queue: str) -> str:
    """The name under which the surveys of a queue are dialled; it has the allowance of a flow."""
    return dials_as(f"survey:{queue}")


class SurveySession(CallSession):
    """``callee`` is how they are dialled; None after a restart: they were dialled already."""

    arrives = None
    direction = Direction.OUTBOUND

    def __init__(
        self,
        call: str,
        arrival: Arrival,
        survey: Survey,
        flow: Flow,
        language: str,
        callee: Callee | None,
        ring_s: float,
        house: Services,
    ) -> None:
        super().__init__(call, arrival, flow, language, house)
        self.survey = survey
        self._callee = callee
        self._ring_s = ring_s
        self._rings = False
        self._call.about = About(survey.queue, survey.agent, survey.call)

    async def run(self) -> None:
        callee, directory = self._callee, self._house.directory
        who, tag = asker(self.survey.queue), f"{self.id}/survey"
        if callee is not None:
            directory.began(callee, who, tag)
        try:
            await super().run()
        finally:
            if callee is not None:
                directory.ended(callee, who, tag)

    async def _conduct(self) -> None:
        call, callee = self._call, self._callee
        if callee is None:
            return
        # On disk before anybody is dialled: a controller that dies in between calls nobody twice.
        await self._house.journal.keep(SurveyStarted(call.id, call.now(), self.survey.call))
        call.legs.begin(Leg.CUSTOMER)
        dialled = (callee.targets, callee.caller, "", self._ring_s)
        call.send(DialLeg(Leg.CUSTOMER, *dialled))
        await self._reach()

    async def _reach(self) -> None:
        """Their phone rings; who answers is led through the flow."""
        call = self._call
        answer = await call.legs.answer(Leg.CUSTOMER)
        call.note(f.CallAnswered(call.id, answer.at))
        call.move(Phase.FLOW)
        await self._walk(At())

    async def _close(self, ending: Ending) -> None:
        await super()._close(ending)
        record = self._house.journal.record(self.id)
        if record is not None:
            now = self._call.now()
            state = came_to(record, ending)
            self._call.note(SurveyClosed(self.survey.call, now, state))

    def _on_customer_gone(self, event: e.LegEnded) -> None:
        """Nobody has missed anything when they do not take it, or hang up in the middle."""
        self._end(_ending(self._call, event))

    # --- after a restart ------------------------------------------------------------------------

    def _reconcile(self, before: OpenCall, returned: e.WorkerReturned) -> Now:
        self._rings = Leg.CUSTOMER in returned.ringing
        return super()._reconcile(before, returned)

    async def _go_on(self, before: OpenCall, now: Now) -> None:
        if now.phase is not Phase.ARRIVING:
            await self._walk(At(before.progress.place, before.progress.secrets))
        elif self._rings:
            await self._reach()
        else:  # the order to call them died with the last controller
            self._end(LEG_FAILED)

    def _customer_gone(self, before: OpenCall, now: Now) -> None:
        if now.customer_gone is not None:
            self._end(_ending(self._call, now.customer_gone))


def _ending(call: Call, gone: e.LegEnded) -> Ending:
    if call.phase is Phase.ARRIVING:
        return NOT_TAKEN.get(gone.end, LEG_FAILED)
    return HUNG_UP if gone.end is e.LegEnd.HUNG_UP else LEG_FAILED
