"""Callbacks: who is to be called back, and what came of it."""

from collections.abc import Callable

from msgspec import Struct

from callserver.model.callback import (
    Attempt,
    Callback,
    CallbackDesk,
    CallbackState,
    CallbackWhy,
    Outcome,
    Wanted,
)
from callserver.model.store_ports import Store
from callserver.web import problems
from callserver.web.asks_callbacks import CallbacksQuery, NewCallback
from callserver.web.problems import Problem
from callserver.web.shapes import Created, PageOut, Time, iso, iso_or_none, page


class AttemptOut(Struct, frozen=True, kw_only=True):
    """One call to the customer, with the agent who was reserved for it; null outcome: it goes
    on."""

    call: str
    at: Time
    agent: str
    outcome: Outcome | None
    ended_at: Time | None


class CallbackOut(Struct, frozen=True, kw_only=True):
    """A caller who is to be called back, with the place in the queue that ``priority`` and
    ``entered_at`` give. ``call`` names the request: it is the one that came to us, if one did.
    They are called between ``not_before`` and ``not_after`` (null: at any time), and spoken to in
    ``language`` (empty: that of the line). ``merged_into`` names the request they wait with."""

    call: str
    requested_at: Time
    number: str
    name: str
    line: str
    queue: str
    priority: int
    entered_at: Time
    why: CallbackWhy
    state: CallbackState
    not_before: Time | None
    not_after: Time | None
    closed_at: Time | None
    language: str
    merged_into: str | None
    attempts: list[AttemptOut]


def _attempt(one: Attempt) -> AttemptOut:
    return AttemptOut(
        call=one.call,
        at=iso(one.at),
        agent=one.agent,
        outcome=one.outcome,
        ended_at=iso_or_none(one.ended_at),
    )


def _show(one: Callback) -> CallbackOut:
    return CallbackOut(
        call=one.call,
        requested_at=iso(one.at),
        number=one.number,
        name=one.name,
        line=one.line,
        queue=one.queue,
        priority=one.priority,
        entered_at=iso(one.entered_at),
        why=one.why,
        state=one.state,
        not_before=iso_or_none(one.not_before),
        not_after=iso_or_none(one.not_after),
        closed_at=iso_or_none(one.closed_at),
        language=one.language,
        merged_into=one.merged_into,
        attempts=[_attempt(attempt) for attempt in one.attempts],
    )


def _do(act: Callable[[], Callback]) -> CallbackOut:
    with problems.refusals():
        return _show(act())


class Callbacks:
    """``/api/v1/callbacks``."""

    def __init__(self, store: Store, desk: CallbackDesk) -> None:
        self._store = store
        self._desk = desk

    async def list(self, query: CallbacksQuery) -> PageOut[CallbackOut]:
        """Callers who are to be called back, newest first."""
        asked = (query.queue, query.state, query.before)
        found = await self._store.callbacks(*asked, query.limit + 1)
        return page(found, query.limit, _show, lambda one: one.call)

    async def get(self, callback: str) -> CallbackOut:
        """One request, with all attempts."""
        one = await self._store.callback(callback)
        if one is None:
            raise Problem(problems.NOT_FOUND, f"no callback {callback}")
        return _show(one)

    async def create(self, body: NewCallback) -> Created[CallbackOut]:
        """Somebody is to be called, in their turn or in a time of their choice. A number waits for
        a queue once: asked for again, the request there is changes its time."""
        return self.want(body.wanted)

    def want(self, wanted: Wanted) -> Created[CallbackOut]:
        """The same, for those who know it already."""
        made = _do(lambda: self._desk.create(wanted))
        return Created(f"/api/v1/callbacks/{made.call}", made)

    async def cancel(self, callback: str) -> CallbackOut:
        """They are not called any more; a phone that rings stops."""
        return _do(lambda: self._desk.cancel(callback))

    async def accept(self, callback: str) -> CallbackOut:
        """Somebody who was suggested (they gave up waiting) is to be called, at the place they
        had."""
        return _do(lambda: self._desk.accept(callback))

    async def dismiss(self, callback: str) -> CallbackOut:
        """Somebody who was suggested is not called."""
        return _do(lambda: self._desk.dismiss(callback))

    async def machine(self, callback: str) -> CallbackOut:
        """A machine answered: the call ends, and they are called again."""
        return _do(lambda: self._desk.machine(callback))
