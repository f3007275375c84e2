"""Requests with an Idempotency-Key: carried out once, however often they come."""

import asyncio
from typing import Any

import pytest

from callserver.model.answers import KeptAnswer
from callserver.model.errors import StoreError
from callserver.model.facts import Audited
from callserver.model.people import Role
from tests.web.world import Answer, World, is_problem

BO = {"username": "bo", "password": "12345678", "name": "Bo"}
KEY = {"Idempotency-Key": "6a1c-1"}


async def add(world: World, body: Any = BO, **headers: str) -> Answer:
    return await world.ask("POST", "/api/v1/agents", json=body, headers={**KEY, **headers})


async def test_the_same_request_again_gets_the_same_answer_and_does_nothing(world: World) -> None:
    first, again = await add(world), await add(world)
    assert (first.status, again.status) == (201, 201)
    assert first.json == again.json
    assert first.headers["Location"] == again.headers["Location"]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    noted = [one.action for one in world.notes if isinstance(one, Audited)]
    assert noted == ["agents.create"], "it was done once"


async def test_without_a_key_it_is_another_request(world: World) -> None:
    await add(world)
    again = await world.ask("POST", "/api/v1/agents", json=BO)
    is_problem(again, "conflict", 409)


async def test_a_key_belongs_to_one_request_of_one_token(world: World) -> None:
    await add(world)
    is_problem(await add(world, {**BO, "name": "Bob"}), "key-reused", 422)
    other = await world.ask("POST", "/api/v1/bans", json={"address": "192.0.2.7"}, headers=KEY)
    is_problem(other, "key-reused", 422)
    _, secret = await world.tokens.create("another", Role.ADMIN)
    is_problem(await add(world, Authorization=f"Bearer {secret}"), "conflict", 409)


async def test_what_was_refused_may_be_sent_again(world: World) -> None:
    is_problem(await add(world, {**BO, "password": "short"}), "invalid", 422)
    world.store.broken = StoreError("away")
    is_problem(await add(world), "store-down", 503)
    world.store.broken = None
    assert (await add(world)).status == 201


async def test_two_at_once_are_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    entered, go = asyncio.Event(), asyncio.Event()
    real = world.store.save_agent

    async def slow(account: Any) -> None:
        entered.set()
        await go.wait()
        await real(account)

    monkeypatch.setattr(world.store, "save_agent", slow)
    first = asyncio.create_task(add(world))
    await entered.wait()
    second = await add(world)
    is_problem(second, "in-progress", 409)
    assert second.headers["Retry-After"] == "1"
    go.set()
    assert (await first).status == 201
    assert (await add(world)).headers["Idempotent-Replayed"] == "true"


async def test_when_the_server_died_in_the_middle_the_client_is_told_to_look(
    world: World,
) -> None:
    await add(world)
    ((key, answer),) = world.answers.kept.items()
    world.answers.kept[key] = KeptAnswer(answer.request)
    is_problem(await add(world), "unknown-outcome", 409)


async def test_an_answer_without_a_body_comes_again_too(world: World) -> None:
    for n in range(2):
        answer = await world.ask("POST", "/api/v1/flows/reload", headers=KEY)
        assert answer.status in (200, 204)
        assert ("Idempotent-Replayed" in answer.headers) is bool(n)
    assert world.shelf.reloads == 1


async def test_a_secret_is_shown_once_and_kept_nowhere(world: World) -> None:
    body = {"url": "https://crm.example.com/"}
    first = await world.ask("POST", "/api/v1/webhooks", json=body, headers=KEY)
    assert first.json["secret"] not in repr(world.answers.kept)
    again = await world.ask("POST", "/api/v1/webhooks", json=body, headers=KEY)
    is_problem(again, "shown-once", 409)
    assert again.headers["Location"] == first.headers["Location"]
    assert len(await world.told.subscriptions()) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
async def test_a_key_that_is_none_is_told(world: World, key: str) -> None:
    answer = await world.ask("POST", "/api/v1/agents", json=BO, headers={"Idempotency-Key": key})
    is_problem(answer, "bad-request", 400)
    assert "bo" not in world.store.accounts


async def test_who_may_not_may_not_with_a_key_either(world: World) -> None:
    await add(world)
    answer = await world.ask("POST", "/api/v1/agents", json=BO, headers=KEY, role=Role.CRM)
    is_problem(answer, "forbidden", 403)
