"""The outbox: what is told to others, written in the transaction of what it tells of."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.hooks import DeliveryState, HookEvent, Subscription
from callserver.store import codec
from callserver.store.codec import Row
from callserver.store.schema_hooks import deliveries, outbox, remembered, subscriptions
from callserver.store.upsert import upsert

_SOME = 500
"""Values in one statement; SQLite takes 32766."""


async def all_subscriptions(connection: AsyncConnection) -> list[Subscription]:
    """Oldest first."""
    rows = await connection.execute(select(subscriptions).order_by(subscriptions.c.id))
    return [codec.from_row(row, Subscription) for row in rows.mappings()]


async def save_subscription(connection: AsyncConnection, subscription: Subscription) -> None:
    """Insert or replace by id."""
    await upsert(connection, subscriptions, [codec.to_row(subscription)])


async def append(connection: AsyncConnection, events: Sequence[HookEvent]) -> bool:
    """Keep events for those who want them; one that is here already (by its id) stays as it is.
    Nothing is kept while nobody is told anything. Whether something is to be sent now."""
    if not events:
        return False
    known = await all_subscriptions(connection)
    begun = await _begun(connection, known, events)
    wanted = {
        event.id: (
            event,
            [one.id for one in known if one.wants(event, begun=(one.id, event.key) in begun)],
        )
        for event in events
        if known
    }
    before = await numbers(connection, wanted)
    new = [(event, who) for event, who in wanted.values() if event.id not in before]
    await add(connection, outbox, [codec.to_row(event) for event, _ in new])
    number = await numbers(connection, [event.id for event, _ in new])
    rows = [pending(one, number[event.id], event.at) for event, who in new for one in who]
    await add(connection, deliveries, rows)
    return bool(rows)


async def _begun(
    connection: AsyncConnection, known: Iterable[Subscription], events: Iterable[HookEvent]
) -> set[tuple[str, str]]:
    """Which connectors that leave out queues remember which of these events' calls: else a card
    would stay open whose call went to another queue, or to none."""
    choosy = [one.id for one in known if one.queues and one.scheme == "connector"]
    keys = {event.key for event in events}
    if not choosy or not keys:
        return set()
    query = select(remembered.c.subscription, remembered.c.key).where(
        remembered.c.subscription.in_(choosy), remembered.c.key.in_(keys)
    )
    return {(subscription, key) for subscription, key in await connection.execute(query)}


def pending(subscription: str, number: int, since: float) -> Row:
    """A delivery that nobody has tried."""
    return {
        "subscription": subscription,
        "number": number,
        "state": DeliveryState.PENDING.value,
        "since": since,
        "tries": 0,
        "next_at": 0.0,
        "last_at": None,
        "status": 0,
        "error": "",
    }


async def numbers(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, int]:
    """The numbers of those of these events that are here."""
    found: dict[str, int] = {}
    every = list(ids)
    for start in range(0, len(every), _SOME):
        query = select(outbox.c.id, outbox.c.number).where(
            outbox.c.id.in_(every[start : start + _SOME])
        )
        found |= {id_: number for id_, number in await connection.execute(query)}
    return found


async def add(connection: AsyncConnection, table: Table, rows: list[Row]) -> None:
    """Insert rows in their order; those whose key is taken are left out."""
    if rows:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        await connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)


async def forget(connection: AsyncConnection, before: float) -> int:
    """Drop events from before that time that nobody waits for; how many."""
    waited_for = (
        select(deliveries.c.number)
        .where(
            deliveries.c.number == outbox.c.number,
            deliveries.c.state == DeliveryState.PENDING.value,
        )
        .exists()
    )
    gone = await connection.execute(delete(outbox).where(outbox.c.at < before, ~waited_for))
    return gone.rowcount
