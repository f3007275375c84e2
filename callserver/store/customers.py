"""The customers' part of the store: each door is a transaction around functions of its topic."""

from collections.abc import Callable, Sequence
from time import time

from callserver.crm import customer_events as events
from callserver.crm.words import words
from callserver.model.contacts import Channel, Company, Contact, ContactFilter, Found, Hit
from callserver.model.ids import new_id
from callserver.store import companies, contacts, outbox, search
from callserver.store.engine import Database


class SqlCustomers:
    """Implements ``ContactStore`` of :mod:`callserver.model.contacts`. ``told``: called when there
    is something to be sent."""

    def __init__(self, database: Database, told: Callable[[], None]) -> None:
        self._database = database
        self._told = told

    async def contact(self, number: str) -> Contact | None:
        async with self._database.reading("read a contact") as connection:
            return await contacts.by_key(connection, (contacts.NUMBER, number))

    async def contact_by_id(self, contact: str) -> Contact | None:
        async with self._database.reading("read a contact") as connection:
            id_ = await contacts.living(connection, contact)
            return (await contacts.load(connection, [id_])).get(id_)

    async def contact_at(self, channel: Channel) -> Contact | None:
        async with self._database.reading("read a contact") as connection:
            return await contacts.by_key(connection, contacts.channel_key(channel))

    async def contacts(self, wanted: ContactFilter) -> Sequence[Contact]:
        async with self._database.reading("list the contacts") as connection:
            return await contacts.page(connection, wanted)

    async def save_contact(self, contact: Contact, by: str) -> None:
        async with self._database.writing("save a contact") as connection:
            await contacts.save(connection, [contact])
            told = await outbox.append(connection, [events.of_contact(contact, new_id())])
        self._tell(told)

    async def delete_contact(self, contact: str) -> bool:
        told = False
        async with self._database.writing("delete a contact") as connection:
            gone = await contacts.forget(connection, contact)
            if gone:
                event = events.of_forgotten(contact, time(), new_id())
                told = await outbox.append(connection, [event])
        self._tell(told)
        return gone

    async def company(self, company: str) -> Company | None:
        async with self._database.reading("read a company") as connection:
            return await companies.one(connection, company)

    async def company_named(self, name: str) -> Company | None:
        async with self._database.reading("look for a company") as connection:
            return await companies.named(connection, name)

    async def companies(self, before: str | None, limit: int) -> Sequence[Company]:
        async with self._database.reading("list the companies") as connection:
            return await companies.page(connection, before, limit)

    async def save_company(self, company: Company) -> None:
        async with self._database.writing("save a company") as connection:
            renamed = await companies.save(connection, company)
            if renamed:
                await contacts.index_again(connection, company.id)
            told = await outbox.append(connection, [events.of_company(company, new_id())])
        self._tell(told)

    async def delete_company(self, company: str) -> bool:
        async with self._database.writing("delete a company") as connection:
            return await companies.forget(connection, company)

    async def search(self, text: str, kinds: Sequence[Found], limit: int) -> Sequence[Hit]:
        async with self._database.reading("search") as connection:
            return await search.find(connection, words(text), kinds, limit)

    def _tell(self, told: bool) -> None:
        if told:
            self._told()
