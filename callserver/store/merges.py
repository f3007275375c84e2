"""Contacts that are one, and those that may be."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.contacts import NUMBER, Contact, Likeness, Merge
from callserver.model.errors import NotAllowed
from callserver.model.plain import plain
from callserver.store import codec, contacts
from callserver.store.schema_crm import contact_keys, merges
from callserver.store.schema_crm import contacts as table

SAME_END = 8
"""Of two numbers, the last digits that are the same by no accident."""


async def one(connection: AsyncConnection, merge: str) -> Merge | None:
    """That of an id."""
    rows = await connection.execute(select(merges).where(merges.c.id == merge))
    row = rows.mappings().one_or_none()
    return None if row is None else _read(row)


async def page(connection: AsyncConnection, before: str | None, limit: int) -> list[Merge]:
    """Newest first."""
    query = select(merges)
    if before is not None:
        query = query.where(merges.c.id < before)
    rows = await connection.execute(query.order_by(merges.c.id.desc()).limit(limit))
    return [_read(row) for row in rows.mappings()]


def _read(row: Mapping[Any, Any]) -> Merge:
    known = {name: value for name, value in row.items() if name not in ("kept", "lost")}
    return codec.from_row(known, Merge)


async def make(connection: AsyncConnection, merge: Merge) -> None:
    """Write it down, and do it: who is gone waits without keys, hidden."""
    row = plain(msgspec.to_builtins(merge))
    await connection.execute(
        insert(merges), [{**row, "kept": merge.before.id, "lost": merge.gone.id}]
    )
    await contacts.hide(connection, merge.gone.id, merge.after.id)
    await contacts.save(connection, [merge.after])


async def undo(connection: AsyncConnection, merge: Merge, kept: Contact, back: Contact) -> None:
    """Both as they are now. Raises ``NotAllowed``."""
    query = select(merges.c.id).where(
        merges.c.lost == kept.id, merges.c.undone_at.is_(None), merges.c.id > merge.id
    )
    if (later := await connection.scalar(query)) is not None:
        raise NotAllowed(f"{kept.id} was merged into another itself; undo {later} first")
    await contacts.save(connection, [kept])
    await contacts.save(connection, [back])
    done = update(merges).where(merges.c.id == merge.id).values(undone_at=merge.undone_at)
    await connection.execute(done)


async def alike(connection: AsyncConnection, limit: int) -> list[Likeness]:
    """Those that have the most telling thing in common first."""
    keys = contact_keys.c
    end = func.substr(keys.value, func.length(keys.value) - SAME_END + 1).label("ending")
    count = func.count(func.distinct(keys.contact))
    found: list[Likeness] = []
    channels = (
        select(keys.kind, keys.value, func.min(keys.contact), func.max(keys.contact))
        .where(keys.kind.like("to:%"))
        .group_by(keys.kind, keys.value)
    )
    for kind, value, first, last in await connection.execute(
        channels.having(count > 1).limit(limit)
    ):
        found.append(Likeness(kind.removeprefix("to:"), value, (first, last)))
    numbers = (
        select(end, func.min(keys.contact), func.max(keys.contact))
        .where(keys.kind == NUMBER)
        .group_by("ending")  # by name: PostgreSQL takes two equal expressions with values for two
    )
    for value, first, last in await connection.execute(numbers.having(count > 1).limit(limit)):
        found.append(Likeness("number", value, (first, last)))
    names = (
        select(table.c.folded, func.min(table.c.id), func.max(table.c.id))
        .where(table.c.merged_into.is_(None), table.c.folded != "")
        .group_by(table.c.folded)
        .having(func.count() > 1)
    )
    for value, first, last in await connection.execute(names.limit(limit)):
        found.append(Likeness("name", value, (first, last)))
    return found[:limit]
