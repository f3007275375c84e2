"""The customer's side of a call to somebody who is called back: how they are dialled, and what came
of it."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from callserver.call.call import Call
from callserver.call.direct import NOT_TAKEN
from callserver.call.directory import Callee
from callserver.call.ordered import NO_AGENT
from callserver.call.toll import flow
from callserver.callback.book import closing
from callserver.callback.outcome import outcome_of
from callserver.config.callbacks import Callbacks as Rules
from callserver.model import callback_facts as b
from callserver.model import facts as f
from callserver.model.answering import Cadence
from callserver.model.call import Ending, Leg, Reason, Result
from callserver.model.callback import Callback, CallbackState, Outcome
from callserver.model.commands import DialLeg, StartMusic, StopMusic
from callserver.model.events import LegAnswered, LegEnd, LegEnded

LEFT = Ending(Result.ABANDONED, Reason.IN_QUEUE)
MACHINE = Ending(Result.FAILED, Reason.MACHINE)


def asker(queue: str) -> str:
    """The name under which the callbacks of a queue are dialled; it has the allowance of a flow."""
    return flow(f"callback:{queue}")


class Customer:
    """Of one call for one request. ``callee`` is how they are dialled."""

    def __init__(self, call: Call, request: Callback, rules: Rules, callee: Callee) -> None:
        self._call = call
        self._house = call.house
        self._request = request
        self._rules = rules
        self._callee = callee
        self.dialled = False
        self.up = False
        self.outcome: Outcome | None = None
        """What came of calling them; None: not called, or it goes on."""
        self.ending = NO_AGENT

    @property
    def in_flight(self) -> bool:
        """Whether they are called and nothing has come of it yet."""
        return self.dialled and self.outcome is None

    @property
    def left(self) -> Ending:
        """How it ends when they hang up before an agent is there."""
        return MACHINE if self.outcome is Outcome.MACHINE else LEFT

    def succeed(self) -> None:
        """Agent and customer talk: that was what they asked for."""
        call, now = self._call, self._call.now()
        self.outcome = Outcome.ANSWERED
        call.note(b.CallbackEnded(call.id, now, self._request.call, Outcome.ANSWERED))
        call.note(closing(self._request, now, CallbackState.DONE, call.id))

    def fail(self, outcome: Outcome) -> None:
        """Nothing came of calling them."""
        call = self._call
        if self.in_flight:
            self.outcome = outcome
            call.note(b.CallbackEnded(call.id, call.now(), self._request.call, outcome))

    async def dial(self, agent: str, bridge_to: Leg | None, judge: Cadence | None) -> bool:
        """Call them, now that this agent is reserved; whether they answer. It is on disk before
        anything is sent: a controller that dies in between does not know whether it was."""
        call, callee = self._call, self._callee
        dialled = b.CallbackDialled(call.id, call.now(), self._request.call, agent)
        self.dialled = True
        await self._house.journal.keep(dialled)
        self._begin_toll()
        call.legs.begin(Leg.CUSTOMER)
        if bridge_to is not None:
            call.send(StartMusic(bridge_to, self._house.ringback))
        call.send(
            DialLeg(
                leg=Leg.CUSTOMER,
                targets=callee.targets,
                number=callee.caller,
                name="",
                ring_timeout_s=self._rules.ring_s,
                bridge_to=bridge_to,
                tracks=call.taping.tracks(Leg.CUSTOMER) if bridge_to is not None else (),
                judge=judge,
            )
        )
        return await self.answers(bridge_to)

    async def answers(self, waits: Leg | None) -> bool:
        """Whether they answer, before whoever ``waits`` for them hangs up."""
        call = self._call
        answer = call.legs.answer(Leg.CUSTOMER)
        found = await (answer if waits is None else first(answer, call.legs.end(waits)))
        if isinstance(found, LegAnswered):
            self.up = True
            call.note(f.CallAnswered(call.id, found.at))
            if waits is not None:
                call.send(StopMusic(waits))
            return True
        customer = isinstance(found, LegEnded) and found.leg is Leg.CUSTOMER
        end = found.end if isinstance(found, LegEnded) and customer else LegEnd.FAILED
        self.fail(outcome_of(end))
        self.ending = NOT_TAKEN.get(end, Ending(Result.FAILED, Reason.LEG_FAILED))
        return False

    def end_toll(self) -> None:
        """They are called no more."""
        self._house.directory.ended(*self._toll)

    def _begin_toll(self) -> None:
        self._house.directory.began(*self._toll)

    @property
    def _toll(self) -> tuple[Callee, str, str]:
        return self._callee, asker(self._request.queue), f"{self._call.id}/callback"

    # --- after a restart ------------------------------------------------------------------------

    def rings(self) -> None:
        """Their phone rings."""
        self.dialled = True
        self._begin_toll()

    def is_there(self, *, talked: bool) -> None:
        """They are on the line, and have talked with an agent or not."""
        self.dialled = self.up = True
        self.outcome = Outcome.ANSWERED if talked else None


async def first(*waits: Awaitable[Any]) -> Any:
    """The result of the one that is there first."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(task for task in tasks if task in done).result()
    finally:
        for task in tasks:
            task.cancel()
