"""Timelines, tasks and contacts that are one, over HTTP and on a real database."""

from typing import Any

from callserver.model.interactions import Promised
from callserver.model.people import Role
from callserver.store import SqlStore
from tests.web.fakes import NOW
from tests.web.world import BOTH, World, is_problem

pytestmark = BOTH
CONTACTS, INTERACTIONS = "/api/v1/contacts", "/api/v1/interactions"
JANE = {"name": "Jane", "numbers": ["+37120000012"], "vip": True}


async def contact(world: World, **known: Any) -> str:
    made = await world.ask("POST", CONTACTS, json=known)
    assert made.status == 201, made.body
    id_: str = made.json["id"]
    return id_


async def write(world: World, **said: Any) -> Any:
    made = await world.ask("POST", INTERACTIONS, json={"kind": "mail", "way": "in", **said})
    assert made.status == 201, made.body
    return made.json


async def kinds(world: World, of: str, query: str = "") -> list[str]:
    page = (await world.get(f"{CONTACTS}/{of}/timeline{query}")).json
    return [one["kind"] for one in page["items"]]


async def test_a_conversation_goes_on_where_it_stopped_over_all_channels(world: World) -> None:
    jane = await contact(world, **JANE)
    times = [f"2026-02-2{n}T10:00:00Z" for n in range(4)]
    for n, (kind, way) in enumerate((("mail", "in"), ("chat", "out"), ("sms", "in"))):
        await write(world, contact=jane, kind=kind, way=way, at=times[n], thread=f"t{n % 2}")
    assert await kinds(world, jane) == ["change", "sms", "chat", "mail"], "and who made them VIP"
    assert await kinds(world, jane, "?thread=t0") == ["sms", "mail"]
    assert await kinds(world, "+37120000012", "?kind=mail,chat") == ["chat", "mail"]
    path, seen = f"{CONTACTS}/{jane}/timeline?limit=1", []
    while path:
        page = (await world.get(path)).json
        seen += [one["kind"] for one in page["items"]]
        path = f"{CONTACTS}/{jane}/timeline?limit=1&cursor={page['next']}" if page["next"] else ""
    assert seen == ["change", "sms", "chat", "mail"]
    (change,) = (await world.get(f"{CONTACTS}/{jane}/timeline?kind=change")).json["items"]
    assert change["subject"] == "vip: no → yes"
    assert change["more"]["by"].startswith("token:")


async def test_who_writes_first_becomes_a_contact_and_the_same_mail_again_is_the_same(
    world: World,
) -> None:
    channel = {"kind": "mail", "address": "Anna@Example.com"}
    first = await write(world, channel=channel, external="mail:1", subject="Hello")
    again = await write(world, channel=channel, external="mail:1", subject="Hello")
    other = await write(world, channel={"kind": "mail", "address": "anna@example.com"})
    called = await write(world, number="+371 2000-0012", kind="sms")
    assert again == first
    assert other["contact"] == first["contact"] != called["contact"]
    assert await kinds(world, first["contact"]) == ["mail", "mail"]
    body = {"kind": "mail", "way": "in"}
    for said in ({}, {"number": "+37120000012", "contact": first["contact"]}):
        answer = await world.ask("POST", INTERACTIONS, json={**body, **said})
        is_problem(answer, "invalid", 422)
    for said in ({"kind": "call"}, {"kind": "task"}, {"at": 5}, {"at": "2999-01-01T00:00:00Z"}):
        answer = await world.ask(
            "POST", INTERACTIONS, json={**body, "contact": first["contact"], **said}
        )
        is_problem(answer, "invalid", 422)
    answer = await world.ask("POST", INTERACTIONS, json={**body, "contact": "0" * 18})
    is_problem(answer, "not-found", 404)


async def test_a_task_has_its_promises_and_what_is_broken_is_listed(world: World) -> None:
    jane = await contact(world, **JANE)
    body = {"subject": "Send the contract", "contact": jane, "external": "zd:1"}
    made = await world.ask("POST", "/api/v1/tasks", role=Role.CRM, json=body)
    task = made.json
    promised = {one["what"]: one for one in task["promises"]}
    assert promised["reaction"]["due_at"] == "2026-03-01T10:30:00.250Z"
    assert promised["resolution"]["due_at"] == "2026-03-01T11:30:00.250Z"
    again = await world.ask("POST", "/api/v1/tasks", json=body)
    assert again.json["id"] == task["id"]
    broken = await world.histories.breach(NOW + 3601)
    assert [one.what for one in broken] == [Promised.REACTION]
    assert await world.histories.breach(NOW + 3601) == []
    (breach,) = (await world.get("/api/v1/breaches")).json["items"]
    assert (breach["of"], breach["contact"], breach["what"]) == (task["id"], jane, "reaction")
    assert await world.histories.next_due() == NOW + 7200
    put = await world.ask("PUT", f"/api/v1/tasks/{task['id']}", json={**body, "state": "done"})
    assert {one["what"]: one["met_at"] for one in put.json["promises"]} == dict.fromkeys(
        ("reaction", "resolution"), "2026-03-01T09:30:00.250Z"
    )
    assert await world.histories.next_due() is None
    assert await kinds(world, jane, "?kind=task") == ["task"]
    found = (await world.get("/api/v1/search?q=contract&kind=task")).json["items"]
    assert [one["id"] for one in found] == [task["id"]]
    listed = (await world.get(f"/api/v1/tasks?state=done&contact={jane}")).json["items"]
    assert [one["id"] for one in listed] == [task["id"]]
    assert (await world.ask("DELETE", f"{CONTACTS}/{jane}")).status == 204
    is_problem(await world.get(f"/api/v1/tasks/{task['id']}"), "not-found", 404)
    assert (await world.get("/api/v1/search?q=contract")).json["items"] == []
    answer = await world.ask("POST", "/api/v1/tasks", json={**body, "contact": "nobody"})
    is_problem(answer, "invalid", 422)


