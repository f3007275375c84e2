"""Answers to requests that carry a key, for a day."""

from typing import Final

from sqlalchemy import delete, select, update

from callserver.model.answers import KeptAnswer
from callserver.store import codec
from callserver.store.engine import Database
from callserver.store.outbox import add
from callserver.store.schema import answers

DAY_S: Final = 86_400.0


class SqlAnswers:
    """Implements ``AnswerStore`` of :mod:`callserver.model.answers`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, key: str, request: str, now: float) -> KeptAnswer | None:
        wanted = select(
            *(answers.c.request, answers.c.status, answers.c.location, answers.c.body),
            answers.c.secret,
        ).where(answers.c.key == key)
        async with self._database.writing("begin a request") as connection:
            await connection.execute(delete(answers).where(answers.c.at < now - DAY_S))
            known = (await connection.execute(wanted)).mappings().one_or_none()
            if known is not None:
                return codec.from_row(known, KeptAnswer)
            new = {"key": key, "at": now, **codec.to_row(KeptAnswer(request))}
            await add(connection, answers, [new])
            return None

    async def keep(self, key: str, answer: KeptAnswer) -> None:
        async with self._database.writing("keep an answer") as connection:
            values = codec.to_row(answer)
            await connection.execute(update(answers).where(answers.c.key == key).values(values))

    async def drop(self, key: str) -> None:
        async with self._database.writing("forget a request") as connection:
            await connection.execute(delete(answers).where(answers.c.key == key))
