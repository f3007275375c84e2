"""What clients may send about webhooks; how bodies and queries work is in ``asks``."""

from typing import Annotated, Literal

from pydantic import (
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from callserver.crm.hooks import KEEP_OLD_S, MAX_TITLE, WORDS
from callserver.model.hooks import DeliveryState, Replay
from callserver.web.asks import Body, Moment, Page, Word

Event = Annotated[str, StringConstraints(max_length=64)]
Url = Annotated[str, StringConstraints(min_length=8, max_length=2000)]
Tongue = Literal["", "en", "ru", "uk", "lv"]
EventId = Annotated[str, StringConstraints(pattern=r"^msg_[0-9a-z]{1,64}$")]


class NewWebhook(Body):
    """Who shall be told what."""

    url: Url = Field(
        description="https, to a public address; others as `webhooks.private` says. "
        "`mailto:ADDRESS`: a mail (`mail` in the configuration); `message:NAME`: a message by one "
        "of `messages` there."
    )
    events: tuple[Event, ...] = Field(
        ("*",), min_length=1, max_length=len(WORDS), description=f"Of: {', '.join(WORDS)}."
    )
    queues: tuple[Word, ...] = Field(
        (), max_length=100, description="Calls in these queues only; empty: all calls."
    )
    title: Annotated[str, StringConstraints(max_length=MAX_TITLE)] = Field(
        "", description="What it is for."
    )
    lines: tuple[Word, ...] = Field(
        (), max_length=100, description="Calls to these lines only; empty: all calls."
    )
    language: Tongue = Field(
        "",
        description="Of mails and messages; empty: the customer's, if it is known, or the line's.",
    )


class ChangedWebhook(NewWebhook):
    """All of a webhook but its secret."""

    stopped: bool = Field(
        False, description="Nothing is sent; what happens meanwhile is kept, and sent afterwards."
    )


class NewSecret(Body):
    """A new secret."""

    keep_old_s: float = Field(
        KEEP_OLD_S, ge=0, le=30 * 86_400, description="How long the present one signs too."
    )


class NewReplay(Body):
    """What to send again: an event, or those of a time."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"since": "2026-03-01T09:30:00Z", "dead_only": True}]}
    )

    event: EventId | None = Field(None, description="The `webhook-id` of one event.")
    since: Moment | None = Field(None, description="Events of this time or later.")
    until: Moment | None = Field(None, description="Events before this time.")
    dead_only: bool = Field(True, description="Of a time only those that were given up.")

    @model_validator(mode="after")
    def _one(self) -> "NewReplay":
        if (self.event is None) == (self.since is None):
            raise ValueError("give either `event` or `since`")
        return self

    def wanted(self) -> Replay:
        """As the store understands it."""
        return Replay(
            id=self.event,
            since=self.since.timestamp() if self.since else None,
            until=self.until.timestamp() if self.until else None,
            dead_only=self.dead_only,
        )


class DeliveriesQuery(Page):
    """Which events to list."""

    state: DeliveryState | None = Field(None, description="How far they are.")

    @field_validator("cursor")
    @classmethod
    def _number(cls, key: str | None) -> str | None:
        if key is not None and not key.isdigit():
            raise ValueError("must be the `next` of a page of deliveries")
        return key
