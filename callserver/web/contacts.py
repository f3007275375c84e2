"""Contacts: what flows and agents know of people by their numbers."""

from msgspec import Struct

from callserver.call import numbers
from callserver.model.flow import Value
from callserver.model.people import Contact
from callserver.model.ports import Clock
from callserver.model.store_ports import Contacts as Book
from callserver.web import problems
from callserver.web.asks_contacts import ContactsQuery, NewContact
from callserver.web.problems import Problem, invalid
from callserver.web.shapes import Created, PageOut, Time, iso, page

SHARED = frozenset(NewContact.model_fields) - {"fields"}
"""The fields that mean the same for every contact."""


class ContactOut(Struct, frozen=True, kw_only=True):
    """One contact. ``number`` is in E.164, ``fields`` are those of your own."""

    number: str
    name: str
    language: str | None
    owner: str | None
    vip: bool
    fields: dict[str, Value]
    updated_at: Time


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


def _show(contact: Contact) -> ContactOut:
    known = contact.fields
    return ContactOut(
        number=contact.number,
        name=_text(known.get("name")) or "",
        language=_text(known.get("language")),
        owner=_text(known.get("owner")),
        vip=bool(known.get("vip")),
        fields={name: value for name, value in known.items() if name not in SHARED},
        updated_at=iso(contact.updated_at),
    )


class Contacts:
    """``/api/v1/contacts``. Numbers may come as people of ``country`` write them."""

    def __init__(self, book: Book, clock: Clock, country: str) -> None:
        self._book = book
        self._clock = clock
        self._country = country

    async def list(self, query: ContactsQuery) -> PageOut[ContactOut]:
        """All contacts, by number."""
        after = "+" + (query.before or "")
        contacts = await self._book.contacts(after, query.limit + 1)
        return page(contacts, query.limit, _show, lambda contact: contact.number.removeprefix("+"))

    async def get(self, number: str) -> ContactOut:
        """One contact."""
        known = self._number(number)
        contact = await self._book.contact(known)
        if contact is None:
            raise Problem(problems.NOT_FOUND, f"no contact {known}")
        return _show(contact)

    async def put(self, number: str, body: NewContact) -> ContactOut | Created[ContactOut]:
        """All that is known of a contact, from now on."""
        contact = Contact(self._number(number), body.known(), self._clock.now())
        is_new = await self._book.contact(contact.number) is None
        await self._book.save_contact(contact)
        shown = _show(contact)
        return Created(f"/api/v1/contacts/{contact.number}", shown) if is_new else shown

    async def delete(self, number: str) -> None:
        """Forget a contact."""
        known = self._number(number)
        if not await self._book.delete_contact(known):
            raise Problem(problems.NOT_FOUND, f"no contact {known}")

    def _number(self, text: str) -> str:
        parsed = numbers.parse(text, self._country)
        if parsed is None:
            raise invalid(
                [{"detail": "no telephone number; write it as +37120000001", "parameter": "number"}]
            )
        return numbers.e164(parsed)
