"""Callers who are owed a call back. A fold of the journal, kept for quick lists."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.facts import CallbackOwed, Fact
from callserver.store import codec
from callserver.store.schema import callbacks
from callserver.store.upsert import upsert


async def append(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Keep those these facts tell of; twice is once."""
    rows = [codec.to_row(fact) for fact in facts if isinstance(fact, CallbackOwed)]
    await upsert(connection, callbacks, rows)


async def of_number(connection: AsyncConnection, number: str) -> int:
    """How many a number waits for."""
    query = select(func.count()).select_from(callbacks).where(callbacks.c.number == number)
    return await connection.scalar(query) or 0


async def owed(connection: AsyncConnection) -> list[CallbackOwed]:
    """All of them, the longest waiting first."""
    rows = await connection.execute(select(callbacks).order_by(callbacks.c.entered_at))
    return [codec.from_row(row, CallbackOwed) for row in rows.mappings()]
