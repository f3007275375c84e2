"""How far each run of a controller is written, so that every fact is here exactly once."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.errors import StoreBehind
from callserver.model.store_ports import Mark
from callserver.store.schema import marks
from callserver.store.upsert import upsert


async def number(connection: AsyncConnection, run: str) -> int:
    """The number of the last fact of this run that is here; 0: none."""
    found = await connection.scalar(select(marks.c.number).where(marks.c.run == run))
    return found or 0


async def advance(connection: AsyncConnection, mark: Mark) -> bool:
    """Move on to ``mark.upto``, in the transaction that writes the facts; False: they are here
    already. Raises ``StoreBehind`` when the store is not at ``mark.after``."""
    now = await number(connection, mark.run)
    if now >= mark.upto:
        return False
    if now != mark.after:
        raise StoreBehind(now)
    await upsert(connection, marks, [{"run": mark.run, "number": mark.upto}])
    return True
