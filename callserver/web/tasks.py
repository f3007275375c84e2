"""Tasks (others say tickets), and what was promised and not kept."""

from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web
from msgspec import Struct

from callserver.crm.customers import Customers, Histories
from callserver.crm.promises import is_broken
from callserver.model.contacts import ContactStore
from callserver.model.ids import new_id
from callserver.model.interactions import Promise, Promised, Task, TaskState
from callserver.model.ports import Clock
from callserver.web import problems
from callserver.web.asks import Page
from callserver.web.asks_histories import NewTask, TasksQuery
from callserver.web.auth import actor
from callserver.web.operation import Operation
from callserver.web.problems import Problem, invalid
from callserver.web.shapes import Created, PageOut, Time, iso, iso_or_none, page

_TASKS = "/api/v1/tasks"


class PromiseOut(Struct, frozen=True, kw_only=True):
    """Something that was promised about a task or an interaction (``of``). ``due_at`` null: the
    clock stands; ``broken``: it is, or was, too late."""

    of: str
    what: Promised
    contact: str | None
    profile: str
    due_at: Time | None
    met_at: Time | None
    broken: bool


class TaskOut(Struct, frozen=True, kw_only=True):
    """One task."""

    id: str
    subject: str
    text: str
    contact: str | None
    state: TaskState
    assignee: str | None
    due_at: Time | None
    external: str | None
    by: str
    created_at: Time
    updated_at: Time
    promises: list[PromiseOut]


class Tasks:
    """``/api/v1/tasks`` and ``/api/v1/breaches``."""

    def __init__(
        self, book: ContactStore, store: Histories, customers: Customers, clock: Clock
    ) -> None:
        self._book = book
        self._store = store
        self._customers = customers
        self._clock = clock

    def operations(self) -> tuple[Operation, ...]:
        """What it does, for the table."""
        one = f"{_TASKS}/{{task:[0-9a-z]{{1,32}}}}"
        return (
            Operation("tasks.list", "GET", _TASKS, self.list),
            Operation("tasks.create", "POST", _TASKS, self.create),
            Operation("tasks.get", "GET", one, self.get),
            Operation("tasks.put", "PUT", one, self.put),
            Operation("tasks.delete", "DELETE", one, self.delete),
            Operation("breaches.list", "GET", "/api/v1/breaches", self.breaches),
        )

    async def list(self, query: TasksQuery) -> PageOut[TaskOut]:
        """The tasks, newest first."""
        found = await self._store.tasks(query.filter())
        by_task: dict[str, list[Promise]] = {}
        for one in await self._store.promises([task.id for task in found]):
            by_task.setdefault(one.of, []).append(one)
        return page(
            found,
            query.limit,
            lambda task: self._show(task, by_task.get(task.id, [])),
            lambda task: task.id,
        )

    async def get(self, task: str) -> TaskOut:
        """One task."""
        return self._show(await self._one(task), await self._store.promises([task]))

    async def create(self, body: NewTask, request: web.Request) -> Created[TaskOut]:
        """A new task; one that is known by its ``external`` is changed."""
        now = self._clock.now()
        known = None if body.external is None else await self._store.task_from(body.external)
        shown = await self._save(known or Task(new_id(), now, now, actor(request), ""), body)
        return Created(f"{_TASKS}/{shown.id}", shown)

    async def put(self, task: str, body: NewTask) -> TaskOut:
        """All that is known of a task, from now on."""
        return await self._save(await self._one(task), body)

    async def delete(self, task: str) -> None:
        """Forget a task."""
        if not await self._store.delete_task(task):
            raise Problem(problems.NOT_FOUND, f"no task {task}")

    async def breaches(self, query: Page) -> PageOut[PromiseOut]:
        """What was promised and not done in time, about what is newest first."""
        found = await self._store.breaches(query.before, query.limit + 1)
        return page(
            found,
            query.limit,
            self._promise,
            lambda one: one.place,
        )

    async def _one(self, task: str) -> Task:
        found = await self._store.task(task)
        if found is None:
            raise Problem(problems.NOT_FOUND, f"no task {task}")
        return found

    async def _save(self, before: Task, body: NewTask) -> TaskOut:
        contact = before.contact
        if contact is None and body.contact is not None:
            found = await self._book.contact_by_id(body.contact)
            if found is None:
                raise invalid([{"detail": "there is no such contact", "pointer": "/contact"}])
            contact = found.id
        if body.external is not None and body.external != before.external:
            other = await self._store.task_from(body.external)
            if other is not None and other.id != before.id:
                raise Problem(problems.CONFLICT, f"{body.external} is that of task {other.id}")
        task = replace(
            before,
            updated_at=self._clock.now(),
            subject=body.subject,
            text=body.text,
            contact=contact,
            state=TaskState(body.state),
            assignee=body.assignee,
            due_at=None if body.due_at is None else body.due_at.timestamp(),
            external=body.external,
        )
        return self._show(task, await self._customers.save_task(task))

    def _show(self, task: Task, promises: Sequence[Promise]) -> TaskOut:
        return TaskOut(
            id=task.id,
            subject=task.subject,
            text=task.text,
            contact=task.contact,
            state=task.state,
            assignee=task.assignee,
            due_at=iso_or_none(task.due_at),
            external=task.external,
            by=task.by,
            created_at=iso(task.created_at),
            updated_at=iso(task.updated_at),
            promises=[self._promise(one) for one in promises],
        )

    def _promise(self, one: Promise) -> PromiseOut:
        return PromiseOut(
            of=one.of,
            what=one.what,
            contact=one.contact,
            profile=one.profile,
            due_at=iso_or_none(one.due_at),
            met_at=iso_or_none(one.met_at),
            broken=is_broken(one, self._clock.now()),
        )
