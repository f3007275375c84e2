"""Does what CRMs ask for: orders a call for whoever clicked, notes who is to be called back.
Implements ``ErrandDesk``.

The CRM's card becomes that of our call before the call begins (``ErrandStore.adopt``), in one
commit with the note that nobody has said yet what became of it. So an event that comes twice is one
call, no second card is ever made, and a controller that dies at any moment leaves a call that is
told of as any other, or a note that the next one reads: then the CRM hears that there was no call.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from callserver import log
from callserver.config import Config
from callserver.crm.connectors.base import dialable
from callserver.crm.connectors.courier import Courier
from callserver.crm.events import refused
from callserver.model.call import Direction, Ending, Phase, Reason, Result
from callserver.model.callback import CallbackWhy, SiteDesk, Wanted
from callserver.model.connectors import PREFIX
from callserver.model.errands import (
    Adopted,
    CallbackErrand,
    CallErrand,
    ErrandStore,
    Form,
    Heard,
    NotThem,
    Past,
    Refusal,
)
from callserver.model.errors import (
    CallServerError,
    NotAllowed,
    NotDialled,
    NoWorker,
    OnACall,
    StoreError,
    UnknownName,
)
from callserver.model.hooks import HookEvent
from callserver.model.ids import new_id
from callserver.model.ordered import Order, OrderDesk
from callserver.model.ports import Clock
from callserver.model.record import CallRecord
from callserver.runtime import Tasks

AGAIN_S: Final = 2.0
"""After a store that was away."""

_log = log.get("connector")
_REFUSALS: Final[tuple[tuple[type[CallServerError], Refusal], ...]] = (
    (OnACall, Refusal.BUSY),
    (NotDialled, Refusal.FORBIDDEN),
    (NotAllowed, Refusal.ABSENT),
    (NoWorker, Refusal.UNAVAILABLE),
    (UnknownName, Refusal.UNAVAILABLE),
)


class Errands:
    """One per controller."""

    def __init__(
        self,
        config: Config,
        couriers: Mapping[str, Courier],
        store: ErrandStore,
        orders: OrderDesk,
        callbacks: SiteDesk,
        clock: Clock,
        past: Past,
    ) -> None:
        self._config = config
        self._couriers = couriers
        self._store = store
        self._orders = orders
        self._callbacks = callbacks
        self._clock = clock
        self._past = past
        self._tasks = Tasks("errands")

    def start(self) -> None:
        """See what became of those that the last controller heard; all its calls are back."""
        self._tasks.start("before", self._see(self._clock.now()))

    async def stop(self) -> None:
        """What is not settled is left to the next controller."""
        await self._tasks.close()

    def hears(self, connector: str) -> bool:
        return connector in self._couriers and self._couriers[connector].connector.listens

    async def hear(self, connector: str, form: Form) -> Heard:
        courier = self._couriers[connector]
        if not courier.connector.proves(form):
            raise NotThem
        match courier.connector.asked(form):
            case CallErrand() as errand:
                return await self._call(courier, errand)
            case CallbackErrand() as errand:
                return self._call_back(connector, errand)
        _log.info("connector_asks_nothing", connector=connector)
        return Heard.NOTHING

    # --- click to call --------------------------------------------------------------------------

    async def _call(self, courier: Courier, errand: CallErrand) -> Heard:
        now, call = self._clock.now(), new_id()
        one = Adopted(courier.subscription, errand.card, call, errand.user, now)
        if not await self._store.adopt(one, {"id": errand.card, "user": errand.user}):
            return Heard.AGAIN
        self._tasks.start(call, self._order(courier, errand, one))
        return Heard.CALL

    async def _order(self, courier: Courier, errand: CallErrand, one: Adopted) -> None:
        agent = courier.connector.agent(errand.user)
        if agent is None:
            await self._refuse(one, Refusal.ABSENT, f"no agent is its user {errand.user}")
            return
        why = "clicked" + (f", extension {errand.extension}" if errand.extension else "")
        line, by = self._line(errand.line), f"connector:{courier.name}"
        try:
            await self._orders.call(Order(one.call, agent, errand.number, line, why, by))
        except CallServerError as error:
            kinds = (kind for sort, kind in _REFUSALS if isinstance(error, sort))
            await self._refuse(one, next(kinds, Refusal.UNAVAILABLE), str(error))
        else:
            await self._past.flush()
            await self._settle(one, None)

    def _line(self, named: str) -> str:
        """The line of ours that a CRM names, with or without a plus; empty: none."""
        digits = dialable(named).removeprefix("+")
        lines = (line for line in self._config.lines if line.removeprefix("+") == digits)
        return next(lines, "") if digits else ""

    async def _refuse(self, one: Adopted, refusal: Refusal, why: str) -> None:
        name = one.subscription.removeprefix(PREFIX)
        _log.warning("connector_call_refused", connector=name, call=one.call, why=str(refusal))
        event = refused(_never_made(one), refusal, why)
        await self._settle(one, event)

    async def _settle(self, one: Adopted, event: HookEvent | None) -> None:
        """However long it takes."""
        while True:
            try:
                await self._store.settle(one, event)
            except StoreError as error:
                _log.warning("connector_call_not_settled", call=one.call, error=str(error))
                await asyncio.sleep(AGAIN_S)
            else:
                return

    async def _see(self, before: float) -> None:
        """What became of calls that were asked for before then."""
        while True:
            try:
                for one in await self._store.adopted():
                    if one.at >= before:
                        continue
                    if await self._past.knows(one.call):
                        await self._store.settle(one, None)
                    else:
                        await self._refuse(one, Refusal.LOST, "the call server was restarted")
            except StoreError as error:
                _log.warning("connector_calls_not_read", error=str(error))
                await asyncio.sleep(AGAIN_S)
            else:
                return

    # --- a callback form ------------------------------------------------------------------------

    def _call_back(self, connector: str, errand: CallbackErrand) -> Heard:
        line = self._line(errand.line)
        queue = errand.queue or self._queue(line)
        number = log.mask(errand.number)
        if not queue:
            why = "no queue calls for its line; set callback_queue"
            _log.warning("connector_callback_refused", connector=connector, why=why, number=number)
            return Heard.NOTHING
        wanted = Wanted(number=errand.number, name="", queue=queue, priority=0, line=line)
        try:
            made = self._callbacks.ask_from_site(wanted, CallbackWhy.CRM)
        except (NotAllowed, UnknownName) as error:
            _log.warning(
                "connector_callback_refused", connector=connector, why=str(error), number=number
            )
            return Heard.NOTHING
        _log.info("connector_callback", connector=connector, callback=made.call, number=number)
        return Heard.CALLBACK

    def _queue(self, line: str) -> str:
        """The queue that calls for a line."""
        queues = self._config.queues.items()
        return next((name for name, queue in queues if line and queue.line == line), "")


def _never_made(one: Adopted) -> CallRecord:
    """The call as it would stand on record."""
    return CallRecord(
        id=one.call,
        direction=Direction.OUTBOUND,
        phase=Phase.ENDED,
        line="",
        number="",
        name="",
        trunk=None,
        sip_call_id="",
        worker="",
        offered_at=one.at,
        ended_at=one.at,
        ending=Ending(Result.FAILED, Reason.NO_AGENT),
    )
