"""Insert or replace, which each database spells in its own way."""

from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.store.codec import Row


@cache
def _statement(table: Table, dialect: str) -> Any:
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    keys = [column.name for column in table.primary_key]
    return insert.on_conflict_do_update(
        index_elements=keys,
        set_={
            column.name: insert.excluded[column.name]
            for column in table.columns
            if column.name not in keys
        },
    )


async def upsert(connection: AsyncConnection, table: Table, rows: list[Row]) -> None:
    """Insert the rows; where the primary key is taken, replace the rest."""
    if rows:
        await connection.execute(_statement(table, connection.dialect.name), rows)
