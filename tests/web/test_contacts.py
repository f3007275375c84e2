"""Contacts over HTTP: found by id or any number, however it is written, within bounds."""

from typing import Any
from urllib.parse import quote

import pytest

from callserver.config.outgoing import Outgoing
from callserver.model.contacts import Contact
from callserver.model.facts import Audited
from callserver.model.people import Role
from callserver.web.contacts import Contacts
from tests.web.fakes import NOW, StandingClock
from tests.web.world import BOTH, World, is_problem

CONTACTS = "/api/v1/contacts"
JANE = f"{CONTACTS}/+37120000012"
AT = "2026-03-01T09:30:00.250Z"
KNOWN = {
    "name": "Jane Doe",
    "numbers": ["+37120000012", "+37120000013"],
    "channels": [{"kind": "mail", "address": "jane@example.com"}],
    "external": ["crm:4711"],
    "company": None,
    "language": "lv",
    "owner": "anna",
    "vip": True,
    "blocked": False,
    "do_not_call": True,
    "tags": ["gold", "north"],
    "notes": "Likes\nshort answers",
    "fields": {"tier": "gold", "balance": -12.5, "orders": 3, "newsletter": False},
}


@BOTH
async def test_a_contact_is_kept_shown_replaced_and_forgotten(world: World) -> None:
    made = await world.ask("PUT", JANE, role=Role.CRM, json=KNOWN)
    assert made.status == 201
    id_ = made.json["id"]
    assert made.headers["Location"] == f"{CONTACTS}/{id_}"
    shown = {"id": id_, **KNOWN, "created_at": AT, "updated_at": AT}
    assert made.json == shown
    for name in (id_, "+37120000012", "+37120000013"):
        assert (await world.get(f"{CONTACTS}/{name}", role=Role.CRM)).json == shown
    kept = await world.customers.book.contact("+37120000013")
    assert kept is not None
    assert (kept.known()["vip"], kept.known()["tier"]) == (True, "gold"), "flat, as flows see them"

    replaced = await world.ask("PUT", JANE, json={"name": "Jane"})
    assert (replaced.status, replaced.json["id"]) == (200, id_)
    assert (replaced.json["numbers"], replaced.json["tags"]) == (["+37120000012"], [])
    assert (replaced.json["vip"], replaced.json["language"]) == (False, None)
    is_problem(await world.get(f"{CONTACTS}/+37120000013"), "not-found", 404)

    assert (await world.ask("DELETE", f"{CONTACTS}/{id_}")).status == 204
    is_problem(await world.get(JANE), "not-found", 404)
    is_problem(await world.ask("DELETE", JANE), "not-found", 404)


@BOTH
async def test_a_number_has_one_owner(world: World) -> None:
    await world.ask("PUT", JANE, json=KNOWN)
    for body in ({"numbers": ["+371 2000-0013"]}, {"external": ["crm:4711"]}):
        is_problem(await world.ask("POST", CONTACTS, json=body), "conflict", 409)
    made = await world.ask("POST", CONTACTS, json={"channels": KNOWN["channels"]})
    assert made.status == 201, "a mail address may be that of a family"
    got = (await world.get(f"{CONTACTS}/{made.json['id']}")).json
    assert got["numbers"] == []


@BOTH
async def test_contacts_are_listed_newest_first_by_what_they_are(world: World) -> None:
    for n in range(5):
        await world.ask(
            "POST", CONTACTS, json={"name": f"C{n}", "vip": n > 2, "tags": [f"t{n % 2}"]}
        )
    path, names = f"{CONTACTS}?limit=2", []
    while path:
        page = (await world.get(path)).json
        names.append([one["name"] for one in page["items"]])
        path = f"{CONTACTS}?limit=2&cursor={page['next']}" if page["next"] else ""
    assert sorted(name for page in names for name in page) == [f"C{n}" for n in range(5)]
    assert [len(page) for page in names] == [2, 2, 1]
    for query, expected in (("vip=true", {"C3", "C4"}), ("tag=t1", {"C1", "C3"})):
        page = (await world.get(f"{CONTACTS}?{query}")).json
        assert {one["name"] for one in page["items"]} == expected