async def test_an_answer_keeps_what_was_promised_about_its_conversation(world: World) -> None:
    jane = await contact(world, **JANE)
    for thread in ("a", "a", "b"):
        await write(world, contact=jane, thread=thread)
    assert len(await world.histories.unanswered(jane, None)) == 3
    await write(world, contact=jane, thread="a", way="out")
    assert len(await world.histories.unanswered(jane, None)) == 1
    await write(world, contact=jane, way="out", kind="chat")
    assert await world.histories.unanswered(jane, None) == []


async def test_two_that_are_one_are_found_under_either_id_and_become_two_again(
    world: World,
) -> None:
    jane = await contact(world, **JANE, tags=["a"], fields={"tier": "gold", "x": 1})
    mail = {"kind": "mail", "address": "jane@example.com"}
    twin = await contact(
        world, name="Jané", numbers=["+37120000013"], channels=[mail], tags=["b"], notes="n"
    )
    (alike,) = (await world.get("/api/v1/duplicates")).json["items"]
    assert (alike["what"], alike["value"]) == ("name", "jane")
    assert set(alike["contacts"]) == {jane, twin}
    await write(world, contact=twin, kind="chat")
    was = [(await world.get(f"{CONTACTS}/{one}")).json for one in (jane, twin)]
    made = await world.ask("POST", "/api/v1/merges", json={"kept": jane, "gone": twin})
    assert made.status == 201, made.body
    both = (await world.get(f"{CONTACTS}/{twin}")).json
    assert (both["id"], both["vip"], both["tags"]) == (jane, True, ["a", "b"])
    assert both["numbers"] == ["+37120000012", "+37120000013"]
    assert "chat" in await kinds(world, "+37120000013")
    assert (await world.get("/api/v1/duplicates")).json["items"] == []
    answer = await world.ask("POST", "/api/v1/merges", json={"kept": jane, "gone": twin})
    is_problem(answer, "conflict", 409)
    undo = f"/api/v1/merges/{made.json['id']}/undo"
    assert (await world.ask("POST", undo)).status == 200
    assert [(await world.get(f"{CONTACTS}/{one}")).json for one in (jane, twin)] == was
    assert await kinds(world, twin) == ["chat"] and "chat" not in await kinds(world, jane)
    is_problem(await world.ask("POST", undo), "conflict", 409)
    is_problem(await world.ask("POST", "/api/v1/merges/m1/undo"), "not-found", 404)


async def test_what_was_changed_since_a_merge_stays_changed(world: World) -> None:
    jane, twin = await contact(world, **JANE), await contact(world, name="J", tags=["b"])
    third = await contact(world, name="Third")
    first = await world.ask("POST", "/api/v1/merges", json={"kept": jane, "gone": twin})
    changed = {"name": "Jane Doe", "numbers": ["+37120000012"], "tags": ["b", "new"], "vip": True}
    await world.ask("PUT", f"{CONTACTS}/{jane}", json=changed)
    second = await world.ask("POST", "/api/v1/merges", json={"kept": third, "gone": jane})
    assert (await world.get(f"{CONTACTS}/{twin}")).json["id"] == third
    undo = "/api/v1/merges/{}/undo".format
    is_problem(await world.ask("POST", undo(first.json["id"])), "conflict", 409)
    for merge in (second, first):
        assert (await world.ask("POST", undo(merge.json["id"]))).status == 200
    now = (await world.get(f"{CONTACTS}/{jane}")).json
    assert (now["name"], now["tags"], now["vip"]) == ("Jane Doe", ["new"], True)
    assert (await world.get(f"{CONTACTS}/{twin}")).json["tags"] == ["b"]


async def test_calls_and_surveys_are_in_the_timeline_however_the_number_was_written(
    world: World,
) -> None:
    from tests.store.samples import call

    jane = await contact(world, **JANE)
    store = SqlStore(world.customers_url)
    for n, number in enumerate(("+37120000012", "0037120000012", "37120000012", "+37120000099")):
        one = call(f"{n:018}", number=number, survey={"rating": "5"} if n == 1 else {})
        await store.append([], {one.id: one})
    await store.close()
    assert await kinds(world, jane) == ["change", "call", "survey", "call", "call"]
    page = (await world.get(f"{CONTACTS}/{jane}/timeline?kind=survey")).json["items"]
    assert [one["more"]["answers"] for one in page] == [{"rating": "5"}]
