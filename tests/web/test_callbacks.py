"""Requests to be called back, over the API."""

from dataclasses import replace
from typing import Any

import pytest

from callserver.model.callback import (
    Attempt,
    Callback,
    CallbackState,
    CallbackWhy,
    Outcome,
)
from tests.web.fakes import NOW
from tests.web.world import World

TRIED = (
    Attempt("a1", NOW - 60, "anna", Outcome.BUSY, NOW - 50),
    Attempt("a2", NOW - 5, "bo"),
)
WHO = ("+37120000012", "Anna", "100", "support", 0, NOW - 90)
REQUEST = Callback("c1", NOW - 80, *WHO, CallbackWhy.ASKED, CallbackState.OPEN, attempts=TRIED)


async def test_request_shows_its_place_and_every_attempt(world: World) -> None:
    world.store.requests.append(REQUEST)
    one = (await world.ask("GET", "/api/v1/callbacks/c1")).json
    assert (one["number"], one["state"], one["why"]) == ("+37120000012", "open", "asked")
    assert [(a["call"], a["agent"], a["outcome"]) for a in one["attempts"]] == [
        ("a1", "anna", "busy"),
        ("a2", "bo", None),
    ]
    assert one["entered_at"] < one["requested_at"] < one["attempts"][0]["at"]
    assert (one["attempts"][1]["ended_at"], one["closed_at"]) == (None, None)
    assert (await world.ask("GET", "/api/v1/callbacks/c9")).status == 404


async def test_somebody_is_to_be_called_tomorrow(world: World) -> None:
    window = {"not_before": "2026-03-02T10:00:00+02:00", "not_after": "2026-03-02T12:00:00+02:00"}
    body = {"number": "+371 20000012", "queue": "support", "name": "Jo", **window}
    made = await world.ask("POST", "/api/v1/callbacks", json=body)
    assert (made.status, made.headers["Location"]) == (201, "/api/v1/callbacks/new")
    assert made.json["not_before"].startswith("2026-03-02T08:00:00")
    assert made.json["not_after"].startswith("2026-03-02T10:00:00")
    assert (await world.ask("GET", "/api/v1/callbacks/new")).json == made.json


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"number": "+49"}, 409),
        ({"number": ""}, 422),
        ({"queue": ""}, 422),
        ({"priority": 101}, 422),
        ({"not_before": "tomorrow"}, 422),
        ({"not_before": 1772442000}, 422),
        ({"not_before": "2026-03-02T10:00:00"}, 422),
        ({"not_before": "2026-03-02T10:00:00Z", "not_after": "2026-03-02T10:00:00Z"}, 422),
        ({"state": "done"}, 422),
    ],
)
async def test_what_cannot_be_asked_for(world: World, change: dict[str, Any], status: int) -> None:
    body = {"number": "+37120000012", "queue": "support", **change}
    assert (await world.ask("POST", "/api/v1/callbacks", json=body)).status == status
    assert world.store.requests == []


async def test_request_is_cancelled_once_and_a_machine_was_no_conversation(world: World) -> None:
    world.store.requests += [REQUEST, replace(REQUEST, call="c2", state=CallbackState.DONE)]
    assert (await world.ask("POST", "/api/v1/callbacks/c1/cancel")).json["state"] == "cancelled"
    assert (await world.ask("POST", "/api/v1/callbacks/c1/cancel")).status == 409
    assert (await world.ask("POST", "/api/v1/callbacks/c2/machine")).json["state"] == "open"
    assert (await world.ask("POST", "/api/v1/callbacks/c9/cancel")).status == 404


async def test_suggestion_is_accepted_or_dismissed_in_one_click(world: World) -> None:
    hint = replace(REQUEST, state=CallbackState.SUGGESTED, why=CallbackWhy.ABANDONED, attempts=())
    world.store.requests += [hint, replace(hint, call="c2"), replace(REQUEST, call="c3")]
    listed = await world.ask("GET", "/api/v1/callbacks?state=suggested")
    assert {one["call"] for one in listed.json["items"]} == {"c1", "c2"}
    assert (await world.ask("POST", "/api/v1/callbacks/c1/accept")).json["state"] == "open"
    assert (await world.ask("POST", "/api/v1/callbacks/c2/dismiss")).json["state"] == "dismissed"
    assert (await world.ask("POST", "/api/v1/callbacks/c3/accept")).status == 409
    assert (await world.ask("POST", "/api/v1/callbacks/c9/accept")).status == 404
