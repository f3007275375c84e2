"""Interactions and tasks."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.crm.words import of_text
from callserver.model.contacts import Found
from callserver.model.interactions import Interaction, Task, TaskFilter
from callserver.store import codec, search
from callserver.store.schema_crm import interactions, promises, tasks
from callserver.store.upsert import upsert


async def by_external(connection: AsyncConnection, external: str) -> Interaction | None:
    """The one with this id elsewhere."""
    query = select(interactions).where(interactions.c.external == external)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else codec.from_row(row, Interaction)


async def add(connection: AsyncConnection, new: Sequence[Interaction]) -> None:
    """New ones."""
    if new:
        await connection.execute(insert(interactions), [codec.to_row(one) for one in new])


async def task(connection: AsyncConnection, name: str, value: str) -> Task | None:
    """That whose column of this name has this value."""
    query = select(tasks).where(tasks.c[name] == value)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else codec.from_row(row, Task)


async def page_of_tasks(
    connection: AsyncConnection, wanted: TaskFilter, family: Sequence[str] = ()
) -> list[Task]:
    """Newest first; ``family``: of these contacts (none: of any)."""
    query = select(tasks)
    if family:
        query = query.where(tasks.c.contact.in_(family))
    for name in ("state", "assignee"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(tasks.c[name] == value)
    if wanted.before is not None:
        query = query.where(tasks.c.id < wanted.before)
    rows = await connection.execute(query.order_by(tasks.c.id.desc()).limit(wanted.limit))
    return [codec.from_row(row, Task) for row in rows.mappings()]


async def save_task(connection: AsyncConnection, one: Task) -> None:
    """Insert or replace by id."""
    await upsert(connection, tasks, [codec.to_row(one)])
    await search.put(
        connection, Found.TASK, [(one.id, one.subject, of_text(one.id, one.subject, one.text))]
    )


async def forget_task(connection: AsyncConnection, one: str) -> bool:
    """With its promises; whether there was one."""
    await search.drop(connection, Found.TASK, [one])
    await connection.execute(delete(promises).where(promises.c.of == one))
    result = await connection.execute(delete(tasks).where(tasks.c.id == one))
    return result.rowcount > 0


async def drop_docs_of(connection: AsyncConnection, family: Sequence[str]) -> None:
    """The tasks of contacts who are forgotten are found no more."""
    ids = await connection.scalars(select(tasks.c.id).where(tasks.c.contact.in_(family)))
    await search.drop(connection, Found.TASK, ids.all())
