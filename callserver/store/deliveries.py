"""How far each event is for each subscription, and every try."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.hooks import (
    Attempt,
    Delivery,
    DeliveryState,
    Pending,
    Progress,
    Replay,
)
from callserver.store import codec
from callserver.store.outbox import pending as new_delivery
from callserver.store.schema_hooks import attempts, deliveries, outbox
from callserver.store.upsert import upsert

_PENDING = DeliveryState.PENDING.value

_progress = (
    update(deliveries)
    .where(
        deliveries.c.subscription == bindparam("of"),
        deliveries.c.number
        == select(outbox.c.number).where(outbox.c.id == bindparam("event")).scalar_subquery(),
    )
    .values(
        state=bindparam("to_state"),
        tries=bindparam("to_tries"),
        next_at=bindparam("to_next_at"),
        last_at=bindparam("to_last_at"),
        status=bindparam("to_status"),
        error=bindparam("to_error"),
    )
)


async def pending(
    connection: AsyncConnection, subscription: str, after: int, limit: int
) -> list[Pending]:
    """What is to be sent, in the order it happened, after that number."""
    query = (
        select(
            deliveries.c.number,
            outbox.c.id,
            outbox.c.key,
            deliveries.c.since,
            deliveries.c.tries,
            deliveries.c.next_at,
        )
        .join(outbox, outbox.c.number == deliveries.c.number)
        .where(
            deliveries.c.subscription == subscription,
            deliveries.c.state == _PENDING,
            deliveries.c.number > after,
        )
        .order_by(deliveries.c.number)
        .limit(limit)
    )
    rows = await connection.execute(query)
    return [codec.from_row(row, Pending) for row in rows.mappings()]


async def bodies(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, str]:
    """What is to be sent, by the ids of the events."""
    query = select(outbox.c.id, outbox.c.body).where(outbox.c.id.in_(ids))
    return {id_: body for id_, body in await connection.execute(query)}


async def progress(connection: AsyncConnection, made: Sequence[Progress]) -> None:
    """Write down what came of tries."""
    if not made:
        return
    rows = [
        {
            "of": one.subscription,
            "event": one.id,
            "to_state": one.state.value,
            "to_tries": one.tries,
            "to_next_at": one.next_at,
            "to_last_at": one.at,
            "to_status": one.attempt.status if one.attempt else 0,
            "to_error": one.error,
        }
        for one in made
    ]
    await connection.execute(_progress, rows)
    await _log_tries(connection, [one for one in made if one.attempt])


async def _log_tries(connection: AsyncConnection, made: Sequence[Progress]) -> None:
    """Of a subscription that was removed meanwhile nothing is kept."""
    query = (
        select(deliveries.c.subscription, outbox.c.id, outbox.c.number)
        .join(outbox, outbox.c.number == deliveries.c.number)
        .where(
            deliveries.c.subscription.in_({one.subscription for one in made}),
            outbox.c.id.in_([one.id for one in made]),
        )
    )
    found = await connection.execute(query)
    number = {(subscription, id_): number for subscription, id_, number in found}
    rows = [
        {
            "subscription": one.subscription,
            "number": number[one.subscription, one.id],
            **codec.to_row(one.attempt),
        }
        for one in made
        if (one.subscription, one.id) in number
    ]
    if rows:
        await connection.execute(insert(attempts), rows)


async def hasten(connection: AsyncConnection, subscription: str, now: float) -> None:
    """What waits for a later time may be sent now."""
    later = (
        deliveries.c.subscription == subscription,
        deliveries.c.state == _PENDING,
        deliveries.c.next_at > now,
    )
    await connection.execute(update(deliveries).where(*later).values(next_at=now))


async def replay(connection: AsyncConnection, subscription: str, wanted: Replay, now: float) -> int:
    """Have events sent again; how many. What is pending stays as it is."""
    states = select(deliveries.c.number).where(deliveries.c.subscription == subscription)
    query = _in_time(select(outbox.c.number), wanted)
    if wanted.dead_only and wanted.id is None:
        dead = states.where(deliveries.c.state == DeliveryState.DEAD.value)
        query = query.where(outbox.c.number.in_(dead))
    else:
        query = query.where(outbox.c.number.not_in(states.where(deliveries.c.state == _PENDING)))
    numbers = list(await connection.scalars(query.order_by(outbox.c.number)))
    await upsert(
        connection, deliveries, [new_delivery(subscription, number, now) for number in numbers]
    )
    return len(numbers)


def _in_time(query: Select[int], wanted: Replay) -> Select[int]:
    if wanted.id is not None:
        query = query.where(outbox.c.id == wanted.id)
    if wanted.since is not None:
        query = query.where(outbox.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(outbox.c.at < wanted.until)
    return query


async def page(
    connection: AsyncConnection,
    subscription: str,
    state: DeliveryState | None,
    before: int | None,
    limit: int,
) -> list[Delivery]:
    """Newest first, after number ``before``."""
    query = (
        select(
            *(outbox.c.id, outbox.c.type, outbox.c.key, outbox.c.at),
            *(deliveries.c.state, deliveries.c.tries, deliveries.c.next_at, deliveries.c.last_at),
            *(deliveries.c.status, deliveries.c.error, deliveries.c.number),
        )
        .join(outbox, outbox.c.number == deliveries.c.number)
        .where(deliveries.c.subscription == subscription)
        .order_by(deliveries.c.number.desc())
        .limit(limit)
    )
    if state is not None:
        query = query.where(deliveries.c.state == state.value)
    if before is not None:
        query = query.where(deliveries.c.number < before)
    rows = await connection.execute(query)
    return [codec.from_row(row, Delivery) for row in rows.mappings()]


async def tries(connection: AsyncConnection, subscription: str, event: str) -> list[Attempt]:
    """Every try of an event, in order."""
    query = (
        select(attempts.c.at, attempts.c.took_s, attempts.c.status, attempts.c.error)
        .join(outbox, outbox.c.number == attempts.c.number)
        .where(attempts.c.subscription == subscription, outbox.c.id == event)
        .order_by(attempts.c.n)
    )
    rows = await connection.execute(query)
    return [codec.from_row(row, Attempt) for row in rows.mappings()]


async def backlog(connection: AsyncConnection) -> Mapping[str, tuple[int, int]]:
    """How many events are pending and dead, by subscription."""
    query = (
        select(deliveries.c.subscription, deliveries.c.state, func.count())
        .where(deliveries.c.state.in_([_PENDING, DeliveryState.DEAD.value]))
        .group_by(deliveries.c.subscription, deliveries.c.state)
    )
    found: dict[str, tuple[int, int]] = {}
    for subscription, state, count in await connection.execute(query):
        waiting, dead = found.get(subscription, (0, 0))
        found[subscription] = (count, dead) if state == _PENDING else (waiting, count)
    return found


async def forget_tries(connection: AsyncConnection, before: float) -> None:
    """Tries from before that time."""
    await connection.execute(delete(attempts).where(attempts.c.at < before))
