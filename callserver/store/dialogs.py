"""SIP dialogs of running calls."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.dialogs import KeptDialog
from callserver.store import codec
from callserver.store.schema import dialogs
from callserver.store.upsert import upsert

_FORGET = delete(dialogs).where(
    dialogs.c.call_id == bindparam("of_call"), dialogs.c.tag == bindparam("of_tag")
)


async def all_dialogs(connection: AsyncConnection) -> list[KeptDialog]:
    """All that are not over."""
    rows = await connection.execute(select(dialogs))
    return [codec.from_row(row, KeptDialog) for row in rows.mappings()]


async def change_dialogs(
    connection: AsyncConnection,
    changed: Sequence[KeptDialog],
    over: Sequence[tuple[str, str]],
) -> None:
    """Insert or replace, and forget; what is not there is no mistake."""
    await upsert(connection, dialogs, [codec.to_row(one) for one in changed])
    if over:
        await connection.execute(
            _FORGET, [{"of_call": call_id, "of_tag": tag} for call_id, tag in over]
        )
