"""What connectors remember of calls, between two of their events."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.hooks import Progress
from callserver.store.schema_hooks import remembered, subscriptions
from callserver.store.upsert import upsert


async def known(connection: AsyncConnection, subscription: str, key: str) -> dict[str, str]:
    """What is remembered of the events of this key; nothing: empty."""
    query = select(remembered.c.known).where(
        remembered.c.subscription == subscription, remembered.c.key == key
    )
    found = await connection.scalar(query)
    return {str(name): str(value) for name, value in (found or {}).items()}


async def keep(connection: AsyncConnection, made: Sequence[Progress]) -> None:
    """Remember. Of a subscription that was removed meanwhile nothing is kept."""
    latest = {
        (one.subscription, one.known[0]): {
            "subscription": one.subscription,
            "key": one.known[0],
            "known": dict(one.known[1]),
            "at": one.at,
        }
        for one in made
        if one.known is not None
    }
    if not latest:
        return
    wanted = {subscription for subscription, _ in latest}
    query = select(subscriptions.c.id).where(subscriptions.c.id.in_(wanted))
    there = set(await connection.scalars(query))
    rows = [row for (subscription, _), row in latest.items() if subscription in there]
    await upsert(connection, remembered, rows)


async def forget(connection: AsyncConnection, before: float) -> None:
    """Calls of which nothing was told since then."""
    await connection.execute(delete(remembered).where(remembered.c.at < before))
