"""Contacts: what flows and agents know of people."""

import re
from dataclasses import replace

from aiohttp import web
from msgspec import Struct

from callserver.call import numbers
from callserver.model.contacts import Channel, Contact, ContactStore, Found
from callserver.model.flow import Value
from callserver.model.ids import new_id
from callserver.model.ports import Clock
from callserver.web import problems
from callserver.web.asks_contacts import ContactsQuery, NewContact, SearchQuery
from callserver.web.auth import actor
from callserver.web.operation import Operation
from callserver.web.problems import Problem, invalid, refusals
from callserver.web.shapes import Created, ListOut, PageOut, Time, iso, page

_ID = re.compile(r"[0-9a-z]{18}")
_CONTACTS = "/api/v1/contacts"


class ChannelOut(Struct, frozen=True, kw_only=True):
    """Another way than the telephone."""

    kind: str
    address: str


class ContactOut(Struct, frozen=True, kw_only=True):
    """One contact. ``numbers`` are in E.164, ``company`` is an id, ``fields`` are your own."""

    id: str
    name: str
    numbers: tuple[str, ...]
    channels: list[ChannelOut]
    external: tuple[str, ...]
    company: str | None
    language: str | None
    owner: str | None
    vip: bool
    blocked: bool
    do_not_call: bool
    tags: tuple[str, ...]
    notes: str
    fields: dict[str, Value]
    created_at: Time
    updated_at: Time


class HitOut(Struct, frozen=True, kw_only=True):
    """Something that was found, and what it is called."""

    kind: Found
    id: str
    title: str


def show(contact: Contact) -> ContactOut:
    """As the API shows it."""
    return ContactOut(
        id=contact.id,
        name=contact.name,
        numbers=contact.numbers,
        channels=[ChannelOut(kind=one.kind, address=one.address) for one in contact.channels],
        external=contact.external,
        company=contact.company,
        language=contact.language,
        owner=contact.owner,
        vip=contact.vip,
        blocked=contact.blocked,
        do_not_call=contact.do_not_call,
        tags=contact.tags,
        notes=contact.notes,
        fields=contact.fields,
        created_at=iso(contact.created_at),
        updated_at=iso(contact.updated_at),
    )


class Contacts:
    """``/api/v1/contacts``. A contact is named by its id or by any of its numbers, which may come
    as people of ``country`` write them."""

    def __init__(self, book: ContactStore, clock: Clock, country: str) -> None:
        self._book = book
        self._clock = clock
        self._country = country

    def operations(self) -> tuple[Operation, ...]:
        """What it does, for the table."""
        one, bad = f"{_CONTACTS}/{{contact}}", (problems.INVALID,)
        return (
            Operation("contacts.list", "GET", _CONTACTS, self.list),
            Operation("contacts.create", "POST", _CONTACTS, self.create),
            Operation("contacts.get", "GET", one, self.get, may=bad),
            Operation("contacts.put", "PUT", one, self.put, may=bad),
            Operation("contacts.delete", "DELETE", one, self.delete, may=bad),
            Operation("search", "GET", "/api/v1/search", self.search),
        )

    async def list(self, query: ContactsQuery) -> PageOut[ContactOut]:
        """The contacts, newest first."""
        found = await self._book.contacts(query.filter())
        return page(found, query.limit, show, lambda contact: contact.id)

    async def search(self, query: SearchQuery) -> ListOut[HitOut]:
        """Contacts, companies and tickets with these words, the best first."""
        kinds = tuple(Found) if query.kind is None else (query.kind,)
        found = await self._book.search(query.q, kinds, query.limit)
        return ListOut([HitOut(kind=one.kind, id=one.id, title=one.title) for one in found])

    async def get(self, contact: str) -> ContactOut:
        """One contact, by its id or by any of its numbers."""
        return show(await self.one(contact))

    async def create(self, body: NewContact, request: web.Request) -> Created[ContactOut]:
        """A new contact."""
        now = self._clock.now()
        made = await self._save(Contact(new_id(), now, now), body, (), request)
        return Created(f"{_CONTACTS}/{made.id}", show(made))

    async def put(
        self, contact: str, body: NewContact, request: web.Request
    ) -> ContactOut | Created[ContactOut]:
        """All that is known of a contact, from now on. A number that nobody has is a new one's."""
        now = self._clock.now()
        if _ID.fullmatch(contact):
            return show(await self._save(await self.one(contact), body, (), request))
        number = self.number(contact, "contact")
        known = await self._book.contact(number)
        made = await self._save(known or Contact(new_id(), now, now), body, (number,), request)
        return Created(f"{_CONTACTS}/{made.id}", show(made)) if known is None else show(made)

    async def delete(self, contact: str) -> None:
        """Forget a contact, with all that was written of it; calls stay in the journal."""
        await self._book.delete_contact((await self.one(contact)).id)

    async def one(self, contact: str) -> Contact:
        """By id or number. Raises ``Problem``."""
        if _ID.fullmatch(contact):
            found = await self._book.contact_by_id(contact)
        else:
            found = await self._book.contact(self.number(contact, "contact"))
        if found is None:
            raise Problem(problems.NOT_FOUND, f"no contact {contact}")
        return found

    def number(self, text: str, where: str) -> str:
        """In E.164. Raises ``Problem`` that names the parameter, or the place in the body."""
        number = numbers.read(text, self._country)
        if number is None:
            place = "pointer" if where.startswith("/") else "parameter"
            detail = "no telephone number; write it as +37120000001"
            raise invalid([{"detail": detail, place: where}])
        return number

    async def _save(
        self, before: Contact, body: NewContact, also: tuple[str, ...], request: web.Request
    ) -> Contact:
        if body.company is not None and await self._book.company(body.company) is None:
            raise invalid([{"detail": "there is no such company", "pointer": "/company"}])
        given = (self.number(one, f"/numbers/{n}") for n, one in enumerate(body.numbers))
        theirs = dict.fromkeys(given)
        missing = [number for number in also if number not in theirs]
        contact = replace(
            before,
            updated_at=self._clock.now(),
            name=body.name,
            numbers=(*missing, *theirs),
            channels=tuple(
                dict.fromkeys(Channel(one.kind, one.address.lower()) for one in body.channels)
            ),
            external=tuple(dict.fromkeys(body.external)),
            company=body.company,
            language=body.language,
            owner=body.owner,
            vip=body.vip,
            blocked=body.blocked,
            do_not_call=body.do_not_call,
            tags=tuple(dict.fromkeys(body.tags)),
            notes=body.notes,
            fields=body.fields,
        )
        with refusals():
            await self._book.save_contact(contact, actor(request))
        return contact
