"""Contacts and all they are found by: numbers, channels, ids elsewhere, tags."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.crm.words import fold, of_contact
from callserver.model.contacts import (
    EXTERNAL,
    MAIL,
    NUMBER,
    TAG,
    Channel,
    Contact,
    ContactFilter,
    Found,
    Key,
    channel_of,
    key_at,
)
from callserver.model.errors import NotAllowed
from callserver.model.plain import plain
from callserver.store import codec, companies, interactions, search
from callserver.store.codec import Row
from callserver.store.schema_crm import contact_keys, contacts
from callserver.store.upsert import upsert

_KEYS: Mapping[str, str] = {NUMBER: "numbers", EXTERNAL: "external", TAG: "tags"}
_SOME = 500


async def load(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, Contact]:
    """Those with these ids that were not merged into others, by id."""
    wanted = sorted(set(ids))
    found: dict[str, Contact] = {}
    for start in range(0, len(wanted), _SOME):
        found |= await _load(connection, wanted[start : start + _SOME])
    return found


async def _load(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, Contact]:
    query = select(contacts).where(contacts.c.id.in_(ids), contacts.c.merged_into.is_(None))
    rows = {row["id"]: dict(row) for row in (await connection.execute(query)).mappings()}
    for row in rows.values():
        del row["folded"], row["merged_into"]
        row |= {"numbers": [], "external": [], "tags": [], "channels": []}
    keys = select(contact_keys).where(contact_keys.c.contact.in_(list(rows)))
    keys = keys.order_by(contact_keys.c.contact, contact_keys.c.n)
    for contact, kind, value, _ in await connection.execute(keys):
        if kind in _KEYS:
            rows[contact][_KEYS[kind]].append(value)
        else:
            rows[contact]["channels"].append(codec.to_row(channel_of((kind, value))))
    return {id_: codec.from_row(row, Contact) for id_, row in rows.items()}


async def owners(connection: AsyncConnection, keys: Iterable[Key]) -> dict[Key, str]:
    """Whose these are, of several the first, by key."""
    by_kind: dict[str, list[str]] = {}
    for kind, value in dict.fromkeys(keys):
        by_kind.setdefault(kind, []).append(plain(value))
    found: dict[Key, str] = {}
    for kind, values in by_kind.items():
        for start in range(0, len(values), _SOME):
            some = values[start : start + _SOME]
            query = select(contact_keys.c.value, contact_keys.c.contact).where(
                contact_keys.c.kind == kind, contact_keys.c.value.in_(some)
            )
            query = query.order_by(contact_keys.c.contact.desc())
            found |= {(kind, value): id_ for value, id_ in await connection.execute(query)}
    return found


async def by_keys(connection: AsyncConnection, keys: Iterable[Key]) -> dict[Key, Contact]:
    """Whose these are, of several the first, by key."""
    held = await owners(connection, keys)
    found = await load(connection, held.values())
    return {key: found[id_] for key, id_ in held.items()}


async def living(connection: AsyncConnection, contact: str) -> str:
    """The id under which a contact is now: that of whom it was merged into."""
    query = select(contacts.c.merged_into).where(contacts.c.id == contact)
    into = (await connection.execute(query)).scalar_one_or_none()
    return contact if into is None else await living(connection, into)


async def family(connection: AsyncConnection, contact: str) -> list[str]:
    """A contact and all who were merged into it."""
    found, more = [contact], [contact]
    while more:
        query = select(contacts.c.id).where(contacts.c.merged_into.in_(more))
        more = list(await connection.scalars(query))
        found += more
    return found


async def page(connection: AsyncConnection, wanted: ContactFilter) -> list[Contact]:
    """Newest first."""
    query = select(contacts.c.id).where(contacts.c.merged_into.is_(None))
    for name in ("company", "owner", "vip", "blocked"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(contacts.c[name] == value)
    for key in _asked(wanted):
        having = select(contact_keys.c.contact).where(
            contact_keys.c.kind == key[0], contact_keys.c.value == key[1]
        )
        query = query.where(contacts.c.id.in_(having))
    if wanted.before is not None:
        query = query.where(contacts.c.id < wanted.before)
    query = query.order_by(contacts.c.id.desc()).limit(wanted.limit)
    ids = list((await connection.execute(query)).scalars())
    found = await load(connection, ids)
    return [found[id_] for id_ in ids]


def _asked(wanted: ContactFilter) -> Iterable[Key]:
    if wanted.tag is not None:
        yield TAG, wanted.tag
    if wanted.mail is not None:
        yield key_at(Channel(MAIL, wanted.mail))


async def save(connection: AsyncConnection, changed: Sequence[Contact]) -> None:
    """Insert or replace by id. Raises ``NotAllowed`` when what only one can have is another's."""
    rows, keys = [], []
    for contact in changed:
        row = codec.to_row(contact)
        for name in ("numbers", "channels", "external", "tags"):
            del row[name]
        rows.append({**row, "folded": fold(row["name"]), "merged_into": None})
        keys += _key_rows(contact)
    ids = [contact.id for contact in changed]
    await _check(connection, keys, set(ids))
    await upsert(connection, contacts, rows)
    await connection.execute(delete(contact_keys).where(contact_keys.c.contact.in_(ids)))
    if keys:
        await connection.execute(insert(contact_keys), keys)
    await _index(connection, changed)


def _key_rows(contact: Contact) -> list[Row]:
    keys = dict.fromkeys((kind, plain(value)) for kind, value in contact.found_by())
    return [
        {"contact": contact.id, "kind": kind, "value": value, "n": n}
        for n, (kind, value) in enumerate(keys)
    ]


async def _check(connection: AsyncConnection, keys: Sequence[Row], own: set[str]) -> None:
    unique = [(key["kind"], key["value"]) for key in keys if key["kind"] in (NUMBER, EXTERNAL)]
    for (_, value), owner in (await owners(connection, unique)).items():
        if owner not in own:
            raise NotAllowed(f"{value} is that of contact {owner}; take it away there, or merge")


async def _index(connection: AsyncConnection, changed: Sequence[Contact]) -> None:
    names = await companies.names(connection, {one.company for one in changed if one.company})
    docs = (
        (one.id, one.title, of_contact(one, names.get(one.company or "", ""))) for one in changed
    )
    await search.put(connection, Found.CONTACT, docs)


async def index_again(connection: AsyncConnection, company: str) -> None:
    """The name of their company is another one."""
    query = select(contacts.c.id).where(contacts.c.company == company)
    ids = list((await connection.execute(query)).scalars())
    for start in range(0, len(ids), _SOME):
        found = await load(connection, ids[start : start + _SOME])
        await _index(connection, list(found.values()))


async def hide(connection: AsyncConnection, contact: str, into: str) -> None:
    """They are another one from now on."""
    await search.drop(connection, Found.CONTACT, [contact])
    await connection.execute(delete(contact_keys).where(contact_keys.c.contact == contact))
    hidden = update(contacts).where(contacts.c.id == contact).values(merged_into=into)
    await connection.execute(hidden)


async def forget(connection: AsyncConnection, contact: str) -> bool:
    """Whether there was one. Who was merged into it is forgotten too."""
    await search.drop(connection, Found.CONTACT, [contact])
    await interactions.drop_docs_of(connection, await family(connection, contact))
    result: Any = await connection.execute(delete(contacts).where(contacts.c.id == contact))
    return bool(result.rowcount > 0)
