"""Companies."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.crm.words import fold, of_company
from callserver.model.contacts import Company, Found
from callserver.store import codec, search
from callserver.store.codec import Row
from callserver.store.schema_crm import companies
from callserver.store.upsert import upsert


def _read(row: Row) -> Company:
    return codec.from_row({name: row[name] for name in row if name != "folded"}, Company)


async def one(connection: AsyncConnection, company: str) -> Company | None:
    """That of an id."""
    rows = await connection.execute(select(companies).where(companies.c.id == company))
    row = rows.mappings().one_or_none()
    return None if row is None else _read(dict(row))


async def named(connection: AsyncConnection, wanted: Sequence[str]) -> dict[str, Company]:
    """By name, however it is written; of several the first."""
    folded = {name: fold(name) for name in wanted}
    query = select(companies).where(companies.c.folded.in_(set(folded.values())))
    rows = (await connection.execute(query.order_by(companies.c.id.desc()))).mappings()
    found = {row["folded"]: _read(dict(row)) for row in rows}
    return {name: found[key] for name, key in folded.items() if key in found}


async def names(connection: AsyncConnection, ids: Collection[str]) -> dict[str, str]:
    """The names of these, by id."""
    if not ids:
        return {}
    query = select(companies.c.id, companies.c.name).where(companies.c.id.in_(list(ids)))
    return {id_: name for id_, name in await connection.execute(query)}


async def page(connection: AsyncConnection, before: str | None, limit: int) -> list[Company]:
    """Newest first."""
    query = select(companies)
    if before is not None:
        query = query.where(companies.c.id < before)
    rows = await connection.execute(query.order_by(companies.c.id.desc()).limit(limit))
    return [_read(dict(row)) for row in rows.mappings()]


async def save(connection: AsyncConnection, company: Company) -> bool:
    """Insert or replace by id; whether one of that id had another name before."""
    old = (await names(connection, {company.id})).get(company.id)
    row = codec.to_row(company)
    await upsert(connection, companies, [{**row, "folded": fold(row["name"])}])
    await search.put(connection, Found.COMPANY, [(company.id, company.name, of_company(company))])
    return old not in (None, company.name)


async def forget(connection: AsyncConnection, company: str) -> bool:
    """Whether there was one."""
    await search.drop(connection, Found.COMPANY, [company])
    result = await connection.execute(delete(companies).where(companies.c.id == company))
    return result.rowcount > 0
