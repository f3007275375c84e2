"""What was promised, and what of it was broken."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Select, delete, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.interactions import ID_CHARS, Promise, Promised
from callserver.store import codec
from callserver.store.schema_crm import companies, contacts, interactions, promises
from callserver.store.upsert import upsert

_MOST = 500
"""Broken in one go."""
_TELLABLE = (
    promises.c.breached_at.is_(None),
    promises.c.due_at.is_not(None),
    or_(promises.c.met_at.is_(None), promises.c.met_at > promises.c.due_at),
)


async def _read(connection: AsyncConnection, query: Select[tuple[object, ...]]) -> list[Promise]:
    rows = (await connection.execute(query)).mappings()
    return [codec.from_row(row, Promise) for row in rows]


async def of(connection: AsyncConnection, those: Sequence[str]) -> list[Promise]:
    """All about these."""
    query = select(promises).where(promises.c.of.in_(those))
    return await _read(connection, query.order_by(promises.c.of, promises.c.what))


async def save(connection: AsyncConnection, changed: Sequence[Promise]) -> None:
    """Insert or replace."""
    await upsert(connection, promises, [codec.to_row(one) for one in changed])


async def only(connection: AsyncConnection, of_: str, kept: Sequence[Promise]) -> None:
    """These, and no others about it."""
    await connection.execute(delete(promises).where(promises.c.of == of_))
    await save(connection, kept)


async def profile_of(connection: AsyncConnection, contact: str) -> str | None:
    """The profile of the company of a contact."""
    query = select(companies.c.sla).join(contacts, contacts.c.company == companies.c.id)
    return await connection.scalar(query.where(contacts.c.id == contact))


async def unanswered(
    connection: AsyncConnection, family: Sequence[str], thread: str | None
) -> list[Promise]:
    """The reactions that the interactions of these contacts wait for."""
    query = (
        select(promises)
        .join(interactions, interactions.c.id == promises.c.of)
        .where(
            promises.c.contact.in_(family),
            promises.c.what == Promised.REACTION.value,
            promises.c.met_at.is_(None),
        )
    )
    if thread is not None:
        query = query.where(interactions.c.thread == thread)
    return await _read(connection, query)


async def next_due(connection: AsyncConnection) -> float | None:
    """Of those nobody was told of."""
    due: float | None = await connection.scalar(
        select(func.min(promises.c.due_at)).where(*_TELLABLE)
    )
    return due


async def breach(connection: AsyncConnection, now: float) -> list[Promise]:
    """Those that are broken by now; it is written down that they are."""
    query = select(promises).where(*_TELLABLE, promises.c.due_at < now)
    found = await _read(connection, query.order_by(promises.c.due_at).limit(_MOST))
    broken = [replace(one, breached_at=now) for one in found]
    await save(connection, broken)
    return broken


async def breaches(connection: AsyncConnection, before: str | None, limit: int) -> list[Promise]:
    """Those about what is newest first."""
    place = (promises.c.of, promises.c.what)
    query = select(promises).where(promises.c.breached_at.is_not(None))
    if before is not None:
        query = query.where(tuple_(*place) < tuple_(before[:ID_CHARS], before[ID_CHARS:]))
    return await _read(connection, query.order_by(*(one.desc() for one in place)).limit(limit))
