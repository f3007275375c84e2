"""What clients may send: one pydantic model per query string and per body. Unknown fields are
mistakes, and mistakes are told all at once. Times are ISO 8601 with a zone (``Z`` or an offset)."""

from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from callserver.model.call import Result
from callserver.model.store_ports import AuditFilter, CallFilter
from callserver.people import MIN_PASSWORD
from callserver.web.cursors import Cursor

Word = Annotated[
    str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Username = Annotated[
    str,
    StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_-]*[A-Za-z0-9][A-Za-z0-9_-]*$"),
]
Password = Annotated[str, Field(min_length=MIN_PASSWORD, max_length=256, repr=False)]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{1,32}$")]

MAX_PAGE = 200


def _no_number(value: Any) -> Any:
    """Pydantic would take seconds of 1970 too; nobody means them."""
    if not isinstance(value, str) or value[4:5] != "-":
        raise ValueError("must be a time as 2026-03-01T09:30:00Z")
    return value


# Bodies are strict; a time comes as text all the same.
Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_no_number)]


class Query(BaseModel):
    """A query string; every value comes as text and is converted."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Body(BaseModel):
    """A JSON body; values must have the right JSON type already."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Page(Query):
    """A page of a list, newest first."""

    cursor: Cursor | None = Field(None, description="`next` of the previous page.")
    limit: int = Field(50, ge=1, le=MAX_PAGE, description="Items on a page.")

    @property
    def before(self) -> str | None:
        """The key of the last item on the page before this one."""
        return self.cursor


class CallConditions(Query):
    """Which calls; all conditions must hold."""

    queue: Word | None = Field(None, description="Name of a queue the call waited in.")
    agent: Word | None = Field(None, description="Username of the agent who talked.")
    line: Word | None = Field(None, description="The number that was dialled.")
    number: Word | None = Field(None, description="The customer's number.")
    result: Result | None = Field(None, description="How it ended.")
    since: Moment | None = Field(None, description="Offered at this time or later.")
    until: Moment | None = Field(None, description="Offered before this time.")

    def conditions(self, before: str | None, limit: int) -> CallFilter:
        """As the store understands it."""
        return CallFilter(
            queue=self.queue,
            agent=self.agent,
            line=self.line,
            number=self.number,
            result=self.result,
            since=self.since.timestamp() if self.since else None,
            until=self.until.timestamp() if self.until else None,
            before=before,
            limit=limit,
        )


class CallsQuery(CallConditions, Page):
    """Which calls to list; all conditions must hold."""

    def filter(self) -> CallFilter:
        """As the store understands it; one more than the page, to know whether another follows."""
        return self.conditions(self.before, self.limit + 1)


class AuditQuery(Page):
    """Which entries of the audit log to list; all conditions must hold."""

    actor: Word | None = Field(None, description="`token:ID` or `cli:OS USER`.")
    action: Word | None = Field(None, description="Operation, as `recordings.audio`.")
    target: Word | None = Field(None, description="What it was done to, as `agents/anna`.")
    since: Moment | None = Field(None, description="At this time or later.")
    until: Moment | None = Field(None, description="Before this time.")

    def filter(self) -> AuditFilter:
        """As the store understands it; one more than the page, to know whether another follows."""
        return AuditFilter(
            actor=self.actor,
            action=self.action,
            target=self.target,
            since=self.since.timestamp() if self.since else None,
            until=self.until.timestamp() if self.until else None,
            before=self.before,
            limit=self.limit + 1,
        )


class NewAgent(Body):
    """A new agent."""

    username: Username = Field(description="Also the user of the phone's digest.")
    name: Annotated[str, StringConstraints(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")] = Field(
        "", description="What people call them; default: the username."
    )
    password: Password = Field(description="For the phone's digest; kept only as a digest.")
    queues: tuple[Word, ...] = Field((), max_length=100, description="Queues they answer.")


class NewBan(Body):
    """An address that shall get no answer at the SIP door."""

    address: Annotated[str, StringConstraints(max_length=15)] = Field(description="IPv4 address.")
    lasts_s: float | None = Field(
        None, gt=0, le=10 * 365 * 86400, description="Seconds; default: until somebody lifts it."
    )
    note: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = Field(
        "", description="Why, for those who read it."
    )


class NewState(Body):
    """What an agent shall do now."""

    state: Literal["ready", "paused", "signed_out"] = Field(description="The new state.")
    reason: Annotated[str, StringConstraints(max_length=64)] = Field(
        "", description="Why they pause: one of `agents.pause_reasons`."
    )


class NewPassword(Body):
    """A new password for an agent's phones."""

    password: Password = Field(description="Phones must register again with it.")
