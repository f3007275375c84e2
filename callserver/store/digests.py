"""What a digest is counted from: few columns, a piece at a time, and counts the database makes."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.agent import AgentState
from callserver.model.call import Direction, Result
from callserver.model.callback import CallbackState
from callserver.model.digest import (
    AgentStep,
    Beside,
    CallbackCount,
    QueuedCall,
    VoicemailCount,
)
from callserver.model.hooks import DeliveryState, HookEvent
from callserver.model.survey import SurveyFilter, SurveyStore
from callserver.store import outbox
from callserver.store.calls import CHANGED
from callserver.store.engine import Database
from callserver.store.schema import agents, callbacks, calls, journal, recordings, voicemails
from callserver.store.schema_crm import promises
from callserver.store.schema_hooks import deliveries

_place = tuple_(calls.c.offered_at, calls.c.id)
_queued: Select[Any] = (
    select(
        *(calls.c.id, calls.c.offered_at, calls.c.queue, calls.c.result),
        *(calls.c.agent, calls.c.talking_at, calls.c.waited_s, calls.c.talked_s),
        *(recordings.c.id.label("recording"), calls.c.gaps),
    )
    .select_from(calls.outerjoin(recordings, recordings.c.call == calls.c.id))
    .where(calls.c.queued_at.is_not(None), calls.c.direction == Direction.INBOUND.value)
    .order_by(calls.c.offered_at, calls.c.id)
)
_here = voicemails.c


class SqlDigests:
    """Implements ``DigestStore`` of :mod:`callserver.model.digest`. ``told`` is called when there
    is something new to be sent."""

    def __init__(self, database: Database, surveys: SurveyStore, told: Callable[[], None]) -> None:
        self._database = database
        self._surveys = surveys
        self._told = told

    async def queued(
        self, since: float, until: float, after: QueuedCall | None, limit: int
    ) -> Sequence[QueuedCall]:
        query = _queued.where(calls.c.offered_at >= since, calls.c.offered_at < until)
        if after is not None:
            last = tuple_(literal(after.offered_at), literal(after.id))
            query = query.where(calls.c.offered_at >= after.offered_at, _place > last)
        async with self._database.reading("read the calls of a digest") as connection:
            rows = await connection.execute(query.limit(limit))
            return [_call(*row) for row in rows]

    async def agents(self) -> Sequence[str]:
        async with self._database.reading("read the agents") as connection:
            return list(await connection.scalars(select(agents.c.username)))

    async def passage(self, since: float, until: float) -> tuple[int, int]:
        async with self._database.reading("find a day in the journal") as connection:
            return await _number(connection, since), await _number(connection, until)

    async def steps(self, agent: str, passage: tuple[int, int]) -> Sequence[AgentStep]:
        state = journal.c.body["state"].as_string()
        query = (
            select(journal.c.at, state, journal.c.call)
            .where(journal.c.kind == CHANGED, journal.c.agent == agent)
            .where(journal.c.seq >= passage[0], journal.c.seq < passage[1])
            .order_by(journal.c.seq)
        )
        async with self._database.reading("read what an agent did") as connection:
            rows = await connection.execute(query)
            return [AgentStep(at, AgentState(state), call) for at, state, call in rows]

    async def beside(self, since: float, until: float) -> Beside:
        by = (callbacks.c.queue, callbacks.c.state)
        asked = select(*by, func.count()).where(callbacks.c.at >= since, callbacks.c.at < until)
        unheard = func.count().filter(_here.done_at.is_(None), _here.deleted_at.is_(None))
        where = func.coalesce(_here.queue, _here.mailbox)
        left = select(where, func.count(), unheard).where(
            _here.started_at >= since, _here.started_at < until
        )
        broken = select(func.count()).where(
            promises.c.breached_at >= since, promises.c.breached_at < until
        )
        answers = await self._surveys.answer_counts(SurveyFilter(since=since, until=until))
        async with self._database.reading("count what came in a day") as connection:
            requests = await connection.execute(asked.group_by(*by))
            messages = await connection.execute(left.group_by(where))
            return Beside(
                [CallbackCount(queue, CallbackState(state), n) for queue, state, n in requests],
                [VoicemailCount(*row) for row in messages],
                answers,
                await connection.scalar(broken) or 0,
            )

    async def dead(self) -> int:
        query = select(func.count()).where(deliveries.c.state == DeliveryState.DEAD.value)
        async with self._database.reading("count what was given up") as connection:
            return await connection.scalar(query) or 0

    async def is_told(self, id_: str) -> bool:
        async with self._database.reading("look whether a digest was told") as connection:
            return bool(await outbox.numbers(connection, [id_]))

    async def tell(self, event: HookEvent) -> None:
        async with self._database.writing("tell a digest") as connection:
            told = await outbox.append(connection, [event])
        if told:
            self._told()


def _call(
    id_: str,
    at: float,
    queue: str,
    result: str | None,
    agent: str | None,
    talking_at: float | None,
    waited_s: float,
    talked_s: float,
    recording: str | None,
    gaps: list[object],
) -> QueuedCall:
    return QueuedCall(
        *(id_, at, queue, None if result is None else Result(result)),
        talked=talking_at is not None and agent is not None,
        waited_s=waited_s,
        talked_s=talked_s,
        recorded=recording is not None and not gaps,
    )


async def _number(connection: AsyncConnection, at: float) -> int:
    """That of the first fact from this time on. The journal is in the order of time but for the
    moments in which facts wait for each other, so halving it finds the place in 30 steps."""
    low = await connection.scalar(select(func.min(journal.c.seq))) or 0
    high = (await connection.scalar(select(func.max(journal.c.seq))) or 0) + 1
    while low < high:
        middle = (low + high) // 2
        query = select(journal.c.seq, journal.c.at).where(journal.c.seq >= middle)
        row = (await connection.execute(query.order_by(journal.c.seq).limit(1))).first()
        if row is None or row[1] >= at:
            high = middle
        else:
            low = row[0] + 1
    return low
