"""Callbacks: who is to be called back."""

from msgspec import Struct
from pydantic import Field

from callserver.model.callback import Callback, CallbackState, CallbackWhy
from callserver.model.store_ports import Store
from callserver.web.asks import Page, Word
from callserver.web.shapes import PageOut, Time, iso, page


class CallbacksQuery(Page):
    """Which requests to list; all conditions must hold."""

    queue: Word | None = Field(None, description="Whose agents call back.")
    state: CallbackState | None = Field(None, description="How far it is.")


class CallbackOut(Struct, frozen=True, kw_only=True):
    """A caller who is to be called back, with the place in the queue that ``priority`` and
    ``entered_at`` give. ``call`` is the one that came to us."""

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
    )


class Callbacks:
    """``/api/v1/callbacks``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def list(self, query: CallbacksQuery) -> PageOut[CallbackOut]:
        """Callers who are to be called back, newest first."""
        asked = (query.queue, query.state, query.before)
        found = await self._store.callbacks(*asked, query.limit + 1)
        return page(found, query.limit, _show, lambda one: one.call)
