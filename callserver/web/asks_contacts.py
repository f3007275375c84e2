"""What clients may send about contacts; how bodies and queries work is in ``asks``."""

import math
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    StringConstraints,
)

from callserver.ivr.variables import Name
from callserver.model.contacts import OWN_FIELDS, ContactFilter, Found
from callserver.model.flow import Value
from callserver.web.asks import MAX_PAGE, Body, Id, Page, Query, Username

MAX_FIELDS = 32
MAX_VALUE_CHARS = 256
MAX_NUMBER = 10**15
"""Larger ones are not the same in every program that reads JSON."""
MAX_ADDRESSES = 20
_LINE = r"^[^\x00-\x1f\x7f]*$"

Line = Annotated[str, StringConstraints(max_length=128, pattern=_LINE)]
Address = Annotated[
    str, StringConstraints(min_length=1, max_length=254, pattern=_LINE, strip_whitespace=True)
]
Tag = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x20\x7f,;]{1,64}$")]
Text = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$")]
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]


def _own(name: str) -> str:
    if name in OWN_FIELDS:
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


Fields = dict[Annotated[Name, AfterValidator(_own)], Annotated[Value, PlainValidator(_value)]]


class ContactConditions(Query):
    """Which contacts; all conditions must hold."""

    company: Id | None = Field(None, description="Id of the company they work for.")
    owner: Username | None = Field(None, description="Username of the agent they belong to.")
    tag: Tag | None = Field(None, description="A tag they have.")
    mail: Address | None = Field(None, description="Their mail address.")
    vip: bool | None = Field(None, description="Only those who come before others, or who do not.")
    blocked: bool | None = Field(None, description="Only those on the block list, or not on it.")

    def conditions(self) -> ContactFilter:
        """As the store understands it."""
        return ContactFilter(
            company=self.company,
            owner=self.owner,
            tag=self.tag,
            mail=None if self.mail is None else self.mail.lower(),
            vip=self.vip,
            blocked=self.blocked,
        )


class ContactsQuery(ContactConditions, Page):
    """Which contacts to list; all conditions must hold."""

    def filter(self) -> ContactFilter:
        """As the store understands it; one more than the page, to know whether another follows."""
        return replace(self.conditions(), before=self.before, limit=self.limit + 1)


class NewChannel(Body):
    """Another way than the telephone."""

    kind: Kind = Field(description="`mail`, `telegram`, `whatsapp`, or any other word.")
    address: Address = Field(description="Theirs there; capitals make no difference.")


class NewContact(Body):
    """All that is known of a contact; what is not here is forgotten."""

    name: Line = Field("", description="What people call them.")
    numbers: tuple[Address, ...] = Field(
        (), max_length=MAX_ADDRESSES, description="Telephone numbers, the main one first."
    )
    channels: tuple[NewChannel, ...] = Field(
        (), max_length=MAX_ADDRESSES, description="Mail addresses, messengers."
    )
    external: tuple[Address, ...] = Field(
        (), max_length=MAX_ADDRESSES, description="Ids they have elsewhere, as `crm:4711`."
    )
    company: Id | None = Field(None, description="Id of the company they work for.")
    language: Literal["en", "ru", "uk", "lv"] | None = Field(
        None, description="The language they like to be spoken to in; flows decide what it does."
    )
    owner: Username | None = Field(None, description="Username of the agent they belong to.")
    vip: bool = Field(False, description="Whether they come before others; flows decide.")
    blocked: bool = Field(
        False, description="Whether their calls are refused (`lookup.refuse_blocked`)."
    )
    do_not_call: bool = Field(False, description="Whether they do not want to be called.")
    tags: tuple[Tag, ...] = Field((), max_length=50, description="Words to sort them by.")
    notes: Text = Field("", description="What people should know.")
    fields: Fields = Field(
        {}, max_length=MAX_FIELDS, description="Your own: `caller.contact.<field>` in flows."
    )


class NewCompany(Body):
    """All that is known of a company; what is not here is forgotten."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=_LINE)] = Field(
        description="What people call it."
    )
    domain: Line = Field("", description="Of its mail addresses, as `example.com`.")
    tags: tuple[Tag, ...] = Field((), max_length=50, description="Words to sort them by.")
    sla: Annotated[str, StringConstraints(max_length=64)] | None = Field(
        None, description="Their profile in `sla` of the configuration; none: `default`."
    )
    notes: Text = Field("", description="What people should know.")


def _pairs(text: Any) -> Any:
    """``Telefon=number;Ort=-``: the last ``=`` parts, so that a title may have some."""
    if not isinstance(text, str):
        raise ValueError("must be text")
    found = {}
    for pair in filter(str.strip, text.split(";")):
        title, equals, column = pair.rpartition("=")
        if not equals:
            raise ValueError("write it as TITLE=COLUMN;TITLE=COLUMN")
        found[title.strip()] = column.strip()
    return found


class ImportQuery(Query):
    """How a table of contacts is to be taken in."""

    dry: bool = Field(False, description="Say what would be done, and write nothing.")
    map: Annotated[
        dict[str, str],
        BeforeValidator(_pairs, json_schema_input_type=Annotated[str, Field(max_length=4096)]),
    ] = Field(
        {},
        description="What columns with names of their own are: `Telefon=number;Nr=external_id`; "
        "`Ort=-` leaves one out.",
    )


class SearchQuery(Query):
    """What to look for: the words begin what is found, accents and capitals make no difference."""

    q: Annotated[str, StringConstraints(min_length=2, max_length=200)] = Field(
        description="Words, or a telephone number however it is written."
    )
    kind: Found | None = Field(None, description="Only such things.")
    limit: int = Field(20, ge=1, le=MAX_PAGE, description="How many at most.")
