"""The do-not-call list: who asked not to be called."""

from typing import Annotated

from aiohttp import web
from msgspec import Struct
from pydantic import Field, StringConstraints

from callserver.call.do_not_call import DoNotCallList
from callserver.model.do_not_call import DoNotCall as Entry
from callserver.web import problems
from callserver.web.asks import Body, Moment, Page
from callserver.web.auth import actor
from callserver.web.operation import Operation
from callserver.web.problems import INVALID, Problem, invalid
from callserver.web.shapes import Created, PageOut, Time, iso, iso_or_none, page


class DoNotCallQuery(Page):
    """A page of the list, by number."""


class NewDoNotCall(Body):
    """A number that shall not be called."""

    number: Annotated[str, StringConstraints(min_length=1, max_length=40)] = Field(
        description="As one would write it; national when `outgoing.country` is set."
    )
    reason: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = (
        Field("", description="Why, for those who read it.")
    )
    until: Moment | None = Field(
        None, strict=False, description="When it may be called again; default: never."
    )


class DoNotCallOut(Struct, frozen=True, kw_only=True):
    """One number that is not called. ``until`` null: for good. ``by``: `token:ID` or
    `cli:OS USER`."""

    number: str
    since: Time
    until: Time | None
    reason: str
    by: str


def _show(one: Entry) -> DoNotCallOut:
    return DoNotCallOut(
        number=one.number,
        since=iso(one.since),
        until=iso_or_none(one.until),
        reason=one.reason,
        by=one.by,
    )


class DoNotCall:
    """``/api/v1/do-not-call``."""

    def __init__(self, numbers: DoNotCallList) -> None:
        self._numbers = numbers

    def operations(self) -> tuple[Operation, ...]:
        """One line each; the names are keys of ``access.ROLES``."""
        every, one = "/api/v1/do-not-call", "/api/v1/do-not-call/{number}"
        return (
            Operation("dnc.list", "GET", every, self.list),
            Operation("dnc.create", "POST", every, self.create),
            Operation("dnc.get", "GET", one, self.get, may=(INVALID,)),
            Operation("dnc.delete", "DELETE", one, self.delete, may=(INVALID,)),
        )

    async def list(self, query: DoNotCallQuery) -> PageOut[DoNotCallOut]:
        """All numbers that are not called, by number. Those whose time is over are listed
        too."""
        found = await self._numbers.entries("+" + (query.before or ""), query.limit + 1)
        return page(found, query.limit, _show, lambda one: one.number.removeprefix("+"))

    async def get(self, number: str) -> DoNotCallOut:
        """Whether a number is on the list, and why."""
        found = await self._numbers.get(self._known(number, {"parameter": "number"}))
        if found is None:
            raise Problem(problems.NOT_FOUND, "it is not on the list")
        return _show(found)

    async def create(self, body: NewDoNotCall, request: web.Request) -> Created[DoNotCallOut]:
        """From now on nobody calls this number, but when they ask to be called back themselves.
        Again, the last word holds."""
        number = self._known(body.number, {"pointer": "/number"})
        until = None if body.until is None else body.until.timestamp()
        with problems.refusals():
            made = await self._numbers.put(number, until, body.reason, actor(request))
        return Created(f"/api/v1/do-not-call/{made.number}", _show(made))

    async def delete(self, number: str) -> None:
        """It may be called again, unless a contact with it says no."""
        if not await self._numbers.remove(self._known(number, {"parameter": "number"})):
            raise Problem(problems.NOT_FOUND, "it is not on the list")

    def _known(self, text: str, where: dict[str, str]) -> str:
        number = self._numbers.number(text)
        if number is None:
            raise invalid([{"detail": "no telephone number; write it as +37120000001", **where}])
        return number
