"""The histories' part of the store: each door is a transaction around functions of its topic."""

from collections.abc import Callable, Sequence
from time import time

from callserver.crm import customer_events as events
from callserver.model.contacts import Contact, Likeness, Merge
from callserver.model.ids import new_id
from callserver.model.interactions import (
    Entry,
    EntryFilter,
    Interaction,
    Promise,
    Task,
    TaskFilter,
)
from callserver.store import contacts, interactions, merges, outbox, promises, timeline
from callserver.store.engine import Database


class SqlHistories:
    """Implements ``InteractionStore`` and ``MergeStore`` of :mod:`callserver.model.interactions`.
    ``told``: called when there is something to be sent."""

    def __init__(self, database: Database, told: Callable[[], None]) -> None:
        self._database = database
        self._told = told

    async def timeline(self, wanted: EntryFilter) -> Sequence[Entry]:
        async with self._database.reading("read a contact's timeline") as connection:
            return await timeline.page(connection, wanted)

    async def interaction_from(self, external: str) -> Interaction | None:
        async with self._database.reading("read an interaction") as connection:
            return await interactions.by_external(connection, external)

    async def add_interaction(self, one: Interaction, changed: Sequence[Promise]) -> None:
        async with self._database.writing("save an interaction") as connection:
            await interactions.add(connection, [one])
            await promises.save(connection, changed)
            told = await outbox.append(connection, [events.of_interaction(one)])
        self._tell(told)

    async def task(self, task: str) -> Task | None:
        async with self._database.reading("read a task") as connection:
            return await interactions.task(connection, "id", task)

    async def task_from(self, external: str) -> Task | None:
        async with self._database.reading("read a task") as connection:
            return await interactions.task(connection, "external", external)

    async def tasks(self, wanted: TaskFilter) -> Sequence[Task]:
        async with self._database.reading("list tasks") as connection:
            whose = wanted.contact
            family = [] if whose is None else await contacts.family(connection, whose)
            return await interactions.page_of_tasks(connection, wanted, family)

    async def save_task(self, task: Task, kept: Sequence[Promise]) -> None:
        async with self._database.writing("save a task") as connection:
            await interactions.save_task(connection, task)
            await promises.only(connection, task.id, kept)
            told = await outbox.append(connection, [events.of_task(task, new_id())])
        self._tell(told)

    async def delete_task(self, task: str) -> bool:
        async with self._database.writing("delete a task") as connection:
            gone = await interactions.forget_task(connection, task)
            told = gone and await outbox.append(
                connection, [events.of_dropped_task(task, time(), new_id())]
            )
        self._tell(told)
        return gone

    async def profile_of(self, contact: str | None) -> str | None:
        if contact is None:
            return None
        async with self._database.reading("read what is promised to a client") as connection:
            return await promises.profile_of(connection, contact)

    async def promises(self, of: Sequence[str]) -> Sequence[Promise]:
        async with self._database.reading("read promises") as connection:
            return await promises.of(connection, of)

    async def unanswered(self, contact: str, thread: str | None) -> Sequence[Promise]:
        async with self._database.reading("read promises") as connection:
            family = await contacts.family(connection, contact)
            return await promises.unanswered(connection, family, thread)

    async def next_due(self) -> float | None:
        async with self._database.reading("read what is due") as connection:
            return await promises.next_due(connection)

    async def breach(self, now: float) -> Sequence[Promise]:
        async with self._database.writing("note broken promises") as connection:
            broken = await promises.breach(connection, now)
            told = await outbox.append(connection, [events.of_breach(one) for one in broken])
        self._tell(told)
        return broken

    async def breaches(self, before: str | None, limit: int) -> Sequence[Promise]:
        async with self._database.reading("list broken promises") as connection:
            return await promises.breaches(connection, before, limit)

    async def merge(self, one: Merge) -> None:
        async with self._database.writing("merge contacts") as connection:
            await merges.make(connection, one)
            gone = events.of_forgotten(one.gone.id, one.at, new_id(), one.after.id)
            made = [gone, events.of_contact(one.after, new_id())]
            told = await outbox.append(connection, made)
        self._tell(told)

    async def undo(self, one: Merge, kept: Contact, back: Contact) -> None:
        async with self._database.writing("undo a merge") as connection:
            await merges.undo(connection, one, kept, back)
            made = [events.of_contact(each, new_id()) for each in (kept, back)]
            told = await outbox.append(connection, made)
        self._tell(told)

    async def merged(self, merge: str) -> Merge | None:
        async with self._database.reading("read a merge") as connection:
            return await merges.one(connection, merge)

    async def merges(self, before: str | None, limit: int) -> Sequence[Merge]:
        async with self._database.reading("list merges") as connection:
            return await merges.page(connection, before, limit)

    async def alike(self, limit: int) -> Sequence[Likeness]:
        async with self._database.reading("look for contacts that are one") as connection:
            return await merges.alike(connection, limit)

    def _tell(self, told: bool) -> None:
        if told:
            self._told()
