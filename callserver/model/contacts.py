"""Customers: people and companies, as we and their CRM keep them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from callserver.model.flow import Value

MAIL = "mail"
"""The kind of channel whose addresses are mail addresses."""


NUMBER, EXTERNAL, TAG = "number", "external", "tag"
_TO = "to:"
Key = tuple[str, str]
"""What a contact is found by: a kind (one of the above, or ``to:`` and a kind of channel) and a
value."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Another way than the telephone: ``kind`` is ``mail``, ``telegram`` or any other word,
    ``address`` is theirs there, in small letters."""

    kind: str
    address: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody we know. ``numbers`` are in E.164 and nobody else's, the main one first; so are the
    ids they have elsewhere (``external``, as ``crm:4711``). ``company`` is an id, ``owner`` the
    agent they belong to, ``fields`` are of your own. Who is ``blocked`` is refused
    (``config.lookup``), who says ``do_not_call`` is not called (``call/do_not_call``)."""

    id: str
    created_at: float
    updated_at: float
    name: str = ""
    numbers: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    external: tuple[str, ...] = ()
    company: str | None = None
    language: str | None = None
    owner: str | None = None
    vip: bool = False
    blocked: bool = False
    do_not_call: bool = False
    tags: tuple[str, ...] = ()
    notes: str = ""
    fields: dict[str, Value] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What people see in lists: the name, else what else is known."""
        addresses = (one.address for one in self.channels)
        known = (self.name, *self.numbers, *addresses, *self.external)
        return next(filter(None, known), "")

    def found_by(self) -> Sequence[Key]:
        """Everything they are found by, in its order."""
        own = ((NUMBER, self.numbers), (EXTERNAL, self.external), (TAG, self.tags))
        found = [(kind, value) for kind, values in own for value in values]
        return [*found, *map(key_at, self.channels)]

    def known(self) -> Mapping[str, Value]:
        """What flows read as ``caller.contact.<field>``."""
        return {
            **self.fields,
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "owner": self.owner,
            "company": self.company,
            "vip": self.vip,
            "blocked": self.blocked,
            "do_not_call": self.do_not_call,
        }


def key_at(channel: Channel) -> Key:
    """What somebody at a channel is found by."""
    return _TO + channel.kind, channel.address


def channel_of(key: Key) -> Channel:
    """And back."""
    return Channel(key[0].removeprefix(_TO), key[1])


OWN_FIELDS = frozenset(Contact.__dataclass_fields__)
"""Names that no field of your own can have."""


@dataclass(frozen=True, slots=True)
class Company:
    """Who contacts work for. ``sla`` is the profile of ``config.sla`` that they have with us; None:
    the one called ``default``, if there is one."""

    id: str
    created_at: float
    updated_at: float
    name: str
    domain: str = ""
    tags: tuple[str, ...] = ()
    sla: str | None = None
    notes: str = ""


@dataclass(frozen=True, slots=True)
class ContactFilter:
    """Which contacts to list; None: any. ``before`` is the id after which the page starts, newest
    first."""

    company: str | None = None
    owner: str | None = None
    tag: str | None = None
    mail: str | None = None
    vip: bool | None = None
    blocked: bool | None = None
    before: str | None = None
    limit: int = 50


class Found(StrEnum):
    """What a search finds."""

    CONTACT = "contact"
    COMPANY = "company"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found, and what it is called."""

    kind: Found
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Two contacts that turned out to be one. ``before`` and ``gone`` are both as they were,
    ``after`` is what became of them; enough to undo it."""

    id: str
    at: float
    by: str
    before: Contact
    gone: Contact
    after: Contact
    undone_at: float | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """Contacts that may be the same, and what they have in common (``mail``, ``number``: the last
    eight digits, ``name``)."""

    what: str
    value: str
    contacts: tuple[str, ...]


class ContactStore(Protocol):
    """Where contacts and companies are. Every method may raise ``StoreError``. Who was merged into
    another is found under the other's id, and under the old one."""

    async def contact(self, number: str) -> Contact | None:
        """Whose number this is (E.164)."""
        ...

    async def contact_by_id(self, contact: str) -> Contact | None: ...

    async def contact_at(self, channel: Channel) -> Contact | None:
        """Who is reached there; of several the first."""
        ...

    async def contacts(self, wanted: ContactFilter) -> Sequence[Contact]: ...

    async def save_contact(self, contact: Contact, by: str) -> None:
        """Insert or replace by id, and tell of it; what ``by`` changed of how they are treated is
        in their timeline. Raises ``NotAllowed`` when a number or an external id is another's."""
        ...

    async def delete_contact(self, contact: str) -> bool:
        """With their interactions and tickets. Whether there was one."""
        ...

    async def company(self, company: str) -> Company | None: ...

    async def companies(self, before: str | None, limit: int) -> Sequence[Company]:
        """Newest first."""
        ...

    async def save_company(self, company: Company) -> None:
        """Insert or replace by id, and tell of it."""
        ...

    async def delete_company(self, company: str) -> bool:
        """Its contacts stay, without a company. Whether there was one."""
        ...

    async def whose(self, keys: Sequence[Key]) -> Mapping[Key, Contact]:
        """Of each of these keys that somebody has, whose it is; of several the first."""
        ...

    async def companies_named(self, names: Sequence[str]) -> Mapping[str, Company]:
        """Those of these names that there are, by name, however it is written."""
        ...

    async def company_names(self, companies: Sequence[str]) -> Mapping[str, str]:
        """By id."""
        ...

    async def save_many(
        self, companies: Sequence[Company], contacts: Sequence[Contact], by: str
    ) -> None:
        """All of them, or none; see ``save_company`` and ``save_contact``."""
        ...

    async def search(self, text: str, kinds: Sequence[Found], limit: int) -> Sequence[Hit]:
        """Whatever has words that begin like all words of ``text``, the best first."""
        ...
