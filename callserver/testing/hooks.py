"""Webhooks without a database and without a network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from callserver.model.errors import OutsideError
from callserver.model.hooks import (
    Answer,
    Attempt,
    Delivery,
    DeliveryState,
    HookEvent,
    Pending,
    Progress,
    Replay,
    Subscription,
)


@dataclass
class _Told:
    """A delivery of an event."""

    event: HookEvent
    delivery: Delivery
    since: float


class MemoryHooks:
    """Implements ``HookStore``. :meth:`tell` puts events in, as the store does with facts."""

    def __init__(self) -> None:
        self.events: list[HookEvent] = []
        self._subscriptions: dict[str, Subscription] = {}
        self._told: dict[tuple[str, int], _Told] = {}
        self._attempts: dict[tuple[str, int], list[Attempt]] = {}
        self._known: dict[tuple[str, str], Mapping[str, str]] = {}

    def tell(self, *events: HookEvent) -> None:
        """These happened."""
        for event in events:
            self.events.append(event)
            for one in self._subscriptions.values():
                if one.wants(event):
                    self._add(one.id, len(self.events), event.at)

    def _add(self, subscription: str, number: int, since: float) -> None:
        event = self.events[number - 1]
        delivery = Delivery(
            *(event.id, event.type, event.key, event.at, DeliveryState.PENDING, 0, 0.0),
            *(None, 0, "", number),
        )
        self._told[subscription, number] = _Told(event, delivery, since)

    async def subscriptions(self) -> Sequence[Subscription]:
        return [self._subscriptions[id_] for id_ in sorted(self._subscriptions)]

    async def save_subscription(self, subscription: Subscription) -> None:
        self._subscriptions[subscription.id] = subscription

    async def hold(
        self, subscription: str, *, stopped: str | None = None, paused_until: float | None = None
    ) -> None:
        held = self._subscriptions[subscription]
        stopped = held.stopped if stopped is None else stopped
        until = held.paused_until if paused_until is None else paused_until
        self._subscriptions[subscription] = replace(held, stopped=stopped, paused_until=until)

    async def delete_subscription(self, subscription: str) -> bool:
        for key in [key for key in self._told if key[0] == subscription]:
            del self._told[key]
        return self._subscriptions.pop(subscription, None) is not None

    async def pending(self, subscription: str, after: int, limit: int) -> Sequence[Pending]:
        waiting = [
            Pending(
                n, one.event.id, one.event.key, one.since, one.delivery.tries, one.delivery.next_at
            )
            for (of, n), one in sorted(self._told.items())
            if of == subscription and n > after and one.delivery.state is DeliveryState.PENDING
        ]
        return waiting[:limit]

    async def bodies(self, ids: Sequence[str]) -> Mapping[str, str]:
        return {one.id: one.body for one in self.events if one.id in ids}

    async def known(self, subscription: str, key: str) -> Mapping[str, str]:
        return self._known.get((subscription, key), {})

    async def progress(self, made: Sequence[Progress]) -> None:
        for one in made:
            if one.known is not None:
                self._known[one.subscription, one.known[0]] = one.known[1]
            keys = (key for key, told in self._told.items() if told.event.id == one.id)
            key = next((key for key in keys if key[0] == one.subscription), None)
            if key is None:
                continue
            told = self._told[key]
            told.delivery = replace(
                told.delivery,
                state=one.state,
                tries=one.tries,
                next_at=one.next_at,
                last_at=one.at,
                status=one.attempt.status if one.attempt else 0,
                error=one.error,
            )
            if one.attempt:
                self._attempts.setdefault(key, []).append(one.attempt)

    async def hasten(self, subscription: str, now: float) -> None:
        for (of, _), told in self._told.items():
            if of == subscription:
                told.delivery = replace(told.delivery, next_at=min(told.delivery.next_at, now))

    async def replay(self, subscription: str, wanted: Replay, now: float) -> int:
        count = 0
        for number, event in enumerate(self.events, 1):
            told = self._told.get((subscription, number))
            state = told.delivery.state if told else None
            in_time = (wanted.since is None or event.at >= wanted.since) and (
                wanted.until is None or event.at < wanted.until
            )
            dead_only = wanted.dead_only and wanted.id is None
            fits = state is DeliveryState.DEAD or not dead_only
            over = state is not DeliveryState.PENDING
            if wanted.id in (None, event.id) and in_time and fits and over:
                self._add(subscription, number, now)
                count += 1
        return count

    async def deliveries(
        self, subscription: str, state: DeliveryState | None, before: int | None, limit: int
    ) -> Sequence[Delivery]:
        found = [
            one.delivery
            for (of, n), one in sorted(self._told.items(), reverse=True)
            if of == subscription
            and state in (None, one.delivery.state)
            and (before is None or n < before)
        ]
        return found[:limit]

    async def attempts(self, subscription: str, event: str) -> Sequence[Attempt]:
        numbers = [n for n, one in enumerate(self.events, 1) if one.id == event]
        return [one for n in numbers for one in self._attempts.get((subscription, n), [])]

    async def backlog(self) -> Mapping[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for (of, _), told in self._told.items():
            pending, dead = found.get(of, (0, 0))
            pending += told.delivery.state is DeliveryState.PENDING
            dead += told.delivery.state is DeliveryState.DEAD
            found[of] = (pending, dead)
        return found

    async def forget(self, before: float) -> int:
        return 0


class FakePost:
    """Implements ``Post``: answers with ``status`` and remembers what it got. ``error``: with
    nothing."""

    def __init__(self) -> None:
        self.status = 204
        self.error = ""
        self.got: list[tuple[str, dict[str, str], bytes]] = []

    async def post(
        self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float
    ) -> Answer:
        self.got.append((url, {name.lower(): value for name, value in headers.items()}, body))
        if self.error:
            raise OutsideError(self.error)
        return Answer(self.status)

    def permits(self, url: str) -> str:
        return "" if url.startswith("https://") else "write https"
