"""Addresses that are not heard at the SIP door."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.bans import Ban
from callserver.store import codec
from callserver.store.schema import bans
from callserver.store.upsert import upsert


async def all_bans(connection: AsyncConnection) -> list[Ban]:
    """All bans, those that are over too: they make the next one longer."""
    rows = await connection.execute(select(bans).order_by(bans.c.since, bans.c.address))
    return [codec.from_row(row, Ban) for row in rows.mappings()]


async def save_ban(connection: AsyncConnection, ban: Ban) -> None:
    """Insert or replace by address."""
    await upsert(connection, bans, [codec.to_row(ban)])


async def delete_ban(connection: AsyncConnection, address: str) -> None:
    """Forget a ban; one that is not there is no mistake."""
    await connection.execute(delete(bans).where(bans.c.address == address))
