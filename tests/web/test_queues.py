"""Queues over HTTP: who waits and why, and what a supervisor may do about it."""

from typing import Any

import pytest

from callserver.model.agent import AgentState
from callserver.model.facts import Audited
from callserver.model.live import QueueView, WaitingView, Waits
from tests.web.fakes import NOW
from tests.web.world import World, is_problem

WAIT = "/api/v1/calls/c8/wait"


def one_queue(world: World) -> None:
    world.floor.queue_views = [
        QueueView(
            "support",
            "Support",
            (WaitingView("c8", 1, NOW - 4, 4.0, 5, (), Waits.NOBODY_FITS, NOW + 26),),
            {AgentState.READY: 1},
            93.04,
            answered=5,
            in_time=4,
        ),
    ]


async def test_a_queue_tells_why_the_head_waits_and_how_long_one_will(world: World) -> None:
    one_queue(world)
    queue = (await world.get("/api/v1/queues/support")).json
    (head,) = queue["waiting"]
    assert (head["why"], head["why_until"]) == ("nobody_fits", "2026-03-01T09:30:26.250Z")
    assert head["ringing"] == []
    assert (queue["estimate_s"], queue["closed"]) == (93.0, False)
    assert (queue["answered"], queue["answered_in_time"]) == (5, 4)
    assert (await world.get(WAIT)).json == {"queue": "support", "caller": head}


@pytest.mark.parametrize(
    ("path", "method", "body", "field", "value"),
    [
        ("priority", "PUT", {"priority": -3}, "priority", -3),
        ("position", "PUT", {"position": 4}, "position", 4),
        ("pick", "POST", {"agent": "anna"}, "ringing", ["anna"]),
    ],
)
async def test_a_waiting_caller_is_steered(
    world: World, path: str, method: str, body: dict[str, Any], field: str, value: Any
) -> None:
    one_queue(world)
    answer = await world.ask(method, f"{WAIT}/{path}", json=body)
    assert answer.status == 200
    assert answer.json["caller"][field] == value
    entry = world.notes[-1]
    assert isinstance(entry, Audited)
    assert (entry.action, entry.target) == (f"waits.{path}", "calls/c8")


async def test_a_waiting_caller_is_sent_to_another_queue(world: World) -> None:
    one_queue(world)
    sent = await world.ask("PUT", f"{WAIT}/queue", json={"queue": "support"})
    assert sent.status == 204
    gone = await world.ask("PUT", f"{WAIT}/queue", json={"queue": "nowhere"})
    is_problem(gone, "not-found", 404)


async def test_a_queue_is_closed_and_opened(world: World) -> None:
    one_queue(world)
    path = "/api/v1/queues/support/closed"
    assert (await world.ask("PUT", path, json={"closed": True})).json["closed"]
    assert not (await world.ask("PUT", path, json={"closed": None})).json["closed"]
    nowhere = await world.ask("PUT", "/api/v1/queues/no/closed", json={"closed": True})
    is_problem(nowhere, "not-found", 404)


@pytest.mark.parametrize("call", ["c9", "c7"])
async def test_who_does_not_wait_cannot_be_steered(world: World, call: str) -> None:
    one_queue(world)
    for path, method, body in (
        ("", "GET", None),
        ("/priority", "PUT", {"priority": 1}),
        ("/position", "PUT", {"position": 1}),
        ("/pick", "POST", {"agent": "anna"}),
        ("/queue", "PUT", {"queue": "support"}),
    ):
        answer = await world.ask(method, f"/api/v1/calls/{call}/wait{path}", json=body)
        is_problem(answer, "not-found", 404)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("priority", {"priority": 101}),
        ("priority", {"priority": "1"}),
        ("position", {"position": 0}),
        ("queue", {}),
    ],
)
async def test_nonsense_is_refused_before_anything_happens(
    world: World, path: str, body: dict[str, Any]
) -> None:
    one_queue(world)
    answer = await world.ask("PUT", f"{WAIT}/{path}", json=body)
    is_problem(answer, "invalid", 422)


async def test_what_an_agent_is_given_changes_and_those_who_route_hear_of_it(world: World) -> None:
    heard: list[str] = []
    world.people.on_changed = lambda: heard.append("changed")
    body = {
        "queues": {"support": 2, "sales": 0},
        "skills": {"billing": 7},
        "languages": ["de", "en"],
        "capacity": 2,
    }
    anna = (await world.ask("PUT", "/api/v1/agents/anna/skills", json=body)).json
    assert (anna["queues"], anna["penalties"]) == (["support", "sales"], {"support": 2})
    assert (anna["skills"], anna["languages"], anna["capacity"]) == (
        {"billing": 7},
        ["de", "en"],
        2,
    )
    assert world.store.accounts["anna"].skills == {"billing": 7}
    assert heard == ["changed"]
    wrongs: list[dict[str, Any]] = [
        {"queues": {"zoo": 0}},
        body | {"skills": {"billing": 11}},
        {"skills": {}},
    ]
    for wrong in wrongs:
        answer = await world.ask("PUT", "/api/v1/agents/anna/skills", json=wrong)
        is_problem(answer, "invalid", 422)


async def test_only_a_wrap_up_is_made_longer(world: World) -> None:
    answer = await world.ask("POST", "/api/v1/agents/anna/wrap-up", json={"seconds": 30.0})
    is_problem(answer, "conflict", 409)
