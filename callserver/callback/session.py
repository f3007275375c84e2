"""One call to somebody who is called back: the agent and the customer are both called by us."""

from collections.abc import Callable

from callserver.call import lifecycle
from callserver.call.call import Call
from callserver.call.dialled import SEAT
from callserver.call.direct import GIVEN_UP
from callserver.call.directory import Callee
from callserver.call.reconcile import Now
from callserver.call.restore import OpenCall
from callserver.call.services import Services
from callserver.call.session import Session
from callserver.call.visit import QueueVisit
from callserver.callback.again import reconcile
from callserver.callback.customer import MACHINE
from callserver.callback.standing import Standing
from callserver.callback.visit import CallbackVisit
from callserver.config.callbacks import Callbacks as Rules
from callserver.model import callback_facts as b
from callserver.model import events as e
from callserver.model.answering import Answerer
from callserver.model.call import Arrival, Direction, Ending, Phase
from callserver.model.callback import Callback, CallbackState, Outcome
from callserver.model.facts import Fact
from callserver.model.ports import CallWorker


class CallbackSession(Session):
    """``standing`` has the place in the queue (None: after a restart). ``over`` hears when the call
    is."""

    arrives = None
    direction = Direction.OUTBOUND

    def __init__(
        self,
        call: str,
        arrival: Arrival,
        request: Callback,
        rules: Rules,
        callee: Callee,
        standing: Standing | None,
        language: str,
        house: Services,
        over: Callable[[str], None],
    ) -> None:
        super().__init__(Call(call, arrival, language, house))
        self.request = request
        self._rules = rules
        self._over = over
        self._visit = CallbackVisit(self._call, request, rules, callee, standing)

    def begin(self, worker: CallWorker) -> None:
        super().begin(worker)
        call = self._call
        call.note(b.CallbackStarted(call.id, call.now(), self.request.call))

    @property
    def dials(self) -> bool:
        """Whether the customer is being called, or was."""
        return self._visit.customer.dialled

    def cancel(self) -> None:
        """They need not be called any more; nothing happens when they talk."""
        if self._call.phase is not Phase.TALKING:
            self._end(GIVEN_UP)

    def machine(self) -> bool:
        """The agent talks to a machine; False: they do not talk."""
        talks = self._call.phase is Phase.TALKING
        if talks:
            self._end(MACHINE)
        return talks

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            self._house.desk.leave(self.id)  # an agent who waited while it rang is free
            self._visit.customer.end_toll()
            self._over(self.request.call)

    async def _conduct(self) -> None:
        call = self._call
        call.move(Phase.FLOW)
        await self._visit.run()
        self._end(call.served or self._visit.customer.ending)

    async def _close(self, ending: Ending) -> None:
        customer = self._visit.customer
        customer.fail(Outcome.LEFT if customer.up else Outcome.FAILED)
        await super()._close(ending)

    # --- after a restart ------------------------------------------------------------------------

    def _reconcile(self, before: OpenCall, returned: e.WorkerReturned) -> Now:
        first = self._rules.mode == "customer_first"
        acts = self._visit.answering.acts
        return reconcile(before, returned, customer_first=first, no_machines=acts)

    async def _go_on(self, before: OpenCall, now: Now) -> None:
        call, visit = self._call, self._visit
        call.entered_at, call.visit = self.request.entered_at, visit
        place, record = before.place, self._house.journal.record(self.id)
        answered = record is not None and record.answered_at is not None
        if any(_is_machine(fact) for fact in now.facts):
            visit.customer.ending = MACHINE
        if now.stray:  # a phone rings of which the journal knows nothing
            await call.release(SEAT)
        if self.request.state is CallbackState.DONE:  # whatever became of the conversation since
            visit.take_up(talked=True)
            queue = place.queue or self.request.queue
            plain = QueueVisit(call, queue, place.priority)
            await plain.go_on(before.record.phase, place, now)
        elif now.taken_by is not None or (answered and now.phase in (Phase.QUEUED, Phase.RINGING)):
            visit.take_up(talked=now.taken_by is not None)
            await visit.go_on(before.record.phase, place, now)
        elif now.phase is Phase.TALKING and now.agent is not None:
            await visit.go_on_talking(now.agent, place.talk, now.events)
        elif now.phase is Phase.RINGING and now.agent is not None:
            await visit.go_on_reaching(now.agent)
        else:
            self._house.desk.leave(call.id)
        self._end(call.served or visit.customer.ending)

    def _customer_gone(self, before: OpenCall, now: Now) -> None:
        talked = any(isinstance(fact, b.CallbackClosed) for fact in now.facts)
        if before.place.talk is not None or talked:
            self._house.desk.leave(self.id)
            self._end(lifecycle.CUSTOMER_LEFT[Phase.TALKING])
        else:
            self._end(self._visit.customer.ending)

    # --- what the worker reports ----------------------------------------------------------------

    def on_event(self, event: e.Event) -> None:
        match event:
            case e.AnswerJudged():
                self._on_judged(event)
            case e.GreetingOver():
                self._visit.answering.greeting_over()
            case _:
                super().on_event(event)

    def _on_judged(self, event: e.AnswerJudged) -> None:
        call, visit, found = self._call, self._visit, event.answerer
        call.note(b.AnswerJudged(call.id, event.at, found, event.sign, event.after_s))
        waits = visit.greeted and call.phase in (Phase.QUEUED, Phase.RINGING)
        if waits and visit.answering.acts and found is Answerer.MACHINE:
            visit.customer.fail(Outcome.MACHINE)  # after a restart: nobody has waited for this
            self._end(MACHINE)
        visit.answering.judged(found)

    def _on_customer_gone(self, event: e.LegEnded) -> None:
        """While it rings there this is an answer, and the visit hears it."""
        if self._call.phase is Phase.TALKING:
            super()._on_customer_gone(event)
        elif self._visit.customer.up:
            self._end(self._call.served or self._visit.customer.left)

    def _on_briefed(self, event: e.PromptsEnded) -> None:
        super()._on_briefed(event)
        if event.leg is SEAT:
            self._visit.briefed.set()


def _is_machine(fact: Fact) -> bool:
    return isinstance(fact, b.CallbackEnded) and fact.outcome is Outcome.MACHINE
