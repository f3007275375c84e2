"""Voice messages. A fold of the journal, kept for quick lists."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.facts import Fact
from callserver.model.message_facts import VoicemailLeft
from callserver.store import codec
from callserver.store.schema import voicemails
from callserver.store.upsert import upsert


async def append(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Keep those these facts tell of; twice is once."""
    rows = [codec.to_row(fact) for fact in facts if isinstance(fact, VoicemailLeft)]
    await upsert(connection, voicemails, rows)


async def one(connection: AsyncConnection, voicemail: str) -> VoicemailLeft | None:
    """A message by its id."""
    rows = await connection.execute(select(voicemails).where(voicemails.c.voicemail == voicemail))
    row = rows.mappings().first()
    return None if row is None else codec.from_row(row, VoicemailLeft)


async def page(
    connection: AsyncConnection, mailbox: str | None, before: str | None, limit: int
) -> list[VoicemailLeft]:
    """Messages, newest first, after ``before``."""
    query = select(voicemails).order_by(voicemails.c.voicemail.desc()).limit(limit)
    if mailbox is not None:
        query = query.where(voicemails.c.mailbox == mailbox)
    if before is not None:
        query = query.where(voicemails.c.voicemail < before)
    rows = await connection.execute(query)
    return [codec.from_row(row, VoicemailLeft) for row in rows.mappings()]