async def test_every_change_is_in_the_audit_log_and_so_is_the_export(world: World) -> None:
    made = await world.ask("PUT", JANE, role=Role.CRM, json=KNOWN)
    await world.ask("PUT", JANE, role=Role.CRM, json=KNOWN)
    await world.get(JANE)
    await world.get(CONTACTS)
    await world.ask("DELETE", JANE)
    noted = [(one.action, one.target) for one in world.notes if isinstance(one, Audited)]
    jane = "contacts/+37120000012"
    assert noted == [
        ("contacts.put", f"contacts/{made.json['id']}"),
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
    assert (await world.get(CONTACTS)).json["items"] == []


@pytest.mark.parametrize(
    ("country", "typed"),
    [("LV", "20000012"), ("LV", "0037120000012"), ("", "0037120000012"), ("LV", "(20) 00-00 12")],
)
async def test_a_number_means_the_same_however_it_is_written(
    world: World, country: str, typed: str
) -> None:
    jane = Contact("0" * 18, NOW, NOW, numbers=("+37120000012",))
    await world.customers.book.save_contact(jane, "")
    contacts = Contacts(world.customers.book, StandingClock(), Outgoing(country=country).country)
    assert (await contacts.get(typed)).id == jane.id


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
    ({"numbers": ["+37120000012", "hello"]}, "/numbers/1"),
    ({"channels": [{"kind": "e mail", "address": "x"}]}, "/channels/0/kind"),
    ({"tags": ["a b"]}, "/tags/0"),
    ({"company": "nobody"}, "/company"),
    ({"notes": "\x00"}, "/notes"),
]


@pytest.mark.parametrize(("body", "where"), BAD)
async def test_what_does_not_fit_is_named(world: World, body: Any, where: str) -> None:
    answer = await world.ask("PUT", JANE, json=body)
    is_problem(answer, "invalid", 422)
    assert answer.json["errors"][0]["pointer"].startswith(where)
    assert (await world.get(CONTACTS)).json["items"] == []


@pytest.mark.parametrize("role", [Role.QA, Role.OPS])
async def test_who_does_not_serve_customers_does_not_see_them(world: World, role: Role) -> None:
    for method, path in (("GET", CONTACTS), ("GET", JANE), ("DELETE", JANE)):
        is_problem(await world.ask(method, path, role=role), "forbidden", 403)


@BOTH
async def test_companies_have_contacts_and_a_search_finds_all_of_it(world: World) -> None:
    made = await world.ask("POST", "/api/v1/companies", json={"name": "Bērzs un Co"})
    company = made.json["id"]
    jane = {"name": "Jāne Kalniņa", "company": company, "numbers": ["+37120000012"]}
    id_ = (await world.ask("POST", CONTACTS, json=jane)).json["id"]
    for asked in ("kalnina", "JĀNE kaln", "berzs", "20000012", "+371 2000 0012", "0012"):
        hits = (await world.get(f"/api/v1/search?q={quote(asked)}")).json["items"]
        assert ("contact", id_) in [(hit["kind"], hit["id"]) for hit in hits], asked
    assert (await world.get("/api/v1/search?q=kalnins")).json["items"] == []
    await world.ask("PUT", f"/api/v1/companies/{company}", json={"name": "Ozols"})
    found = [hit["kind"] for hit in (await world.get("/api/v1/search?q=ozol")).json["items"]]
    assert sorted(found) == ["company", "contact"]
    assert (await world.get("/api/v1/search?q=berzs")).json["items"] == []
    assert (await world.ask("DELETE", f"/api/v1/companies/{company}")).status == 204
    assert (await world.get(f"{CONTACTS}/{id_}")).json["company"] is None
    answer = await world.ask("POST", "/api/v1/companies", json={"name": "X", "sla": "gold"})
    assert answer.json["errors"][0]["pointer"] == "/sla"
