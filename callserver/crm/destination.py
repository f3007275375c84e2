"""One destination: reads what is to be sent, sends what its lane lets go, and sleeps."""

import asyncio
from dataclasses import replace
from typing import Final

from callserver import log
from callserver.crm.attempts import House, attempt
from callserver.crm.lane import Lane, Outcome
from callserver.crm.manners import Said
from callserver.crm.sender import Sent
from callserver.model.errors import ConfigError, NotAllowed, StoreError
from callserver.model.hooks import (
    DeliveryState,
    Pending,
    Progress,
    Subscription,
)
from callserver.runtime import Tasks

BATCH: Final = 500
MOST: Final = 20_000
"""Events in memory; those behind them wait in the database."""
AGAIN_S: Final = 1.0
MAX_BODY: Final = 262_144

_log = log.get("hooks")
_OUTCOMES: Final = {
    DeliveryState.DELIVERED: "delivered",
    DeliveryState.PENDING: "failed",
    DeliveryState.DEAD: "dead",
}


class Destination:
    """``trouble`` is why nothing is delivered (empty: it is)."""

    def __init__(self, house: House, subscription: Subscription) -> None:
        self.subscription = subscription
        self._house = house
        self._lane = Lane(
            subscription.id,
            house.manners(),
            house.config.at_once,
            house.config.per_s,
            subscription.paused_until,
        )
        self._read_to = 0
        self._more = True
        self._renewed = False
        self._unsigned = ""
        self._last_error = ""
        self._wake = asyncio.Event()
        self._tasks = Tasks(f"hook.{subscription.id}")
        house.metrics.hooks.backlog.labels(subscription.id).set_function(self._lane.__len__)
        house.metrics.hooks.down.labels(subscription.id).set_function(lambda: bool(self.trouble))

    @property
    def trouble(self) -> str:
        down = self._last_error if self._lane.circuit.is_open else ""
        return self.subscription.stopped or self._unsigned or down

    def told(self) -> None:
        """There is something new to send."""
        self._more = True
        self._wake.set()

    def renew(self, subscription: Subscription) -> None:
        """It was changed, or is to send something again."""
        self.subscription = subscription
        self._renewed = True
        self._wake.set()

    async def run(self) -> None:
        """Send, for ever."""
        while True:
            self._wake.clear()
            again_at = None
            try:
                await self._read()
                await self._send_due()
            except StoreError as error:
                _log.warning("hook_waits", hook=self.subscription.id, error=str(error))
                again_at = self._house.clock.now() + AGAIN_S
            await self._sleep(again_at)

    async def finish(self) -> None:
        """Returns when nothing is under way."""
        await self._tasks.wait()

    async def close(self) -> None:
        """Give up what is under way."""
        await self._tasks.close()
        for gauge in (self._house.metrics.hooks.backlog, self._house.metrics.hooks.down):
            gauge.remove(self.subscription.id)

    async def _read(self) -> None:
        if self._renewed:
            await self._house.clerk.idle()
            self._renewed, self._unsigned = False, ""
            self._lane.begin_anew(self.subscription.paused_until)
            self._read_to, self._more = 0, True
        while self._more and len(self._lane) < MOST:
            self._more = False
            try:
                found = await self._house.store.pending(self.subscription.id, self._read_to, BATCH)
            except StoreError:
                self._more = True
                raise
            if found:
                self._lane.add(found)
                self._read_to = found[-1].number
                self._more = self._more or len(found) == BATCH

    async def _send_due(self) -> None:
        await self._house.clerk.room()
        if self.subscription.stopped or self._unsigned:
            return
        now = self._house.clock.now()
        due = []
        while (event := self._lane.take(now)) is not None:
            due.append(event)
        if not due:
            return
        try:
            bodies = await self._house.store.bodies([event.id for event in due])
        except StoreError:
            for event in due:
                self._lane.put_back(event.id)
            raise
        for event in due:
            self._tasks.start("send", self._send(event, bodies.get(event.id)))

    async def _send(self, event: Pending, body: str | None) -> None:
        if body is None:
            self._lane.drop(event.id)
        elif len(body) > MAX_BODY:
            why = f"it has more than {MAX_BODY} characters"
            dead = self._lane.give_up(event.id, why, self._house.clock.now())
            self._write_down((dead,))
        else:
            try:
                sent = await self._try(event, body)
            except (NotAllowed, ConfigError) as error:
                self._lane.put_back(event.id)
                self._unsigned = str(error)
                _log.error("hook_not_signed", hook=self.subscription.id, error=str(error))
            except StoreError as error:
                _log.warning("hook_waits", hook=self.subscription.id, error=str(error))
                await asyncio.sleep(AGAIN_S)
                self._lane.put_back(event.id)
            else:
                outcome = self._lane.answered(
                    *(event.id, sent.attempt, sent.retry_after, self._house.chance()),
                    sent.verdict,
                )
                await self._came(event, sent, outcome)
        self._wake.set()

    async def _try(self, event: Pending, body: str) -> Sent:
        sender = self._house.senders.get(self.subscription.id)
        if sender is not None:
            return await sender.send(event, body)
        tried, answer = await attempt(self._house, self.subscription, event.id, body)
        return Sent(tried, answer.retry_after, Said.NEVER if answer.final else None)

    async def _came(self, event: Pending, sent: Sent, outcome: Outcome) -> None:
        house, id_, tried = self._house, self.subscription.id, sent.attempt
        first, *others = outcome.progress
        self._write_down((replace(first, known=sent.known), *others))
        if not tried.error:
            house.metrics.hooks.delay.observe(max(tried.at + tried.took_s - event.since, 0.0))
        elif not self._last_error or self._lane.circuit.is_open:
            _log.warning("hook_failed", hook=id_, message=event.id, why=tried.error)
        self._last_error = tried.error
        try:
            await self._remember(outcome)
        except StoreError as error:
            _log.warning("hook_not_held", hook=id_, error=str(error))

    def _write_down(self, made: tuple[Progress, ...]) -> None:
        self._house.clerk.put(made)
        for one in made:
            outcome = _OUTCOMES[one.state]
            self._house.metrics.hooks.sent.labels(one.subscription, outcome).inc()
            if one.state is DeliveryState.DEAD:
                _log.warning("hook_dead", hook=one.subscription, message=one.id, why=one.error)

    async def _remember(self, outcome: Outcome) -> None:
        store, id_ = self._house.store, self.subscription.id
        if outcome.back:
            now = self._house.clock.now()
            self._lane.hasten(now)
            _log.info("hook_is_back", hook=id_)
            await store.hasten(id_, now)
        if outcome.gone:
            why = "it answered 410: it wants nothing any more"
            self.subscription = replace(self.subscription, stopped=why)
            await store.hold(id_, stopped=why)
        if outcome.paused_until is not None:
            await store.hold(id_, paused_until=outcome.paused_until)

    async def _sleep(self, again_at: float | None) -> None:
        if again_at is None and not (self.subscription.stopped or self._unsigned):
            again_at = self._lane.when()
        if again_at is None:
            await self._wake.wait()
            return
        try:
            async with asyncio.timeout(max(again_at - self._house.clock.now(), 0.0)):
                await self._wake.wait()
        except TimeoutError:
            return
