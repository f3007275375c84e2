"""Click to call: an agent's phones ring, then the number is dialled."""

from typing import Annotated, Self

from aiohttp import web
from msgspec import Struct
from pydantic import ConfigDict, Field, StringConstraints, model_validator

from callserver.call.numbers import tidy
from callserver.model.contacts import ContactStore
from callserver.model.errors import NoWorker
from callserver.model.ids import new_id
from callserver.model.ordered import Order, OrderDesk, Ordered
from callserver.web import problems
from callserver.web.asks import Body, Id, Username
from callserver.web.asks_callbacks import Name
from callserver.web.auth import actor
from callserver.web.operation import Operation
from callserver.web.problems import BUSY, NOT_FOUND, Problem
from callserver.web.shapes import Created


class NewCall(Body):
    """A call that an agent shall make."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"agent": "anna", "number": "+37120000012", "line": "100"}]}
    )

    agent: Username = Field(description="Who talks; must be signed in and on no call.")
    number: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = Field(
        None, description="As one would write it; `outgoing` must allow it."
    )
    contact: Id | None = Field(None, description="Or the id of a contact: their first number.")
    line: Name = Field(
        "", description="The line whose number they see; default: that of the agent's queues."
    )
    why: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = Field(
        "", description="Why, for those who read the timeline."
    )

    @model_validator(mode="after")
    def _whom(self) -> Self:
        if (self.number is None) == (self.contact is None):
            raise ValueError("give `number` or `contact`, one of the two")
        return self


class OrderedOut(Struct, frozen=True, kw_only=True):
    """The call that goes now. ``caller`` is the number of ours that they see."""

    call: str
    agent: str
    number: str
    name: str
    line: str
    caller: str


def _show(one: Ordered) -> OrderedOut:
    return OrderedOut(
        call=one.call,
        agent=one.agent,
        number=one.number,
        name=one.name,
        line=one.line,
        caller=one.caller,
    )


class Orders:
    """``POST /api/v1/calls``."""

    def __init__(self, desk: OrderDesk, book: ContactStore) -> None:
        self._desk = desk
        self._book = book

    def operations(self) -> tuple[Operation, ...]:
        """One line each; the names are keys of ``access.ROLES``."""
        return (
            Operation("calls.create", "POST", "/api/v1/calls", self.create, may=(NOT_FOUND, BUSY)),
        )

    async def create(self, body: NewCall, request: web.Request) -> Created[OrderedOut]:
        """The agent's phones ring; when one is answered, the number is dialled. Refused when the
        agent is not signed in or on a call, and when the number is not to be dialled: by
        `outgoing`, a limit, or the do-not-call list."""
        number = tidy(body.number or await self._number(body.contact or ""))
        order = Order(new_id(), body.agent, number, body.line, body.why, actor(request))
        try:
            with problems.refusals():
                made = await self._desk.call(order)
        except NoWorker as error:
            raise Problem(BUSY, str(error)) from error
        return Created(f"/api/v1/calls/{made.call}", _show(made))

    async def _number(self, contact: str) -> str:
        known = await self._book.contact_by_id(contact)
        if known is None:
            raise Problem(NOT_FOUND, f"no contact {contact}")
        if not known.numbers:
            raise Problem(problems.CONFLICT, "this contact has no number")
        return known.numbers[0]
