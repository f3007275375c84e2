"""Calls: those on record, their facts, and those in progress."""

from callserver.model.ports import Floor
from callserver.model.store_ports import Store
from callserver.web import problems, views, views_live
from callserver.web.asks import CallsQuery
from callserver.web.problems import Problem
from callserver.web.shapes import ListOut, PageOut, page


class Calls:
    """``/api/v1/calls``."""

    def __init__(self, store: Store, floor: Floor) -> None:
        self._store = store
        self._floor = floor

    async def list(self, query: CallsQuery) -> PageOut[views.CallOut]:
        """Calls on record, newest first; running ones too."""
        records = await self._store.calls(query.filter())
        return page(records, query.limit, views.call, lambda record: record.id)

    async def get(self, call: str) -> views.CallOut:
        """One call."""
        record = await self._store.call(call)
        if record is None:
            raise Problem(problems.NOT_FOUND, f"no call {call}")
        return views.call(record)

    async def timeline(self, call: str) -> ListOut[views.FactOut]:
        """All that happened in a call, in order."""
        facts = await self._store.timeline(call)
        if not facts:
            raise Problem(problems.NOT_FOUND, f"no call {call}")
        return ListOut([views.fact(fact) for fact in facts])

    async def live(self) -> ListOut[views_live.LiveCallOut]:
        """Calls in progress, from the live state."""
        return ListOut([views_live.live_call(view) for view in self._floor.calls()])
