"""Voice messages. A fold of the journal, kept for quick lists."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.facts import Fact
from callserver.model.message_facts import VoicemailFact, VoicemailLeft
from callserver.model.voicemail import Handling, Voicemail, VoicemailFilter
from callserver.store import codec
from callserver.store.schema import voicemails
from callserver.store.upsert import upsert

_FACTS = get_args(VoicemailFact)


async def append(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Keep what these facts tell; twice is once."""
    told = [fact for fact in facts if isinstance(fact, _FACTS)]
    if not told:
        return
    known = await _known(connection, {fact.voicemail for fact in told})
    for fact in told:
        if isinstance(fact, VoicemailLeft):
            known.setdefault(fact.voicemail, Voicemail(fact))
        elif (one := known.get(fact.voicemail)) is not None:
            known[fact.voicemail] = one.after(fact)
    rows = [codec.to_row(one.left) | codec.to_row(one.handling) for one in known.values()]
    await upsert(connection, voicemails, rows)


async def _known(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, Voicemail]:
    rows = await connection.execute(select(voicemails).where(voicemails.c.voicemail.in_(ids)))
    return {row["voicemail"]: _one(row) for row in rows.mappings()}


async def one(connection: AsyncConnection, voicemail: str) -> Voicemail | None:
    """A message by its id."""
    return (await _known(connection, [voicemail])).get(voicemail)


async def page(connection: AsyncConnection, wanted: VoicemailFilter) -> list[Voicemail]:
    """Those that are there, newest first."""
    table = voicemails.c
    query = select(voicemails).where(table.deleted_at.is_(None))
    if wanted.mailbox is not None:
        query = query.where(table.mailbox == wanted.mailbox)
    if wanted.queue is not None:
        query = query.where(or_(table.queue == wanted.queue, table.mailbox == wanted.queue))
    if wanted.assignee is not None:
        query = query.where(table.assignee == wanted.assignee)
    if wanted.done is not None:
        query = query.where(table.done_at.is_not(None) if wanted.done else table.done_at.is_(None))
    if wanted.left_before is not None:
        query = query.where(table.at < wanted.left_before)
    if wanted.before is not None:
        query = query.where(table.voicemail < wanted.before)
    rows = await connection.execute(query.order_by(table.voicemail.desc()).limit(wanted.limit))
    return [_one(row) for row in rows.mappings()]


def _one(row: Mapping[Any, Any]) -> Voicemail:
    return Voicemail(codec.from_row(row, VoicemailLeft), codec.from_row(row, Handling))
