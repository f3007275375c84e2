"""Reading the journal on from a number, in parts that are never long to read."""

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.following import FactFilter, Passage
from callserver.store import codec
from callserver.store.schema import calls, journal

WINDOW = 2000
"""Numbers in one part, whether they are wanted or not."""


async def last_number(connection: AsyncConnection) -> int:
    """That of the newest fact; 0: there is none."""
    return await connection.scalar(select(func.max(journal.c.seq))) or 0


async def facts_after(connection: AsyncConnection, number: int, wanted: FactFilter) -> Passage:
    """A part of what happened after that number, oldest first."""
    last = await last_number(connection)
    if last <= number:
        return Passage((), number)
    read_to = min(last, number + WINDOW)
    query = select(journal).where(journal.c.seq > number, journal.c.seq <= read_to)
    if wanted.kinds is not None:
        query = query.where(journal.c.kind.in_(wanted.kinds))
    if wanted.but:
        query = query.where(journal.c.kind.not_in(wanted.but))
    if wanted.call is not None:
        query = query.where(journal.c.call == wanted.call)
    if wanted.agent is not None:
        query = query.where(journal.c.agent == wanted.agent)
    if wanted.queue is not None:
        of_queue = select(calls.c.id).where(calls.c.queue == wanted.queue)
        named = journal.c.body["queue"].as_string() == wanted.queue
        query = query.where(or_(journal.c.call.in_(of_queue), named))
    rows = await connection.execute(query.order_by(journal.c.seq))
    facts = [(row["seq"], codec.fact_from_row(row)) for row in rows.mappings()]
    return Passage(facts, read_to)
