"""Contacts in bulk: each once, as it looks alone, and as a table that an import takes back."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callserver.crm import exporting
from callserver.crm.importing import Import
from callserver.crm.sheet import columns
from callserver.model.contacts import ContactFilter
from callserver.model.imports import Mistake
from callserver.model.people import Role
from callserver.model.table import FORMULA, guarded, unguarded
from tests.web.world import World, is_problem

CONTACTS = "/api/v1/contacts"
PATH = f"{CONTACTS}/export"


@pytest.fixture
async def made(world: World, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Five contacts as the API shows them, newest first; a piece is two."""
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    company = (await world.ask("POST", "/api/v1/companies", json={"name": "=Bank & Co"})).json
    bodies: list[dict[str, Any]] = [
        {"name": f"Jane {n}", "numbers": [f"+3712000001{n}"]} for n in range(4)
    ]
    bodies[1] |= {"company": company["id"], "fields": {"tier": "gold", "owed": -12.5}}
    bodies[2] |= {"name": '=HYPERLINK("http://x")', "notes": "- calls\n- mails", "vip": True}
    bodies.append({"channels": [{"kind": "mail", "address": "zoe@example.com"}], "tags": ["new"]})
    made = [(await world.ask("POST", CONTACTS, json=body)).json for body in bodies]
    return sorted(made, key=lambda one: str(one["id"]), reverse=True)


async def test_every_contact_is_a_line_and_looks_as_it_does_alone(
    world: World, made: list[dict[str, Any]]
) -> None:
    answer = await world.get(f"{PATH}.ndjson", role=Role.CRM)
    assert answer.headers["Content-Type"] == "application/x-ndjson; charset=utf-8"
    assert 'filename="contacts.ndjson"' in answer.headers["Content-Disposition"]
    assert [json.loads(line) for line in answer.body.splitlines()] == made
    some = await world.get(f"{PATH}.ndjson?vip=true")
    assert [json.loads(line)["notes"] for line in some.body.splitlines()] == ["- calls\n- mails"]
    is_problem(await world.get(f"{PATH}.ndjson?limit=3"), "invalid", 422)
    assert (await world.get(f"{PATH}.ndjson?tag=nobody")).body == b""


async def test_a_table_runs_nothing_and_comes_back_as_it_was(
    world: World, made: list[dict[str, Any]]
) -> None:
    answer = await world.get(f"{PATH}.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    head, *rows = csv.reader(io.StringIO(answer.body.decode(), newline=""))
    assert len(rows) == len(made)
    assert {"field.owed", "field.tier"} < set(head)
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA)]

    names, wrong = columns(head, {})
    assert wrong == []
    book, mistakes = world.customers.book, list[Mistake]()

    async def again() -> tuple[int, int, int]:
        job = Import(book, lambda text: text, lambda: 1.0, "test", mistakes.append, dry=False)
        await job.run(names, iter(enumerate(rows, start=2)))
        return job.tally.new, job.tally.changed, job.tally.same

    assert await again() == (0, 0, len(made)), "what was written is what stands there"
    for one in made:
        assert (await world.ask("DELETE", f"{CONTACTS}/{one['id']}")).status == 204
    assert await again() == (len(made), 0, 0)
    assert mistakes == []
    names_now = {one.name for one in await book.contacts(ContactFilter())}
    assert names_now == {one["name"] for one in made}


async def test_of_nobody_comes_a_table_with_its_head(world: World) -> None:
    assert (await world.get(f"{PATH}.csv")).body.decode().startswith("external_id,number,name")


@given(st.text(alphabet=st.sampled_from("'=-@+a\t\r 5")))
def test_a_cell_begins_no_formula_and_comes_back(text: str) -> None:
    assert not guarded(text).startswith(FORMULA)
    assert unguarded(guarded(text)) == text
