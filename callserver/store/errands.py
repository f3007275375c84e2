"""Calls that CRMs asked for: what is remembered of them before they begin, so that one is made of
each, and none is forgotten.

They stand among what connectors remember: the CRM's id of the call leads to ours by a key of its
own, beside what is known of our call.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.errands import Adopted
from callserver.model.hooks import HookEvent
from callserver.store import codec
from callserver.store.engine import Database
from callserver.store.outbox import add, numbers, pending
from callserver.store.schema_hooks import deliveries, outbox, remembered

CARD: Final = "card:"
"""Before the CRM's id of a call, in a key."""
CALL: Final = "call:"
"""Before ours, as in the keys of events."""


class SqlErrands:
    """Implements ``ErrandStore`` of :mod:`callserver.model.errands`. ``told`` is called when there
    is something to be sent."""

    def __init__(self, database: Database, told: Callable[[], None]) -> None:
        self._database = database
        self._told = told

    async def adopt(self, one: Adopted, known: Mapping[str, str]) -> bool:
        async with self._database.writing("adopt a call of a CRM") as connection:
            query = select(remembered.c.key).where(_card(one))
            if await connection.scalar(query) is not None:
                return False
            asked = {"call": one.call, "user": one.user, "open": "yes"}
            for key, what in ((CARD + one.card, asked), (CALL + one.call, dict(known))):
                row = {"subscription": one.subscription, "key": key, "known": what, "at": one.at}
                await connection.execute(insert(remembered).values(row))
            return True

    async def adopted(self) -> Sequence[Adopted]:
        query = select(remembered).where(remembered.c.key.startswith(CARD, autoescape=True))
        async with self._database.reading("read calls that CRMs asked for") as connection:
            rows = (await connection.execute(query)).mappings()
            return [_adopted(dict(row)) for row in rows if "open" in row["known"]]

    async def settle(self, one: Adopted, event: HookEvent | None) -> None:
        async with self._database.writing("settle a call of a CRM") as connection:
            done = {"call": one.call, "user": one.user}
            changed = update(remembered).where(_card(one)).values(known=done)
            if not (await connection.execute(changed)).rowcount:
                return  # the connector was taken out meanwhile, and its CRM is told nothing
            if event is not None:
                await _tell(connection, one.subscription, event)
        if event is not None:
            self._told()


def _card(one: Adopted) -> Any:
    return (remembered.c.subscription == one.subscription) & (remembered.c.key == CARD + one.card)


def _adopted(row: Mapping[str, Any]) -> Adopted:
    known, card = row["known"], str(row["key"]).removeprefix(CARD)
    return Adopted(row["subscription"], card, known["call"], known["user"], row["at"])


async def _tell(connection: AsyncConnection, subscription: str, event: HookEvent) -> None:
    """Keep an event for one alone."""
    await add(connection, outbox, [codec.to_row(event)])
    number = await numbers(connection, [event.id])
    await add(connection, deliveries, [pending(subscription, number[event.id], event.at)])
