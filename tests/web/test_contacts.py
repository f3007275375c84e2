"""Contacts over HTTP: kept under their number, however it is written, within bounds."""

from typing import Any

import pytest

from callserver.config.outgoing import Outgoing
from callserver.model.facts import Audited
from callserver.model.people import Contact, Role
from callserver.web.contacts import Contacts
from tests.web.fakes import NOW, StandingClock
from tests.web.world import World, is_problem

CONTACTS = "/api/v1/contacts"
JANE = f"{CONTACTS}/+37120000012"
KNOWN = {
    "name": "Jane Doe",
    "language": "lv",
    "owner": "anna",
    "vip": True,
    "fields": {"tier": "gold", "balance": -12.5, "orders": 3, "newsletter": False},
}


async def test_a_contact_is_kept_shown_replaced_and_forgotten(world: World) -> None:
    made = await world.ask("PUT", JANE, role=Role.CRM, json=KNOWN)
    assert (made.status, made.headers["Location"]) == (201, JANE)
    shown = {"number": "+37120000012", **KNOWN, "updated_at": "2026-03-01T09:30:00.250Z"}
    assert made.json == shown
    assert (await world.get(JANE, role=Role.CRM)).json == shown
    kept = world.store.people["+37120000012"].fields
    assert (kept["vip"], kept["tier"]) == (True, "gold"), "flat, as flows see them"

    replaced = await world.ask("PUT", JANE, json={"name": "Jane"})
    assert replaced.status == 200
    assert world.store.people["+37120000012"].fields == {"name": "Jane"}
    assert (replaced.json["vip"], replaced.json["language"]) == (False, None)

    assert (await world.ask("DELETE", JANE)).status == 204
    is_problem(await world.get(JANE), "not-found", 404)
    is_problem(await world.ask("DELETE", JANE), "not-found", 404)


async def test_all_contacts_are_listed_by_number_page_by_page(world: World) -> None:
    for n in range(5):
        number = f"+3712000001{n}"
        world.store.people[number] = Contact(number, {"name": f"C{n}"}, NOW)
    path, names = f"{CONTACTS}?limit=2", []
    while path:
        page = (await world.get(path)).json
        names.append([one["name"] for one in page["items"]])
        path = f"{CONTACTS}?limit=2&cursor={page['next']}" if page["next"] else ""
    assert names == [["C0", "C1"], ["C2", "C3"], ["C4"]]


async def test_every_change_is_in_the_audit_log_and_so_is_the_export(world: World) -> None:
    await world.ask("PUT", JANE, role=Role.CRM, json=KNOWN)
    await world.ask("PUT", JANE, role=Role.CRM, json=KNOWN)
    await world.get(JANE)
    await world.get(CONTACTS)
    await world.ask("DELETE", JANE)
    noted = [(one.action, one.target) for one in world.notes if isinstance(one, Audited)]
    jane = "contacts/+37120000012"
    assert noted == [
        ("contacts.put", jane),
        ("contacts.put", jane),
        ("contacts.list", "contacts"),
        ("contacts.delete", jane),
    ]


@pytest.mark.parametrize(
    "number",
    ["hello", "+", "+12", "%2B371%202000", "1" * 40, "%D9%A3%D9%A7%D9%A1%D9%A2%D9%A0%D9%A0"],
)
async def test_what_is_no_telephone_number_is_nobody(world: World, number: str) -> None:
    for method, body in (("GET", None), ("PUT", KNOWN), ("DELETE", None)):
        is_problem(await world.ask(method, f"{CONTACTS}/{number}", json=body), "invalid", 422)
    assert world.store.people == {}


@pytest.mark.parametrize(
    ("country", "typed"), [("LV", "20000012"), ("LV", "0037120000012"), ("", "0037120000012")]
)
async def test_a_number_means_the_same_however_it_is_written(
    world: World, country: str, typed: str
) -> None:
    world.store.people["+37120000012"] = Contact("+37120000012", {}, NOW)
    contacts = Contacts(world.store, StandingClock(), Outgoing(country=country).country)
    assert (await contacts.get(typed)).number == "+37120000012"


BAD: list[tuple[Any, str]] = [
    ({"fields": {"name": "x"}}, "/fields"),
    ({"fields": {"Tier": "x"}}, "/fields"),
    ({"fields": {"class": "x"}}, "/fields"),
    ({"fields": {"a b": "x"}}, "/fields"),
    ({"fields": {"tier": ["gold"]}}, "/fields/tier"),
    ({"fields": {"tier": None}}, "/fields/tier"),
    ({"fields": {"tier": "x" * 257}}, "/fields/tier"),
    ({"fields": {"tier": "a\nb"}}, "/fields/tier"),
    ({"fields": {"tier": 10**16}}, "/fields/tier"),
    ({"fields": {f"f{n}": 1 for n in range(33)}}, "/fields"),
    ({"language": "de"}, "/language"),
    ({"vip": "yes"}, "/vip"),
    ({"owner": "anna kane"}, "/owner"),
    ({"name": "x" * 129}, "/name"),
    ({"nme": "x"}, "/nme"),
]


@pytest.mark.parametrize(("body", "where"), BAD)
async def test_what_does_not_fit_is_named(world: World, body: Any, where: str) -> None:
    answer = await world.ask("PUT", JANE, json=body)
    is_problem(answer, "invalid", 422)
    assert answer.json["errors"][0]["pointer"].startswith(where)
    assert world.store.people == {}


@pytest.mark.parametrize("role", [Role.QA, Role.OPS])
async def test_who_does_not_serve_customers_does_not_see_them(world: World, role: Role) -> None:
    for method, path in (("GET", CONTACTS), ("GET", JANE), ("DELETE", JANE)):
        is_problem(await world.ask(method, path, role=role), "forbidden", 403)
