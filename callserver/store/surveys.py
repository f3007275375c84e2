"""What customers think: whom we call to ask, and what they were asked and said. Folds of the
journal."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, Table, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.caller_facts import SurveyAnswered
from callserver.model.facts import Fact
from callserver.model.survey import AnswerCount, CallCount, Survey, SurveyFilter, SurveyState
from callserver.model.survey_facts import SurveyAsked
from callserver.store import codec
from callserver.store.engine import Database
from callserver.store.schema import survey_answers, surveys
from callserver.store.upsert import upsert
from callserver.survey.plan import OPEN, folded, survey_of


async def append(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Keep what these facts tell; twice is once."""
    names = {name for fact in facts if (name := survey_of(fact)) is not None}
    if names:
        rows = await connection.execute(select(surveys).where(surveys.c.call.in_(names)))
        known = {row["call"]: codec.from_row(row, Survey) for row in rows.mappings()}
        changed = folded(known, facts)
        await upsert(connection, surveys, [codec.to_row(one) for one in changed.values()])
    for fact in facts:
        if isinstance(fact, SurveyAsked):
            await upsert(connection, survey_answers, [{**codec.to_row(fact), "answer": None}])
        elif isinstance(fact, SurveyAnswered):
            row = codec.to_row(fact)
            here = survey_answers.c
            there = (here.call == row["call"], here.question == row["question"])
            await connection.execute(
                update(survey_answers).where(*there).values(answer=row["answer"])
            )


class SqlSurveys:
    """Implements ``SurveyStore`` of :mod:`callserver.model.survey`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_surveys(self) -> Sequence[Survey]:
        wanted = select(surveys).where(surveys.c.state.in_([state.value for state in OPEN]))
        async with self._database.reading("read the open surveys") as connection:
            rows = await connection.execute(wanted.order_by(surveys.c.due_at))
            return [codec.from_row(row, Survey) for row in rows.mappings()]

    async def survey(self, call: str) -> Survey | None:
        async with self._database.reading("read a survey") as connection:
            rows = await connection.execute(select(surveys).where(surveys.c.call == call))
            row = rows.mappings().one_or_none()
            return None if row is None else codec.from_row(row, Survey)

    async def last_asked(self, number: str) -> float | None:
        wanted = select(func.max(surveys.c.made_at)).where(surveys.c.number == number)
        async with self._database.reading("read when somebody was asked") as connection:
            last: float | None = await connection.scalar(wanted)
            return last

    async def answer_counts(self, wanted: SurveyFilter) -> Sequence[AnswerCount]:
        here = survey_answers.c
        by = (here.queue, here.agent, here.question, here.answer)
        query = _of(select(*by, func.count()), survey_answers, wanted).group_by(*by).order_by(*by)
        async with self._database.reading("count the answers of surveys") as connection:
            return [AnswerCount(*row) for row in await connection.execute(query)]

    async def call_counts(self, wanted: SurveyFilter) -> Sequence[CallCount]:
        here = surveys.c
        by = (here.queue, here.agent, here.state)
        query = _of(select(*by, func.count()), surveys, wanted).group_by(*by).order_by(*by)
        async with self._database.reading("count the calls of surveys") as connection:
            rows = await connection.execute(query)
            return [
                CallCount(queue, agent, SurveyState(state), n) for queue, agent, state, n in rows
            ]


def _of(query: Select[Any], table: Table, wanted: SurveyFilter) -> Select[Any]:
    """Only what is wanted."""
    if wanted.since is not None:
        query = query.where(table.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(table.c.at < wanted.until)
    if wanted.queue is not None:
        query = query.where(table.c.queue == wanted.queue)
    if wanted.agent is not None:
        query = query.where(table.c.agent == wanted.agent)
    return query
