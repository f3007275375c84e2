"""Callers who are to be called back. A fold of the journal, kept for quick lists: the same fold
that the server itself goes by (``callback/book.py``)."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.callback.book import Book, request_of
from callserver.model.callback import Callback, CallbackState, CallbackWhy
from callserver.model.callback_facts import CallbackSuggested
from callserver.model.caller_facts import CallbackRequested
from callserver.model.facts import CallbackOwed, Fact
from callserver.store import codec
from callserver.store.schema import callbacks
from callserver.store.upsert import upsert

_OPEN = callbacks.c.state == CallbackState.OPEN.value
_ALIVE = callbacks.c.state.in_((CallbackState.OPEN.value, CallbackState.SUGGESTED.value))


async def append(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Keep what these facts tell; twice is once."""
    named = [(fact, name) for fact in facts if (name := request_of(fact)) is not None]
    if not named:
        return
    book = Book(await _concerned(connection, named))
    changed = {one.call: one for fact, _ in named for one in book.follow(fact)}
    await upsert(connection, callbacks, [codec.to_row(one) for one in changed.values()])


async def _concerned(
    connection: AsyncConnection, named: Sequence[tuple[Fact, str]]
) -> list[Callback]:
    """The requests that these facts name, and those that others may be merged into."""
    wanted: list[ColumnElement[bool]] = [callbacks.c.call.in_({name for _, name in named})]
    for fact, _ in named:
        if isinstance(fact, CallbackRequested | CallbackOwed | CallbackSuggested):
            waits = (callbacks.c.number == fact.number, callbacks.c.queue == fact.queue)
            wanted.append(and_(_ALIVE, *waits))
    rows = await connection.execute(select(callbacks).where(or_(*wanted)))
    return [codec.from_row(row, Callback) for row in rows.mappings()]


async def one(connection: AsyncConnection, callback: str) -> Callback | None:
    rows = await connection.execute(select(callbacks).where(callbacks.c.call == callback))
    row = rows.mappings().first()
    return None if row is None else codec.from_row(row, Callback)


async def open_ones(connection: AsyncConnection) -> list[Callback]:
    """Those in no final state, the longest waiting first."""
    rows = await connection.execute(
        select(callbacks).where(_ALIVE).order_by(callbacks.c.entered_at, callbacks.c.call)
    )
    return [codec.from_row(row, Callback) for row in rows.mappings()]


async def of_number(connection: AsyncConnection, number: str) -> int:
    """How many a number waits for."""
    query = select(func.count()).select_from(callbacks).where(callbacks.c.number == number, _OPEN)
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
