"""The audit log: who heard, changed, exported what. A fold of the journal, for quick lists."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.facts import Audited, Fact
from callserver.model.store_ports import AuditFilter
from callserver.store import codec
from callserver.store.schema import audit
from callserver.store.upsert import upsert


async def append(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Keep what of these facts belongs in the audit log; twice is once."""
    rows = [codec.to_row(fact) for fact in facts if isinstance(fact, Audited)]
    await upsert(connection, audit, rows)


async def page(connection: AsyncConnection, wanted: AuditFilter) -> list[Audited]:
    """Entries that fit, newest first, after ``wanted.before``."""
    query = select(audit).order_by(audit.c.id.desc()).limit(wanted.limit)
    for column, value in (
        (audit.c.actor, wanted.actor),
        (audit.c.action, wanted.action),
        (audit.c.target, wanted.target),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(audit.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(audit.c.at < wanted.until)
    if wanted.before is not None:
        query = query.where(audit.c.id < wanted.before)
    rows = await connection.execute(query)
    return [codec.from_row(row, Audited) for row in rows.mappings()]
