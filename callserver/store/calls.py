"""The journal and its folds: calls, legs, recordings."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnClause,
    CursorResult,
    Select,
    bindparam,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.call import Ending, Reason, Result
from callserver.model.facts import AgentChanged, Fact
from callserver.model.record import CallRecord, RecordingRecord
from callserver.model.store_ports import CallFilter
from callserver.store import codec
from callserver.store.codec import Row
from callserver.store.schema import agents, calls, journal, legs, recordings
from callserver.store.upsert import upsert

# Written out, not bound: SQLite takes a partial index only when it sees the word itself.
CHANGED: ColumnClause[str] = literal_column(f"'{AgentChanged.__name__}'")
_earlier = journal.alias()
# One step down the index for each agent, however long the journal is.
last_changes = (
    select(journal)
    .where(
        journal.c.seq.in_(
            select(
                select(func.max(_earlier.c.seq))
                .where(_earlier.c.kind == CHANGED, _earlier.c.agent == agents.c.username)
                .correlate(agents)
                .scalar_subquery()
            ).select_from(agents)
        )
    )
    .order_by(journal.c.agent)
)
_SOME = 500
PAST = 1000
"""Nobody needs to know more exactly how often a number called."""
_newest = calls.c.offered_at.desc(), calls.c.id.desc()
_insert_facts = insert(journal)
_delete_legs = delete(legs).where(legs.c.call == bindparam("of_call"))


async def append(
    connection: AsyncConnection, facts: Sequence[Fact], records: Iterable[CallRecord]
) -> None:
    """Write facts at the end of the journal, and the records they changed."""
    if facts:
        await connection.execute(_insert_facts, [codec.fact_to_row(fact) for fact in facts])
    records = tuple(records)
    await upsert(connection, calls, [codec.call_to_row(record) for record in records])
    with_legs = [record for record in records if record.legs]
    if with_legs:
        await connection.execute(_delete_legs, [{"of_call": record.id} for record in with_legs])
        await connection.execute(
            insert(legs), [row for record in with_legs for row in codec.legs_to_rows(record)]
        )
    made = [codec.to_row(record.recording) for record in records if record.recording]
    await upsert(connection, recordings, made)


async def timeline(connection: AsyncConnection, call: str) -> list[Fact]:
    """The facts of a call, in the order they happened."""
    rows = await connection.execute(
        select(journal).where(journal.c.call == call).order_by(journal.c.seq)
    )
    return [codec.fact_from_row(row) for row in rows.mappings()]


async def one(connection: AsyncConnection, call: str) -> CallRecord | None:
    """A call by its id."""
    found = await _records(connection, select(calls).where(calls.c.id == call))
    return found[0] if found else None


async def still_open(connection: AsyncConnection) -> list[CallRecord]:
    """Calls without an ending, oldest first."""
    return await _records(
        connection, select(calls).where(calls.c.result.is_(None)).order_by(calls.c.id)
    )


async def last_agent_changes(connection: AsyncConnection) -> list[AgentChanged]:
    """The latest change of every agent that has an account, by username."""
    rows = await connection.execute(last_changes)
    facts = (codec.fact_from_row(row) for row in rows.mappings())
    return [fact for fact in facts if isinstance(fact, AgentChanged)]


async def ending_counts(connection: AsyncConnection) -> dict[Ending, int]:
    """How many calls ended, by how."""
    rows = await connection.execute(
        select(calls.c.result, calls.c.reason, func.count())
        .where(calls.c.result.is_not(None))
        .group_by(calls.c.result, calls.c.reason)
    )
    return {Ending(Result(result), Reason(reason)): count for result, reason, count in rows}


async def talks_since(connection: AsyncConnection, since: float) -> dict[str, tuple[int, float]]:
    """Of the calls offered since then, by agent who talked in them last: how many, and how long."""
    rows = await connection.execute(
        select(calls.c.agent, func.count(), func.sum(calls.c.talked_s))
        .where(calls.c.offered_at >= since, calls.c.talking_at.is_not(None))
        .where(calls.c.agent.is_not(None), calls.c.queue.is_not(None))
        .group_by(calls.c.agent)
    )
    return {agent: (count, float(talked_s or 0.0)) for agent, count, talked_s in rows}


async def page(connection: AsyncConnection, wanted: CallFilter) -> list[CallRecord]:
    """Calls that fit, newest first, after ``wanted.before``."""
    query = select(calls).order_by(*_newest).limit(wanted.limit)
    asked = (
        # The fewer calls have it, the earlier it stands.
        (calls.c.number, wanted.number),
        (calls.c.agent, wanted.agent),
        (calls.c.line, wanted.line),
        (calls.c.queue, wanted.queue),
        (calls.c.result, wanted.result),
    )
    given = [(column, value) for column, value in asked if value is not None]
    for place, (column, value) in enumerate(given):
        # One index is used: the first. A database that does not know how often a value comes might
        # take another, and read every answered call of the year for those of one agent.
        query = query.where((func.coalesce(column, "") if place else column) == value)
    if wanted.since is not None:
        query = query.where(calls.c.offered_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(calls.c.offered_at < wanted.until)
    if wanted.before is not None:
        last = calls.alias()
        at = select(last.c.offered_at).where(last.c.id == wanted.before).scalar_subquery()
        here = tuple_(calls.c.offered_at, calls.c.id)
        query = query.where(here < tuple_(at, literal(wanted.before)))
    return await _records(connection, query)


async def past(
    connection: AsyncConnection, number: str, since: float, call: str
) -> tuple[int, str | None]:
    """Of a number, without ``call``: how many calls since then, and who spoke with it last."""
    of_number = select(calls.c.id).where(calls.c.number == number, calls.c.id != call)
    recent = of_number.where(calls.c.offered_at >= since).order_by(*_newest).limit(PAST)
    count = await connection.scalar(select(func.count()).select_from(recent.subquery()))
    talked = (
        select(calls.c.agent)
        .where(calls.c.number == number, calls.c.id != call, calls.c.talking_at.is_not(None))
        .order_by(*_newest)
        .limit(1)
    )
    return count or 0, await connection.scalar(talked)


async def recording(connection: AsyncConnection, id_: str) -> RecordingRecord | None:
    """A recording by its id."""
    rows = await connection.execute(select(recordings).where(recordings.c.id == id_))
    row = rows.mappings().first()
    return None if row is None else codec.from_row(row, RecordingRecord)


async def recordings_page(
    connection: AsyncConnection, before: str | None, limit: int
) -> list[RecordingRecord]:
    """Recordings, newest first, after ``before``."""
    query = select(recordings).order_by(recordings.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(recordings.c.id < before)
    rows = await connection.execute(query)
    return [codec.from_row(row, RecordingRecord) for row in rows.mappings()]


async def _records(connection: AsyncConnection, query: Select[Any]) -> list[CallRecord]:
    """The records of the calls that ``query`` selects, in its order."""
    rows = _rows(await connection.execute(query))
    found: list[CallRecord] = []
    for start in range(0, len(rows), _SOME):
        found += await _whole(connection, rows[start : start + _SOME])
    return found


async def _whole(connection: AsyncConnection, rows: Sequence[Row]) -> list[CallRecord]:
    """Calls with their legs and recordings, which are asked by id: the query that found the calls
    may be dear, and databases limit how many values a statement takes."""
    ids = [row["id"] for row in rows]
    legs_of: defaultdict[str, list[Row]] = defaultdict(list)
    of_calls = select(legs).where(legs.c.call.in_(ids)).order_by(legs.c.call, legs.c.n)
    for leg in _rows(await connection.execute(of_calls)):
        legs_of[leg["call"]].append(leg)
    made = select(recordings).where(recordings.c.call.in_(ids)).order_by(recordings.c.id)
    recording_of = {row["call"]: row for row in _rows(await connection.execute(made))}
    return [
        codec.call_from_rows(row, legs_of[row["id"]], recording_of.get(row["id"])) for row in rows
    ]


def _rows(result: CursorResult[Any]) -> list[Row]:
    """Plain dictionaries: SQLAlchemy's mappings cost half of a page of calls."""
    names = [str(name) for name in result.keys()]  # noqa: SIM118 - it is no dictionary
    return [dict(zip(names, row, strict=True)) for row in result]
