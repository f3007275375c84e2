"""Contacts that are one: suggestions, merging, and taking it back."""

from aiohttp import web
from msgspec import Struct

from callserver.crm.customers import Customers, Histories
from callserver.model.contacts import Likeness, Merge
from callserver.web import problems
from callserver.web.asks import Page
from callserver.web.asks_histories import AlikeQuery, NewMerge
from callserver.web.auth import actor
from callserver.web.contacts import ContactOut, show
from callserver.web.operation import Operation
from callserver.web.problems import Problem, refusals
from callserver.web.shapes import Created, ListOut, PageOut, Time, iso, iso_or_none, page

_MERGES = "/api/v1/merges"


class MergeOut(Struct, frozen=True, kw_only=True):
    """Two contacts that became one: both as they were, and what became of them."""

    id: str
    at: Time
    by: str
    before: ContactOut
    gone: ContactOut
    after: ContactOut
    undone_at: Time | None


class LikenessOut(Struct, frozen=True, kw_only=True):
    """Contacts that may be the same, and what they have in common."""

    what: str
    value: str
    contacts: tuple[str, ...]


def _show(merge: Merge) -> MergeOut:
    return MergeOut(
        id=merge.id,
        at=iso(merge.at),
        by=merge.by,
        before=show(merge.before),
        gone=show(merge.gone),
        after=show(merge.after),
        undone_at=iso_or_none(merge.undone_at),
    )


def _alike(one: Likeness) -> LikenessOut:
    return LikenessOut(what=one.what, value=one.value, contacts=one.contacts)


class Merges:
    """``/api/v1/merges`` and ``/api/v1/duplicates``."""

    def __init__(self, store: Histories, customers: Customers) -> None:
        self._store = store
        self._customers = customers

    def operations(self) -> tuple[Operation, ...]:
        """What it does, for the table."""
        one = f"{_MERGES}/{{merge:[0-9a-z]{{1,32}}}}"
        refused = (problems.NOT_FOUND, problems.CONFLICT)
        return (
            Operation("duplicates.list", "GET", "/api/v1/duplicates", self.alike),
            Operation("merges.list", "GET", _MERGES, self.list),
            Operation("merges.create", "POST", _MERGES, self.create, may=refused),
            Operation("merges.get", "GET", one, self.get),
            Operation("merges.undo", "POST", f"{one}/undo", self.undo, may=refused),
        )

    async def alike(self, query: AlikeQuery) -> ListOut[LikenessOut]:
        """Contacts that may be one: the same channel, end of a number, or name."""
        return ListOut([_alike(one) for one in await self._store.alike(query.limit)])

    async def list(self, query: Page) -> PageOut[MergeOut]:
        """What was merged, newest first."""
        found = await self._store.merges(query.before, query.limit + 1)
        return page(found, query.limit, _show, lambda merge: merge.id)

    async def get(self, merge: str) -> MergeOut:
        """One merge."""
        found = await self._store.merged(merge)
        if found is None:
            raise Problem(problems.NOT_FOUND, f"no merge {merge}")
        return _show(found)

    async def create(self, body: NewMerge, request: web.Request) -> Created[MergeOut]:
        """Make two contacts one; it can be undone."""
        with refusals():
            made = await self._customers.merge(body.kept, body.gone, actor(request))
        return Created(f"{_MERGES}/{made.id}", _show(made))

    async def undo(self, merge: str) -> MergeOut:
        """Make them two again; what was changed since stays changed."""
        with refusals():
            return _show(await self._customers.undo(merge))
