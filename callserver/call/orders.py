"""The conductor of click to call: may it be done, and who is it. Implements ``OrderDesk``."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from callserver import log
from callserver.call.directory import Callee
from callserver.call.ordered import OrderedSession
from callserver.call.restore import OpenCall
from callserver.call.services import Services
from callserver.call.session import Session
from callserver.model.call import Arrival
from callserver.model.errors import NotAllowed, StoreError, UnknownName
from callserver.model.ordered import Order, Ordered
from callserver.model.talk import Target, TargetKind
from callserver.model.talk_facts import CallOrdered
from callserver.runtime import Tasks

_log = log.get("outgoing")

KNOWN_WITHIN_S = 0.3


class Orders:
    """One per controller. ``begin`` gives a session a worker and lets it go."""

    def __init__(self, house: Services, begin: Callable[[Session], Awaitable[None]]) -> None:
        self._house = house
        self._begin = begin
        self._tasks = Tasks("orders")

    async def call(self, order: Order) -> Ordered:
        house, agent, call = self._house, order.agent, order.call
        if order.line and order.line not in house.config.lines:
            known = ", ".join(house.config.lines) or "none"
            raise UnknownName(f"no line {order.line!r}; there are: {known}")
        phones = house.directory.seat(agent)
        callee = self._callee(order.number, agent, order.line)
        house.directory.occupy(agent, call)  # no queue, and no other order, has them from here on
        try:
            name = await self._name(callee.number)
            now, who = house.clock.now(), (callee.line, callee.number, name, callee.trunk)
            arrival = Arrival.of_ours(*who, now)
            fact = CallOrdered(call, now, agent, callee.number, order.why, order.by)
            session = OrderedSession(call, arrival, agent, phones, callee, house, fact)
            await self._begin(session)
        except BaseException:
            house.directory.vacate(agent, call)
            raise
        _log.info("call_ordered", call=call, agent=agent, number=log.mask(callee.number))
        return Ordered(call, agent, callee.number, name, callee.line, callee.caller)

    def again(self, before: OpenCall) -> Session | None:
        """The session of a call of the last controller; None: nobody ordered it."""
        agent, record = before.place.ordered, before.record
        if agent is None:
            return None
        callee: Callee | None = None
        if before.place.agent is None:  # the agent's phones rang, and nobody else was called
            with suppress(NotAllowed, UnknownName):
                callee = self._callee(record.number, agent, record.line)
        return OrderedSession(record.id, before.arrival, agent, None, callee, self._house)

    async def stop(self) -> None:
        """No names are learnt any more; calls that run go on."""
        await self._tasks.close()

    def _callee(self, number: str, agent: str, line: str) -> Callee:
        return self._house.directory.find(Target(TargetKind.EXTERNAL, number), agent, line)

    async def _name(self, number: str) -> str:
        """What the contacts call them; the agent sees it, and hears it when it is made in time."""
        house = self._house
        with suppress(StoreError, TimeoutError):
            async with asyncio.timeout(KNOWN_WITHIN_S):
                found = await house.callers.contact(number)
                name = "" if found is None else found.name
                if name:
                    learn = house.prompts.learn_name(house.config.speech.language, name)
                    self._tasks.start("name", learn)
                return name
        return ""
