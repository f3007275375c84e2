"""Agents over HTTP: list, create, state, password."""

from typing import Any

import pytest

from callserver.model.agent import AgentState
from callserver.model.people import Role
from callserver.sip.digest import Algorithm, ha1
from tests.web.world import World, is_problem

NEW = {"username": "bo", "name": "Bo", "password": "12345678", "queues": ["sales", "support"]}


async def test_agents_are_listed_with_what_they_do_now(world: World) -> None:
    (anna,) = (await world.get("/api/v1/agents")).json["items"]
    assert anna == {
        "username": "anna",
        "name": "Anna",
        "state": "ready",
        "reason": "",
        "since": "2026-03-01T09:29:55.250Z",
        "call": None,
        "queues": ["support"],
        "phones": 2,
        "penalties": {},
        "skills": {},
        "languages": [],
        "capacity": 1,
        "wish": None,
        "wish_reason": "",
        "created_at": "2026-03-01T09:30:00.250Z",
    }
    assert (await world.get("/api/v1/agents/anna")).json == anna


async def test_a_new_agent_is_signed_out_and_can_be_found_where_it_says(world: World) -> None:
    made = await world.ask("POST", "/api/v1/agents", json=NEW)
    assert made.status == 201
    assert made.json["state"] == "signed_out"
    assert made.json["queues"] == ["sales", "support"]
    assert (await world.get(made.headers["Location"])).json == made.json
    assert world.store.accounts["bo"].ha1_md5 == ha1("bo", "callserver", "12345678", Algorithm.MD5)


async def test_those_who_route_calls_hear_of_a_new_agent(world: World) -> None:
    heard: list[set[str]] = []
    world.people.on_changed = lambda: heard.append({a.username for a in world.people.accounts()})
    await world.ask("POST", "/api/v1/agents", json=NEW)
    await world.ask("POST", "/api/v1/agents", json=NEW)
    assert heard == [{"anna", "bo"}]


async def test_no_answer_holds_a_password_or_its_digest(world: World) -> None:
    made = await world.ask("POST", "/api/v1/agents", json=NEW)
    listed = await world.get("/api/v1/agents")
    refused = await world.ask("POST", "/api/v1/agents", json=NEW | {"password": "geheim"})
    for answer in (made, listed, refused):
        for secret in ("12345678", "geheim", world.store.accounts["bo"].ha1_sha256):
            assert secret.encode() not in answer.body


async def test_a_username_can_be_taken_once(world: World) -> None:
    answer = await world.ask("POST", "/api/v1/agents", json=NEW | {"username": "anna"})
    is_problem(answer, "conflict", 409)


async def test_queues_that_do_not_exist_are_named_by_their_place(world: World) -> None:
    queues = ["sales", "a/b", "zoo"]
    answer = await world.ask("POST", "/api/v1/agents", json=NEW | {"queues": queues})
    is_problem(answer, "invalid", 422)
    assert [mistake["pointer"] for mistake in answer.json["errors"]] == ["/queues/1", "/queues/2"]
    assert "bo" not in world.store.accounts


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"username": "b o"}, ["/username"]),
        ({"username": "--"}, ["/username"]),
        ({"username": "x" * 65}, ["/username"]),
        ({"username": "bö"}, ["/username"]),
        ({"username": "bo\n"}, ["/username"]),
        ({"username": 7}, ["/username"]),
        ({"username": None}, ["/username"]),
        ({"password": "1234567"}, ["/password"]),
        ({"password": 12345678}, ["/password"]),
        ({"name": "Bo\x00"}, ["/name"]),
        ({"queues": "sales"}, ["/queues"]),
        ({"queues": ["sales", 5]}, ["/queues/1"]),
        ({"queues": {"sales": True}}, ["/queues"]),
        ({"role": "admin"}, ["/role"]),
        ({"a/b~c": 1}, ["/a~1b~0c"]),
        ({"username": "", "password": "", "x": 1}, ["/username", "/password", "/x"]),
    ],
)
async def test_all_mistakes_of_a_new_agent_are_told_at_once(
    world: World, change: dict[str, Any], pointers: list[str]
) -> None:
    answer = await world.ask("POST", "/api/v1/agents", json=NEW | change)
    is_problem(answer, "invalid", 422)
    assert [mistake["pointer"] for mistake in answer.json["errors"]] == pointers
    assert list(world.store.accounts) == ["anna"]


async def test_an_agent_is_paused_with_a_reason(world: World) -> None:
    body = {"state": "paused", "reason": "lunch"}
    answer = await world.ask("PUT", "/api/v1/agents/anna/state", json=body, role=Role.SUPERVISOR)
    assert answer.status == 200
    assert (answer.json["state"], answer.json["reason"]) == ("paused", "lunch")
    assert world.floor.agent_views["anna"].state is AgentState.PAUSED


async def test_what_the_floor_does_not_allow_is_a_conflict(world: World) -> None:
    answer = await world.ask("PUT", "/api/v1/agents/anna/state", json={"state": "paused"})
    is_problem(answer, "conflict", 409)
    assert "reason" in answer.json["detail"]


@pytest.mark.parametrize("state", ["talking", "ringing", "wrap_up", "asleep", "", None, 1])
async def test_a_state_that_cannot_be_asked_for_is_a_mistake(world: World, state: Any) -> None:
    answer = await world.ask("PUT", "/api/v1/agents/anna/state", json={"state": state})
    is_problem(answer, "invalid", 422)
    assert world.floor.agent_views["anna"].state is AgentState.READY


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/agents/bo", None),
        ("PUT", "/api/v1/agents/bo/state", {"state": "ready"}),
        ("PUT", "/api/v1/agents/bo/password", {"password": "12345678"}),
    ],
)
async def test_an_agent_nobody_knows_is_404(
    world: World, method: str, path: str, body: Any
) -> None:
    is_problem(await world.ask(method, path, json=body), "not-found", 404)


async def test_a_new_password_changes_the_digests_and_nothing_else(world: World) -> None:
    before = world.store.accounts["anna"]
    answer = await world.ask(
        "PUT", "/api/v1/agents/anna/password", json={"password": "battery staple"}
    )
    assert (answer.status, answer.body) == (204, b"")
    after = world.store.accounts["anna"]
    assert after.ha1_sha256 == ha1("anna", "callserver", "battery staple", Algorithm.SHA256)
    assert (after.name, after.queues, after.created_at) == (
        before.name,
        before.queues,
        before.created_at,
    )


async def test_a_short_password_is_refused_and_the_old_one_stays(world: World) -> None:
    before = world.store.accounts["anna"]
    answer = await world.ask("PUT", "/api/v1/agents/anna/password", json={"password": "short"})
    is_problem(answer, "invalid", 422)
    assert world.store.accounts["anna"] == before
