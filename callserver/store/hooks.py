"""The webhooks' part of the store: each door is a transaction around a function of its topic."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, update

from callserver.model.hooks import (
    Attempt,
    Delivery,
    DeliveryState,
    Pending,
    Progress,
    Replay,
    Subscription,
)
from callserver.store import deliveries, outbox, remembered
from callserver.store.engine import Database
from callserver.store.schema_hooks import subscriptions as table


class SqlHooks:
    """Implements ``HookStore`` of :mod:`callserver.model.hooks`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def subscriptions(self) -> Sequence[Subscription]:
        async with self._database.reading("read the webhooks") as connection:
            return await outbox.all_subscriptions(connection)

    async def save_subscription(self, subscription: Subscription) -> None:
        async with self._database.writing("save a webhook") as connection:
            await outbox.save_subscription(connection, subscription)

    async def hold(
        self, subscription: str, *, stopped: str | None = None, paused_until: float | None = None
    ) -> None:
        given = {"stopped": stopped, "paused_until": paused_until}
        values = {name: value for name, value in given.items() if value is not None}
        async with self._database.writing("hold a webhook") as connection:
            await connection.execute(update(table).where(table.c.id == subscription).values(values))

    async def delete_subscription(self, subscription: str) -> bool:
        async with self._database.writing("delete a webhook") as connection:
            gone = await connection.execute(delete(table).where(table.c.id == subscription))
            return gone.rowcount > 0

    async def pending(self, subscription: str, after: int, limit: int) -> Sequence[Pending]:
        async with self._database.reading("read what is to be sent") as connection:
            return await deliveries.pending(connection, subscription, after, limit)

    async def bodies(self, ids: Sequence[str]) -> Mapping[str, str]:
        async with self._database.reading("read what is to be sent") as connection:
            return await deliveries.bodies(connection, ids)

    async def known(self, subscription: str, key: str) -> Mapping[str, str]:
        async with self._database.reading("read what a connector remembers") as connection:
            return await remembered.known(connection, subscription, key)

    async def progress(self, made: Sequence[Progress]) -> None:
        async with self._database.writing("write down what was sent") as connection:
            await deliveries.progress(connection, made)
            await remembered.keep(connection, made)

    async def hasten(self, subscription: str, now: float) -> None:
        async with self._database.writing("have events sent now") as connection:
            await deliveries.hasten(connection, subscription, now)

    async def replay(self, subscription: str, wanted: Replay, now: float) -> int:
        async with self._database.writing("have events sent again") as connection:
            return await deliveries.replay(connection, subscription, wanted, now)

    async def deliveries(
        self, subscription: str, state: DeliveryState | None, before: int | None, limit: int
    ) -> Sequence[Delivery]:
        async with self._database.reading("list deliveries") as connection:
            return await deliveries.page(connection, subscription, state, before, limit)

    async def attempts(self, subscription: str, event: str) -> Sequence[Attempt]:
        async with self._database.reading("read the tries of an event") as connection:
            return await deliveries.tries(connection, subscription, event)

    async def backlog(self) -> Mapping[str, tuple[int, int]]:
        async with self._database.reading("count what is to be sent") as connection:
            return await deliveries.backlog(connection)

    async def forget(self, before: float) -> int:
        async with self._database.writing("drop old events") as connection:
            await deliveries.forget_tries(connection, before)
            await remembered.forget(connection, before)
            return await outbox.forget(connection, before)
