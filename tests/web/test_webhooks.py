"""Webhooks over the API: made, looked at, changed, tried, told again."""

from typing import Any

import pytest

from callserver.crm.signing import PREFIX, verify
from callserver.model.facts import Audited
from callserver.model.hooks import DeliveryState, EventType, HookEvent, Progress
from callserver.model.people import Role
from tests.web.fakes import NOW
from tests.web.world import World, is_problem

HOOKS = "/api/v1/webhooks"
WANTED = {
    "url": "https://crm.example.com/hooks",
    "events": ["call.*"],
    "queues": ["support"],
    "title": "CRM",
}


async def made(world: World) -> dict[str, Any]:
    answer = await world.ask("POST", HOOKS, json=WANTED)
    assert answer.status == 201, answer.body
    hook: dict[str, Any] = answer.json
    assert answer.headers["Location"] == f"{HOOKS}/{hook['id']}"
    return hook


def event(n: int) -> HookEvent:
    return HookEvent(f"msg_{n}", NOW + n, EventType.CALL_ENDED, f"call:{n}", "support", "{}")


async def test_it_is_made_with_a_secret_that_is_shown_this_once(world: World) -> None:
    hook = await made(world)
    secret = hook.pop("secret")
    assert secret.startswith(PREFIX)
    assert {name: hook[name] for name in WANTED} == WANTED
    shown = await world.get(f"{HOOKS}/{hook['id']}", role=Role.CRM)
    assert shown.json == hook
    assert (await world.get(HOOKS, role=Role.CRM)).json == {"items": [hook]}
    assert secret not in repr(await world.told.subscriptions())


async def test_it_is_changed_stopped_and_removed(world: World) -> None:
    path = f"{HOOKS}/{(await made(world))['id']}"
    changed = {**WANTED, "events": ["*"], "queues": [], "stopped": True}
    answer = await world.ask("PUT", path, json=changed)
    assert (answer.json["stopped"], answer.json["events"]) == ("stopped by hand", ["*"])
    assert (await world.ask("PUT", path, json=WANTED)).json["stopped"] == ""
    assert (await world.ask("DELETE", path)).status == 204
    is_problem(await world.get(path), "not-found", 404)
    is_problem(await world.ask("DELETE", path), "not-found", 404)


async def test_a_test_is_signed_and_says_what_came_of_it(world: World) -> None:
    hook = await made(world)
    path = f"{HOOKS}/{hook['id']}/test"
    answer = await world.ask("POST", path)
    assert (answer.json["status"], answer.json["error"]) == (204, "")
    ((url, headers, body),) = world.post.got
    assert url == WANTED["url"]
    assert verify(headers, body, hook["secret"], NOW).startswith("msg_")
    assert b'"test":true' in body
    world.post.error = "no answer within 15 s"
    assert (await world.ask("POST", path)).json["error"] == "no answer within 15 s"


async def test_a_new_secret_and_the_old_one_for_as_long_as_was_said(world: World) -> None:
    hook = await made(world)
    path = f"{HOOKS}/{hook['id']}"
    answer = await world.ask("POST", f"{path}/rotate", json={"keep_old_s": 60.0})
    assert (answer.json["secrets"], answer.json["secret"] != hook["secret"]) == (2, True)
    await world.ask("POST", f"{path}/test")
    for secret in (hook["secret"], answer.json["secret"]):
        verify(*world.post.got[0][1:], secret, NOW)
    at_once = await world.ask("POST", f"{path}/rotate", json={"keep_old_s": 0.0})
    assert at_once.json["secrets"] == 1


async def test_deliveries_page_by_page_tries_and_replay(world: World) -> None:
    id_ = (await made(world))["id"]
    world.told.tell(*(event(n) for n in range(5)))
    dead = Progress(id_, "msg_0", DeliveryState.DEAD, 7, 0.0, "answered 400", NOW, None)
    await world.told.progress([dead])
    seen, path = [], f"{HOOKS}/{id_}/deliveries?limit=2"
    while path:
        page = (await world.get(path, role=Role.CRM)).json
        seen += [one["id"] for one in page["items"]]
        path = f"{HOOKS}/{id_}/deliveries?limit=2&cursor={page['next']}" if page["next"] else ""
    assert seen == [f"msg_{n}" for n in reversed(range(5))]
    (one,) = (await world.get(f"{HOOKS}/{id_}/deliveries?state=dead")).json["items"]
    assert (one["error"], one["tries"], one["of"]) == ("answered 400", 7, "call:0")
    assert (await world.get(f"{HOOKS}/{id_}")).json["pending"] == 4
    assert (await world.get(f"{HOOKS}/{id_}/deliveries/msg_0")).json == {"items": []}
    replay = f"{HOOKS}/{id_}/replay"
    body = {"since": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00+02:00"}
    assert (await world.ask("POST", replay, json=body, role=Role.CRM)).json == {"events": 1}
    is_problem(await world.ask("POST", replay, json={"event": "msg_0"}), "not-found", 404)


BAD: list[tuple[str, str, Any, str, int]] = [
    ("POST", "", {}, "invalid", 422),
    ("POST", "", {"url": "http://inside/"}, "conflict", 409),
    ("POST", "", {"url": "https://x.example", "events": ["call.sneezed"]}, "conflict", 409),
    ("POST", "", {"url": "https://x.example", "events": []}, "invalid", 422),
    ("POST", "", {"url": "https://x.example", "queues": ["nobody"]}, "not-found", 404),
    ("POST", "", {"url": "https://x.example", "secret": "mine"}, "invalid", 422),
    ("POST", "", {"url": "https://x.example", "title": "a\nb"}, "conflict", 409),
    ("POST", "/{id}/replay", {}, "invalid", 422),
    ("POST", "/{id}/replay", {"event": "msg_1", "since": "2026-01-01T00:00:00Z"}, "invalid", 422),
    ("POST", "/{id}/replay", {"since": "2026-01-01T00:00:00"}, "invalid", 422),
    ("POST", "/{id}/replay", {"event": "../x"}, "invalid", 422),
    ("POST", "/{id}/rotate", {"keep_old_s": -1.0}, "invalid", 422),
    ("POST", "/nobody/test", None, "not-found", 404),
    ("GET", "/{id}/deliveries?cursor=eA", None, "invalid", 422),
    ("GET", "/nobody/deliveries", None, "not-found", 404),
]


@pytest.mark.parametrize(("method", "path", "body", "problem", "status"), BAD)
async def test_mistakes_are_told(
    world: World, method: str, path: str, body: Any, problem: str, status: int
) -> None:
    id_ = (await made(world))["id"]
    answer = await world.ask(method, HOOKS + path.replace("{id}", id_), json=body)
    is_problem(answer, problem, status)


async def test_there_may_be_fifty_and_no_more(world: World) -> None:
    for _ in range(50):
        await made(world)
    is_problem(await world.ask("POST", HOOKS, json=WANTED), "conflict", 409)


async def test_every_change_is_in_the_audit_log_without_the_secret(world: World) -> None:
    hook = await made(world)
    path = f"{HOOKS}/{hook['id']}"
    await world.ask("POST", f"{path}/rotate", json={})
    await world.ask("POST", f"{path}/test")
    await world.ask("DELETE", path)
    noted = [one for one in world.notes if isinstance(one, Audited)]
    assert [one.action for one in noted] == [
        *("webhooks.create", "webhooks.rotate", "webhooks.test", "webhooks.delete")
    ]
    assert {one.target for one in noted} == {f"webhooks/{hook['id']}"}
    assert hook["secret"] not in repr(noted)
