"""The customers' part of the store: each door is a transaction around functions of its topic."""

from collections.abc import Callable, Mapping, Sequence
from time import time

from callserver.crm import changes
from callserver.crm import customer_events as events
from callserver.crm.words import words
from callserver.model.contacts import (
    NUMBER,
    Channel,
    Company,
    Contact,
    ContactFilter,
    Found,
    Hit,
    Key,
    key_at,
)
from callserver.model.ids import new_id
from callserver.store import companies as firms
from callserver.store import contacts as people
from callserver.store import interactions, outbox, search
from callserver.store.engine import Database


class SqlCustomers:
    """Implements ``ContactStore`` of :mod:`callserver.model.contacts`. ``told``: called when there
    is something to be sent."""

    def __init__(self, database: Database, told: Callable[[], None]) -> None:
        self._database = database
        self._told = told
        self.on_unwilling: Callable[[], None] = lambda: None
        """Called when others do not want to be called than before."""

    async def contact(self, number: str) -> Contact | None:
        async with self._database.reading("read a contact") as connection:
            key = NUMBER, number
            return (await people.by_keys(connection, [key])).get(key)

    async def contact_by_id(self, contact: str) -> Contact | None:
        async with self._database.reading("read a contact") as connection:
            id_ = await people.living(connection, contact)
            return (await people.load(connection, [id_])).get(id_)

    async def contact_at(self, channel: Channel) -> Contact | None:
        async with self._database.reading("read a contact") as connection:
            key = key_at(channel)
            return (await people.by_keys(connection, [key])).get(key)

    async def whose(self, keys: Sequence[Key]) -> Mapping[Key, Contact]:
        async with self._database.reading("look for contacts") as connection:
            return await people.by_keys(connection, keys)

    async def contacts(self, wanted: ContactFilter) -> Sequence[Contact]:
        async with self._database.reading("list the contacts") as connection:
            return await people.page(connection, wanted)

    async def save_contact(self, contact: Contact, by: str) -> None:
        await self.save_many([], [contact], by)

    async def save_many(
        self, companies: Sequence[Company], contacts: Sequence[Contact], by: str
    ) -> None:
        async with self._database.writing("save contacts") as connection:
            made, before = [], dict[str, Contact]()
            for company in companies:
                if await firms.save(connection, company):
                    await people.index_again(connection, company.id)
                made.append(events.of_company(company, new_id()))
            if contacts:
                before = await people.load(connection, [one.id for one in contacts])
                await people.save(connection, contacts)
                told_of = (changes.of(before.get(one.id), one, by, new_id()) for one in contacts)
                written = [one for one in told_of if one is not None]
                await interactions.add(connection, written)
                made += map(events.of_interaction, written)
            made += (events.of_contact(contact, new_id()) for contact in contacts)
            told = await outbox.append(connection, made)
        self._tell(told)
        if any(one.do_not_call for one in (*contacts, *before.values())):
            self.on_unwilling()

    async def delete_contact(self, contact: str) -> bool:
        told = False
        async with self._database.writing("delete a contact") as connection:
            gone = await people.forget(connection, contact)
            if gone:
                event = events.of_forgotten(contact, time(), new_id())
                told = await outbox.append(connection, [event])
        self._tell(told)
        if gone:
            self.on_unwilling()
        return gone

    async def company(self, company: str) -> Company | None:
        async with self._database.reading("read a company") as connection:
            return await firms.one(connection, company)

    async def companies_named(self, names: Sequence[str]) -> Mapping[str, Company]:
        async with self._database.reading("look for companies") as connection:
            return await firms.named(connection, names)

    async def company_names(self, companies: Sequence[str]) -> Mapping[str, str]:
        async with self._database.reading("read the names of companies") as connection:
            return await firms.names(connection, companies)

    async def companies(self, before: str | None, limit: int) -> Sequence[Company]:
        async with self._database.reading("list the companies") as connection:
            return await firms.page(connection, before, limit)

    async def save_company(self, company: Company) -> None:
        await self.save_many([company], [], "")

    async def delete_company(self, company: str) -> bool:
        async with self._database.writing("delete a company") as connection:
            gone = await firms.forget(connection, company)
            told = gone and await outbox.append(
                connection, [events.of_dropped_company(company, time(), new_id())]
            )
        self._tell(told)
        return gone

    async def search(self, text: str, kinds: Sequence[Found], limit: int) -> Sequence[Hit]:
        async with self._database.reading("search") as connection:
            return await search.find(connection, words(text), kinds, limit)

    def _tell(self, told: bool) -> None:
        if told:
            self._told()
