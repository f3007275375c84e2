"""Numbers that must not be called."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from callserver.model.do_not_call import DoNotCall
from callserver.store import codec
from callserver.store.engine import Database
from callserver.store.schema import do_not_call
from callserver.store.schema_crm import contact_keys, contacts
from callserver.store.upsert import upsert


class SqlDoNotCall:
    """Implements ``DoNotCallStore`` of :mod:`callserver.model.do_not_call`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def barred(self) -> Sequence[tuple[str, float | None]]:
        async with self._database.reading("read the do-not-call list") as connection:
            rows = await connection.execute(select(do_not_call.c.number, do_not_call.c.until))
            return [(number, until) for number, until in rows]

    async def unwilling(self) -> Sequence[str]:
        keys = contact_keys.c
        theirs = select(keys.value).join(contacts, contacts.c.id == keys.contact)
        theirs = theirs.where(keys.kind == "number", contacts.c.do_not_call.is_(True))
        async with self._database.reading("read who does not want to be called") as connection:
            return [*await connection.scalars(theirs)]

    async def entry(self, number: str) -> DoNotCall | None:
        wanted = select(do_not_call).where(do_not_call.c.number == number)
        async with self._database.reading("read the do-not-call list") as connection:
            row = (await connection.execute(wanted)).mappings().one_or_none()
            return None if row is None else codec.from_row(row, DoNotCall)

    async def entries(self, after: str, limit: int) -> Sequence[DoNotCall]:
        table = do_not_call
        wanted = select(table).where(table.c.number > after).order_by(table.c.number).limit(limit)
        async with self._database.reading("read the do-not-call list") as connection:
            rows = await connection.execute(wanted)
            return [codec.from_row(row, DoNotCall) for row in rows.mappings()]

    async def put(self, entries: Sequence[DoNotCall]) -> None:
        async with self._database.writing("save the do-not-call list") as connection:
            await upsert(connection, do_not_call, [codec.to_row(one) for one in entries])

    async def remove(self, number: str) -> bool:
        async with self._database.writing("save the do-not-call list") as connection:
            gone = await connection.execute(
                delete(do_not_call).where(do_not_call.c.number == number)
            )
            return gone.rowcount > 0
