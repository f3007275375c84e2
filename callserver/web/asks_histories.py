"""What clients may send about interactions, tasks and contacts that are one."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from callserver.model.interactions import CHANGE, TaskFilter, TaskState
from callserver.web.asks import MAX_PAGE, Body, Id, Moment, Page, Query, Username
from callserver.web.asks_contacts import Address, Line, NewChannel, Text

OURS = frozenset({"call", "survey", "callback", "voicemail", "task", CHANGE})
"""Kinds that come by themselves."""


Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,15}$")]


def _theirs(kind: str) -> str:
    if kind in OURS:
        raise ValueError(f"`{kind}` comes by itself; take another word")
    return kind


class TimelineQuery(Page):
    """Which entries of a timeline."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_,-]{1,200}$")] | None = Field(
        None, description="Only these, with commas between: `call,mail`."
    )
    thread: Address | None = Field(None, description="Only what was written in this conversation.")


class NewInteraction(Body):
    """Something that was written, to or by a customer. Who, is said by exactly one of ``contact``,
    ``number`` and ``channel``; of the last two a contact is made if nobody has it."""

    contact: Id | None = Field(None, description="Id of the contact.")
    number: Address | None = Field(None, description="Their telephone number.")
    channel: NewChannel | None = Field(None, description="Where they write from or are written to.")
    kind: Annotated[Word, AfterValidator(_theirs)] = Field(
        description="`mail`, `chat`, `sms`, `note`, or any other word."
    )
    way: Literal["in", "out", "inside"] = Field(
        description="Who wrote: they, one of ours, or one of ours for ours."
    )
    at: Moment | None = Field(None, description="When; default: now.")
    subject: Line = Field("", description="What it is about.")
    text: Text = Field("", description="What was written.")
    agent: Username | None = Field(None, description="Who of ours wrote.")
    thread: Address | None = Field(None, description="The conversation it belongs to.")
    external: Address | None = Field(
        None, description="Its id where it comes from; the same again is the same interaction."
    )
    task: Id | None = Field(None, description="The task it is about.")


class TasksQuery(Page):
    """Which tasks to list; all conditions must hold."""

    contact: Id | None = Field(None, description="Of this contact.")
    state: TaskState | None = Field(None, description="How far they are.")
    assignee: Username | None = Field(None, description="Whose they are.")

    def filter(self) -> TaskFilter:
        """As the store understands it; one more than the page, to know whether another follows."""
        return TaskFilter(
            contact=self.contact,
            state=self.state,
            assignee=self.assignee,
            before=self.before,
            limit=self.limit + 1,
        )


class NewTask(Body):
    """All that is known of a task; what is not here is forgotten."""

    subject: Annotated[Line, StringConstraints(min_length=1)] = Field(
        description="What is to be done."
    )
    text: Text = Field("", description="More of it.")
    contact: Id | None = Field(None, description="For whom; it stays as it is once it is said.")
    state: Literal["open", "waiting", "done"] = Field(
        "open", description="While it waits for the customer the clock stands."
    )
    assignee: Username | None = Field(None, description="Who does it.")
    due_at: Moment | None = Field(None, description="When it must be done.")
    external: Address | None = Field(
        None, description="Its id where it comes from; the same again is the same task."
    )


class NewMerge(Body):
    """Two contacts that are one."""

    kept: Id = Field(description="Id of the one that stays.")
    gone: Id = Field(description="Id of the one that is found under the other's from now on.")


class AlikeQuery(Query):
    """How many suggestions."""

    limit: int = Field(50, ge=1, le=MAX_PAGE, description="How many at most.")
