"""Contacts, on a real file."""

import json
import math
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine

from callserver.model.contacts import Channel, Company, Contact, ContactFilter, Found
from callserver.model.errors import NotAllowed
from callserver.model.flow import Value
from callserver.store import SqlStore
from callserver.store.migrate import alembic_config

FIELDS: dict[str, Value] = {"balance": -0.5, "orders": 10**15, "tier": None, "news": False}
JANE = Contact(
    *("k1", 1.5, 5.25),
    name="Jāne 🙂",
    numbers=("+37120000012", "+37120000011"),
    channels=(Channel("mail", "jane@example.com"), Channel("telegram", "jane")),
    external=("crm:1", "shop:7"),
    language="lv",
    owner="anna",
    vip=True,
    tags=("gold", "a"),
    notes="a\nb",
    fields=FIELDS,
)


async def test_a_contact_comes_back_as_it_was_and_is_replaced_by_id(store: SqlStore) -> None:
    book = store.customers
    await book.save_contact(replace(JANE, numbers=("+37120000019",), external=("old:1",)), "")
    await book.save_contact(JANE, "")
    for found in (
        await book.contact_by_id("k1"),
        await book.contact("+37120000011"),
        await store.contact("+37120000012"),
        await book.contact_at(Channel("telegram", "jane")),
    ):
        assert found == JANE
        assert {name: type(value) for name, value in found.fields.items()} == {
            name: type(value) for name, value in FIELDS.items()
        }
    assert await book.contact("+37120000019") is None


async def test_what_only_one_can_have_is_refused_to_another_and_nothing_is_written(
    store: SqlStore,
) -> None:
    await store.customers.save_contact(JANE, "")
    for taken in (
        replace(JANE, id="k2", numbers=("+37120000099", "+37120000011"), external=()),
        replace(JANE, id="k2", numbers=()),
    ):
        with pytest.raises(NotAllowed, match="is that of contact k1"):
            await store.customers.save_contact(taken, "")
    assert await store.customers.contact_by_id("k2") is None
    assert await store.customers.contact("+37120000099") is None
    await store.customers.save_contact(replace(JANE, id="k2", numbers=(), external=()), "")


async def test_pages_go_through_all_contacts_once(store: SqlStore) -> None:
    ids = [f"k{n}" for n in range(7)]
    for id_ in ids:
        await store.customers.save_contact(Contact(id_, 1.0, 1.0, vip=id_ == "k3"), "")
    seen: list[str] = []
    while page := await store.customers.contacts(
        ContactFilter(before=seen[-1] if seen else None, limit=3)
    ):
        seen += [contact.id for contact in page]
    assert seen == ids[::-1]
    (vip,) = await store.customers.contacts(ContactFilter(vip=True))
    assert vip.id == "k3"


async def test_a_contact_is_forgotten_once_and_its_numbers_are_free(store: SqlStore) -> None:
    await store.customers.save_contact(JANE, "")
    assert await store.customers.delete_contact("k1") is True
    assert await store.customers.delete_contact("k1") is False
    assert await store.customers.contact("+37120000012") is None
    assert await store.customers.search("jane", tuple(Found), 9) == []
    await store.customers.save_contact(replace(JANE, id="k2"), "")


@pytest.mark.parametrize("value", [math.inf, "\x00", "\ud800", 2**70])
async def test_no_value_makes_the_write_fail(store: SqlStore, value: float | str) -> None:
    odd = replace(JANE, fields={"odd": value}, name=str(value), tags=(str(value),))
    await store.customers.save_contact(odd, "")
    assert await store.customers.contact("+37120000012") is not None


async def test_a_hit_without_a_name_is_called_by_what_is_known(store: SqlStore) -> None:
    book = store.customers
    nameless = (
        Contact("n1", 1.0, 1.0, numbers=("+37120000031",), channels=(Channel("mail", "a@b.lv"),)),
        Contact("n2", 1.0, 1.0, channels=(Channel("mail", "zoe@example.com"),)),
        Contact("n3", 1.0, 1.0, external=("shop:77",)),
    )
    for one in nameless:
        await book.save_contact(one, "")
    for text, title in (("0031", "+37120000031"), ("zoe", "zoe@example.com"), ("77", "shop:77")):
        (hit,) = await book.search(text, (Found.CONTACT,), 9)
        assert hit.title == title


async def test_a_search_knows_beginnings_without_accents_and_sees_every_change(
    store: SqlStore,
) -> None:
    book = store.customers

    async def found(text: str) -> list[str]:
        return [hit.id for hit in await book.search(text, tuple(Found), 9)]

    await book.save_company(Company("c1", 1.0, 1.0, "Bērzs & Co", domain="berzs.lv"))
    await book.save_contact(replace(JANE, name="Jāne Kalniņa", company="c1"), "")
    for text in ("kaln jane", "BERZS co", "shop:7", "jane@example.com", "0012", "+371 20 00 00 11"):
        assert "k1" in await found(text), text
    for text in ("kalnins", "jane x", "", '"', "*", "a OR b", "NOT jane", "(", "text:jane", "-"):
        assert "k1" not in await found(text), text
    await book.save_contact(replace(JANE, name="Ilze", company="c1"), "")
    assert await found("kalnina") == []
    await book.save_company(Company("c1", 1.0, 2.0, "Ozols"))
    assert set(await found("ozols")) == {"c1", "k1"}
    assert [hit.id for hit in await book.search("ozols", (Found.COMPANY,), 9)] == ["c1"]
    assert await found("berzs") == []
    assert await book.delete_company("c1") is True
    assert await found("ozols") == ["k1"]
    known = await book.contact_by_id("k1")
    assert known is not None and known.company is None


async def test_contacts_that_may_be_one_have_an_address_a_numbers_end_or_a_name_in_common(
    store: SqlStore,
) -> None:
    mail = (Channel("mail", "a@example.com"),)
    for one in (
        Contact("k1", 1.0, 1.0, name="Jāne Liepa", numbers=("+37120000012",), channels=mail),
        Contact("k2", 1.0, 1.0, name="JANE  LIEPA", tags=("x",)),
        Contact("k3", 1.0, 1.0, numbers=("+4420000012",), tags=("x",)),
        Contact("k4", 1.0, 1.0, name="Ilze", channels=mail, numbers=("+37120000013",)),
        Contact("k5", 1.0, 1.0),
    ):
        await store.customers.save_contact(one, "")
    found = [(one.what, one.value, one.contacts) for one in await store.histories.alike(9)]
    assert found == [
        ("mail", "a@example.com", ("k1", "k4")),
        ("number", "20000012", ("k1", "k3")),
        ("name", "jane liepa", ("k1", "k2")),
    ]


def test_what_was_kept_by_number_becomes_a_contact(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0017")
        known = {"name": "Jāne", "vip": True, "owner": "anna", "tier": "gold"}
        connection.exec_driver_sql(
            "INSERT INTO contacts VALUES ('+37120000012', ?, 5.0)", (json.dumps(known),)
        )
        command.upgrade(alembic_config(connection), "0023")
    engine.dispose()
    with sqlite3.connect(file) as after:
        rows = after.execute(
            "SELECT name, vip, owner, fields, value, kind FROM contacts JOIN contact_keys "
            "ON contact = id"
        ).fetchall()
        hits = after.execute("SELECT * FROM search_index WHERE search_index MATCH 'jane'")
        assert len(hits.fetchall()) == 1
    after.close()
    assert rows == [("Jāne", 1, "anna", '{"tier": "gold"}', "+37120000012", "number")]
