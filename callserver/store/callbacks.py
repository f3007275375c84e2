"""Callers who are to be called back. A fold of the journal, kept for quick lists.

Who asks twice waits once: a second request of a number for a queue is merged into the open one,
which keeps the better place of the two.
"""

from collections.abc import Sequence

from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.callback import Callback, CallbackState, CallbackWhy
from callserver.model.caller_facts import CallbackRequested
from callserver.model.facts import CallbackOwed, Fact
from callserver.store import codec
from callserver.store.schema import callbacks
from callserver.store.upsert import upsert


async def append(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Keep those these facts tell of; twice is once."""
    for fact in facts:
        match fact:
            case CallbackOwed():
                await _add(connection, fact, CallbackWhy.FAULT)
            case CallbackRequested():
                await _add(connection, fact, CallbackWhy.ASKED)
            case _:
                pass


async def _add(
    connection: AsyncConnection, fact: CallbackOwed | CallbackRequested, why: CallbackWhy
) -> None:
    row = codec.to_row(fact)
    earlier = await _open_one(connection, row)
    state = CallbackState.OPEN if earlier is None else CallbackState.MERGED
    if earlier is not None:
        better = {
            "priority": max(earlier["priority"], row["priority"]),
            "entered_at": min(earlier["entered_at"], row["entered_at"]),
        }
        await connection.execute(
            update(callbacks).where(callbacks.c.call == earlier["call"]).values(better)
        )
    await upsert(connection, callbacks, [{**row, "why": why.value, "state": state.value}])


async def _open_one(connection: AsyncConnection, row: codec.Row) -> RowMapping | None:
    """The open request of the same number for the same queue, of another call."""
    query = select(callbacks).where(
        callbacks.c.number == row["number"],
        callbacks.c.queue == row["queue"],
        callbacks.c.state == CallbackState.OPEN.value,
        callbacks.c.call != row["call"],
    )
    return (await connection.execute(query.limit(1))).mappings().first()


async def of_number(connection: AsyncConnection, number: str) -> int:
    """How many a number waits for."""
    query = (
        select(func.count())
        .select_from(callbacks)
        .where(callbacks.c.number == number, callbacks.c.state == CallbackState.OPEN.value)
    )
    return await connection.scalar(query) or 0


async def owed(connection: AsyncConnection) -> list[CallbackOwed]:
    """Those a fault cut off, the longest waiting first."""
    wanted = callbacks.c.why == CallbackWhy.FAULT.value
    query = select(callbacks).where(wanted).order_by(callbacks.c.entered_at)
    rows = await connection.execute(query)
    return [codec.from_row(row, CallbackOwed) for row in rows.mappings()]


async def page(
    connection: AsyncConnection,
    queue: str | None,
    state: CallbackState | None,
    before: str | None,
    limit: int,
) -> list[Callback]:
    """Requests, newest first, after the one of the call ``before``."""
    query = select(callbacks).order_by(callbacks.c.call.desc()).limit(limit)
    if queue is not None:
        query = query.where(callbacks.c.queue == queue)
    if state is not None:
        query = query.where(callbacks.c.state == state.value)
    if before is not None:
        query = query.where(callbacks.c.call < before)
    rows = await connection.execute(query)
    return [codec.from_row(row, Callback) for row in rows.mappings()]
