"""Contacts: what is known of people by their numbers."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.people import Contact
from callserver.store import codec
from callserver.store.schema import contacts
from callserver.store.upsert import upsert


async def one(connection: AsyncConnection, number: str) -> Contact | None:
    """That of a number."""
    rows = await connection.execute(select(contacts).where(contacts.c.number == number))
    row = rows.mappings().one_or_none()
    return None if row is None else codec.from_row(row, Contact)


async def page(connection: AsyncConnection, after: str, limit: int) -> list[Contact]:
    """By number, those behind ``after``."""
    query = select(contacts).where(contacts.c.number > after)
    rows = await connection.execute(query.order_by(contacts.c.number).limit(limit))
    return [codec.from_row(row, Contact) for row in rows.mappings()]


async def save(connection: AsyncConnection, contact: Contact) -> None:
    """Insert or replace by number."""
    await upsert(connection, contacts, [codec.to_row(contact)])


async def forget(connection: AsyncConnection, number: str) -> bool:
    """Whether there was one."""
    result = await connection.execute(delete(contacts).where(contacts.c.number == number))
    return result.rowcount > 0
