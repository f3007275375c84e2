"""Timelines: what happened with a contact, over all channels; and what others tell us of it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web
from msgspec import Struct

from callserver.call import numbers
from callserver.crm.customers import Customers, Histories
from callserver.model.contacts import Channel, Contact, ContactStore
from callserver.model.ids import new_id
from callserver.model.interactions import Entry, EntryFilter, Interaction, Way
from callserver.model.ports import Clock
from callserver.web import problems
from callserver.web.asks_histories import NewInteraction, TimelineQuery
from callserver.web.auth import actor
from callserver.web.contacts import Contacts
from callserver.web.operation import Operation
from callserver.web.problems import Problem, invalid
from callserver.web.shapes import Created, PageOut, Time, iso, page


class EntryOut(Struct, frozen=True, kw_only=True):
    """Something that happened. ``id`` names it among those of its kind; ``way`` is ``in`` when the
    customer began. ``more`` depends on the kind."""

    id: str
    kind: str
    at: Time
    way: Way
    agent: str | None
    subject: str
    text: str
    more: dict[str, Any]


class InteractionOut(Struct, frozen=True, kw_only=True):
    """Something that was written."""

    id: str
    contact: str
    kind: str
    way: Way
    at: Time
    subject: str
    text: str
    agent: str | None
    thread: str | None
    external: str | None
    task: str | None
    by: str


def _entry(one: Entry) -> EntryOut:
    return EntryOut(
        id=one.id,
        kind=one.kind,
        at=iso(one.at),
        way=one.way,
        agent=one.agent,
        subject=one.subject,
        text=one.text,
        more=_dated(one.more),
    )


def _dated(more: Mapping[str, Any]) -> dict[str, Any]:
    timed = ("_at", "not_before")
    return {
        name: iso(value) if name.endswith(timed) and value is not None else value
        for name, value in more.items()
    }


def _show(one: Interaction) -> InteractionOut:
    return InteractionOut(
        id=one.id,
        contact=one.contact,
        kind=one.kind,
        way=one.way,
        at=iso(one.at),
        subject=one.subject,
        text=one.text,
        agent=one.agent,
        thread=one.thread,
        external=one.external,
        task=one.task,
        by=one.by,
    )


class Timelines:
    """``/api/v1/contacts/{contact}/timeline`` and ``/api/v1/interactions``."""

    def __init__(
        self,
        contacts: Contacts,
        book: ContactStore,
        store: Histories,
        customers: Customers,
        clock: Clock,
        country: str,
    ) -> None:
        self._contacts = contacts
        self._book = book
        self._store = store
        self._customers = customers
        self._clock = clock
        self._country = country

    def operations(self) -> tuple[Operation, ...]:
        """What it does, for the table."""
        path, bad = "/api/v1/contacts/{contact}/timeline", (problems.NOT_FOUND, problems.INVALID)
        interactions = "/api/v1/interactions"
        return (
            Operation("contacts.timeline", "GET", path, self.timeline, may=bad),
            Operation("interactions.create", "POST", interactions, self.create, may=bad[:1]),
        )

    async def timeline(self, contact: str, query: TimelineQuery) -> PageOut[EntryOut]:
        """What happened with a contact over all channels, newest first."""
        one = await self._contacts.one(contact)
        theirs = (numbers.as_recorded(number, self._country) for number in one.numbers)
        wanted = EntryFilter(
            contact=one.id,
            numbers=tuple(form for forms in theirs for form in forms),
            kinds=frozenset(filter(None, (query.kind or "").split(","))),
            thread=query.thread,
            before=query.before,
            limit=query.limit + 1,
        )
        found = await self._store.timeline(wanted)
        return page(found, query.limit, _entry, lambda entry: entry.place)

    async def create(
        self, body: NewInteraction, request: web.Request
    ) -> InteractionOut | Created[InteractionOut]:
        """Keep what was written to or by a customer."""
        now = self._clock.now()
        at = now if body.at is None else body.at.timestamp()
        if not 0 < at <= now + 86_400:
            raise invalid([{"detail": "must be in the past", "pointer": "/at"}])
        new = Interaction(
            id="",
            at=at,
            contact=await self._whose(body, request),
            kind=body.kind,
            way=Way(body.way),
            by=actor(request),
            subject=body.subject,
            text=body.text,
            agent=body.agent,
            thread=body.thread,
            external=body.external,
            task=body.task,
        )
        made = await self._customers.add(new)
        return Created(f"/api/v1/contacts/{made.contact}/timeline", _show(made))

    async def _whose(self, body: NewInteraction, request: web.Request) -> str:
        given = [one for one in (body.contact, body.number, body.channel) if one is not None]
        if len(given) != 1:
            detail = "say who it is by exactly one of `contact`, `number` and `channel`"
            raise invalid([{"detail": detail, "pointer": ""}])
        if body.contact is not None:
            known = await self._book.contact_by_id(body.contact)
            if known is None:
                raise Problem(problems.NOT_FOUND, f"no contact {body.contact}")
            return known.id
        known, made = None, Contact(new_id(), self._clock.now(), self._clock.now())
        if body.number is not None:
            number = self._contacts.number(body.number, "/number")
            known, made = await self._book.contact(number), replace(made, numbers=(number,))
        elif body.channel is not None:
            channel = Channel(body.channel.kind, body.channel.address.lower())
            known, made = await self._book.contact_at(channel), replace(made, channels=(channel,))
        if known is not None:
            return known.id
        await self._book.save_contact(made, actor(request))
        return made.id
