"""All that happened with a contact, from the tables where it stands anyway.

Ids begin with the time of birth, so each table gives its newest by the id, and they are woven here.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Select, String, Table, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.interactions import ID_CHARS, Entry, EntryFilter, Way
from callserver.store import contacts
from callserver.store.schema import callbacks, calls, voicemails
from callserver.store.schema_crm import interactions, tasks

Row = Mapping[Any, Any]

_CALL = (
    *("direction", "line", "number", "queue", "result", "reason", "answered_at", "ended_at"),
    *("waited_s", "talked_s", "callback_of"),
)
_CALLBACK = ("number", "queue", "state", "why", "not_before", "closed_at")
_VOICEMAIL = ("call", "number", "mailbox", "queue", "duration_s", "assignee", "done_at", "done_by")
_TASK = ("state", "assignee", "due_at", "updated_at", "external", "by")
_INTERACTION = ("thread", "external", "task", "by")


async def page(connection: AsyncConnection, wanted: EntryFilter) -> list[Entry]:
    """Newest first."""
    family = await contacts.family(connection, wanted.contact)
    found: list[Entry] = []
    if wanted.thread is None:
        for kind, table in (("call", calls), ("survey", calls), ("callback", callbacks)):
            found += await _theirs(connection, kind, table, wanted)
        found += await _theirs(connection, "voicemail", voicemails, wanted)
        if _is_wanted("task", wanted):
            query = select(tasks).where(tasks.c.contact.in_(family))
            rows = await connection.execute(_cut(query, tasks.c.id, "task", wanted))
            found += (_task(row) for row in rows.mappings())
    query = select(interactions).where(interactions.c.contact.in_(family))
    if wanted.kinds:
        query = query.where(interactions.c.kind.in_(wanted.kinds))
    if wanted.thread is not None:
        query = query.where(interactions.c.thread == wanted.thread)
    if wanted.before is not None:
        query = query.where(interactions.c.id <= wanted.before[:ID_CHARS])
    query = query.order_by(interactions.c.id.desc()).limit(wanted.limit + 1)
    rows = await connection.execute(query)
    found += (_interaction(row) for row in rows.mappings())
    if wanted.before is not None:
        found = [one for one in found if one.place < wanted.before]
    return sorted(found, key=lambda one: one.place, reverse=True)[: wanted.limit]


def _is_wanted(kind: str, wanted: EntryFilter) -> bool:
    return not wanted.kinds or kind in wanted.kinds


async def _theirs(
    connection: AsyncConnection, kind: str, table: Table, wanted: EntryFilter
) -> list[Entry]:
    """What a table has of the contact's numbers."""
    if not wanted.numbers or not _is_wanted(kind, wanted):
        return []
    query = select(table).where(table.c.number.in_(wanted.numbers))
    if kind == "survey":
        query = query.where(cast(table.c.survey, String) != "{}")
    if kind == "voicemail":
        query = query.where(table.c.deleted_at.is_(None))
    id_ = {"callback": callbacks.c.call, "voicemail": voicemails.c.voicemail}.get(kind, calls.c.id)
    rows = await connection.execute(_cut(query, id_, kind, wanted))
    make = {"call": _call, "survey": _survey, "callback": _callback, "voicemail": _voicemail}[kind]
    return [make(row) for row in rows.mappings()]


def _cut(query: Select[Any], id_: Column[Any], kind: str, wanted: EntryFilter) -> Select[Any]:
    if wanted.before is not None:
        last, of_kind = wanted.before[:ID_CHARS], wanted.before[ID_CHARS:]
        query = query.where(id_ <= last if kind < of_kind else id_ < last)
    return query.order_by(id_.desc()).limit(wanted.limit)


def _call(row: Row) -> Entry:
    way = Way.OUT if row["direction"] == "outbound" else Way.IN
    return Entry(row["id"], "call", row["offered_at"], way, row["agent"], more=_more(row, _CALL))


def _survey(row: Row) -> Entry:
    at = row["ended_at"] or row["offered_at"]
    more = {"call": row["id"], "answers": dict(row["survey"])}
    return Entry(row["id"], "survey", at, Way.IN, row["agent"], more=more)


def _callback(row: Row) -> Entry:
    more = {**_more(row, _CALLBACK), "attempts": len(row["attempts"])}
    return Entry(row["call"], "callback", row["at"], Way.IN, None, more=more)


def _voicemail(row: Row) -> Entry:
    more = _more(row, _VOICEMAIL)
    return Entry(row["voicemail"], "voicemail", row["at"], Way.IN, None, more=more)


def _task(row: Row) -> Entry:
    texts = row["subject"], row["text"], _more(row, _TASK)
    return Entry(row["id"], "task", row["created_at"], Way.INSIDE, row["assignee"], *texts)


def _interaction(row: Row) -> Entry:
    texts = row["subject"], row["text"], _more(row, _INTERACTION)
    return Entry(row["id"], row["kind"], row["at"], Way(row["way"]), row["agent"], *texts)


def _more(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}
