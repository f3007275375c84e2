"""Contacts, on a real file."""

import math

import pytest

from callserver.model.flow import Value
from callserver.model.people import Contact
from callserver.store import SqlStore

FIELDS: dict[str, Value] = {
    "name": "Jāne 🙂",
    "vip": True,
    "balance": -0.5,
    "orders": 10**15,
    "tier": None,
}


async def test_a_contact_comes_back_as_it_was_and_is_replaced_by_number(store: SqlStore) -> None:
    jane = Contact("+37120000012", FIELDS, 5.25)
    await store.save_contact(Contact("+37120000012", {"name": "J", "old": 1}, 1.0))
    await store.save_contact(jane)
    found = await store.contact("+37120000012")
    assert found == jane
    assert {name: type(value) for name, value in found.fields.items()} == {
        name: type(value) for name, value in FIELDS.items()
    }
    assert await store.contact("+37120000013") is None


async def test_pages_go_through_all_numbers_once(store: SqlStore) -> None:
    numbers = [f"+371200000{n:02}" for n in range(7)]
    for number in reversed(numbers):
        await store.save_contact(Contact(number, {}, 1.0))
    seen: list[str] = []
    while page := await store.contacts(seen[-1] if seen else "", 3):
        seen += [contact.number for contact in page]
    assert seen == numbers


async def test_a_contact_is_forgotten_once(store: SqlStore) -> None:
    await store.save_contact(Contact("+37120000012", FIELDS, 1.0))
    assert await store.delete_contact("+37120000012") is True
    assert await store.delete_contact("+37120000012") is False
    assert await store.contact("+37120000012") is None


@pytest.mark.parametrize("value", [math.inf, "\x00", "\ud800", 2**70])
async def test_no_value_makes_the_write_fail(store: SqlStore, value: float | str) -> None:
    await store.save_contact(Contact("+37120000012", {"odd": value}, 1.0))
    assert await store.contact("+37120000012") is not None
