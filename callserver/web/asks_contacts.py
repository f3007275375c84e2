"""What clients may send about contacts; how bodies and queries work is in ``asks``."""

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainValidator, StringConstraints

from callserver.ivr.variables import Name
from callserver.model.flow import Value
from callserver.web.asks import Body, Page, Username

MAX_FIELDS = 32
MAX_VALUE_CHARS = 256
MAX_NUMBER = 10**15
"""Larger ones are not the same in every program that reads JSON."""


def _own(name: str) -> str:
    if name in NewContact.model_fields:
        raise ValueError(f"`{name}` cannot be a field of its own: it is one that every contact has")
    return name


def _value(value: Any) -> Value:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and math.isfinite(value) and abs(value) <= MAX_NUMBER:
        return value
    if isinstance(value, str) and len(value) <= MAX_VALUE_CHARS and value.isprintable():
        return value
    raise ValueError(
        f"must be yes or no, a number up to 10^15, or a text of up to {MAX_VALUE_CHARS} characters"
    )


class ContactsQuery(Page):
    """A page of the contacts, by number."""


class NewContact(Body):
    """All that is known of a contact; what is not here is forgotten."""

    name: Annotated[str, StringConstraints(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")] = Field(
        "", description="What people call them."
    )
    language: Literal["en", "ru", "uk", "lv"] | None = Field(
        None, description="The language they like to be spoken to in; flows decide what it does."
    )
    owner: Username | None = Field(None, description="Username of the agent they belong to.")
    vip: bool = Field(False, description="Whether they come before others; flows decide.")
    fields: dict[
        Annotated[Name, AfterValidator(_own)], Annotated[Value, PlainValidator(_value)]
    ] = Field({}, max_length=MAX_FIELDS, description="Your own: `caller.contact.<field>` in flows.")

    def known(self) -> dict[str, Value]:
        """The fields that say something, as flows see them."""
        own = self.model_dump(exclude={"fields"}, exclude_defaults=True)
        return {**self.fields, **own}
