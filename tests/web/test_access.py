"""Who may do what: every operation, every role, no token, bad tokens."""

import re
from typing import Any

import pytest

from callserver.model.people import Role
from callserver.web import access
from tests.web.world import World, is_problem

ASKS: dict[str, tuple[str, str, Any]] = {
    "calls.list": ("GET", "/api/v1/calls", None),
    "calls.ndjson": ("GET", "/api/v1/calls/export.ndjson", None),
    "calls.csv": ("GET", "/api/v1/calls/export.csv", None),
    "contacts.ndjson": ("GET", "/api/v1/contacts/export.ndjson", None),
    "contacts.csv": ("GET", "/api/v1/contacts/export.csv", None),
    "calls.live": ("GET", "/api/v1/calls/live", None),
    "calls.create": ("POST", "/api/v1/calls", {"agent": "anna", "number": "+37120000012"}),
    "calls.get": ("GET", "/api/v1/calls/c1", None),
    "calls.timeline": ("GET", "/api/v1/calls/c1/timeline", None),
    "talks.get": ("GET", "/api/v1/calls/c7/talk", None),
    "talks.consult": ("POST", "/api/v1/calls/c7/talk/consult", {"kind": "agent", "name": "bo"}),
    "talks.cancel": ("DELETE", "/api/v1/calls/c7/talk/consult", None),
    "talks.swap": ("POST", "/api/v1/calls/c7/talk/swap", None),
    "talks.merge": ("POST", "/api/v1/calls/c7/talk/merge", None),
    "talks.complete": ("POST", "/api/v1/calls/c7/talk/complete", None),
    "talks.transfer": ("POST", "/api/v1/calls/c7/talk/transfer", {"kind": "queue", "name": "s"}),
    "talks.supervise": ("PUT", "/api/v1/calls/c7/talk/supervisor", {"username": "bo"}),
    "talks.unsupervise": ("DELETE", "/api/v1/calls/c7/talk/supervisor", None),
    "talks.takeover": ("POST", "/api/v1/calls/c7/talk/take-over", {"username": "bo"}),
    "recordings.list": ("GET", "/api/v1/recordings", None),
    "recordings.get": ("GET", "/api/v1/recordings/r1", None),
    "recordings.audio": ("GET", "/api/v1/recordings/r1/audio", None),
    "callbacks.list": ("GET", "/api/v1/callbacks", None),
    "callbacks.get": ("GET", "/api/v1/callbacks/c1", None),
    "callbacks.create": ("POST", "/api/v1/callbacks", {"number": "+371", "queue": "support"}),
    "callbacks.cancel": ("POST", "/api/v1/callbacks/c1/cancel", None),
    "callbacks.accept": ("POST", "/api/v1/callbacks/c1/accept", None),
    "callbacks.dismiss": ("POST", "/api/v1/callbacks/c1/dismiss", None),
    "callbacks.machine": ("POST", "/api/v1/callbacks/c1/machine", None),
    "voicemails.list": ("GET", "/api/v1/voicemails", None),
    "voicemails.get": ("GET", "/api/v1/voicemails/m1", None),
    "voicemails.audio": ("GET", "/api/v1/voicemails/m1/audio", None),
    "voicemails.done": ("PUT", "/api/v1/voicemails/m1/done", {"done": True}),
    "voicemails.assign": ("PUT", "/api/v1/voicemails/m1/assignee", {"username": "anna"}),
    "voicemails.callback": ("POST", "/api/v1/voicemails/m1/callback", {}),
    "voicemails.delete": ("DELETE", "/api/v1/voicemails/m1", None),
    "agents.list": ("GET", "/api/v1/agents", None),
    "agents.get": ("GET", "/api/v1/agents/anna", None),
    "agents.create": ("POST", "/api/v1/agents", {"username": "bo", "password": "12345678"}),
    "agents.state": ("PUT", "/api/v1/agents/anna/state", {"state": "ready"}),
    "agents.skills": ("PUT", "/api/v1/agents/anna/skills", {"queues": {"support": 1}}),
    "agents.wrapup": ("POST", "/api/v1/agents/anna/wrap-up", {"seconds": 30.0}),
    "agents.password": ("PUT", "/api/v1/agents/anna/password", {"password": "12345678"}),
    "contacts.list": ("GET", "/api/v1/contacts", None),
    "contacts.get": ("GET", "/api/v1/contacts/+37120000012", None),
    "contacts.put": ("PUT", "/api/v1/contacts/+37120000012", {"name": "Anna"}),
    "contacts.delete": ("DELETE", "/api/v1/contacts/+37120000012", None),
    "surveys.list": ("GET", "/api/v1/surveys", None),
    "dnc.list": ("GET", "/api/v1/do-not-call", None),
    "dnc.create": ("POST", "/api/v1/do-not-call", {"number": "+37120000012"}),
    "dnc.get": ("GET", "/api/v1/do-not-call/+37120000012", None),
    "dnc.delete": ("DELETE", "/api/v1/do-not-call/+37120000012", None),
    "contacts.create": ("POST", "/api/v1/contacts", {"name": "Anna"}),
    "companies.list": ("GET", "/api/v1/companies", None),
    "companies.create": ("POST", "/api/v1/companies", {"name": "Anna Ltd"}),
    "companies.get": ("GET", "/api/v1/companies/c1", None),
    "companies.put": ("PUT", "/api/v1/companies/c1", {"name": "Anna Ltd"}),
    "companies.delete": ("DELETE", "/api/v1/companies/c1", None),
    "search": ("GET", "/api/v1/search?q=anna", None),
    "contacts.timeline": ("GET", "/api/v1/contacts/+37120000012/timeline", None),
    "interactions.create": (
        *("POST", "/api/v1/interactions"),
        {"number": "+37120000012", "kind": "mail", "way": "in"},
    ),
    "tasks.list": ("GET", "/api/v1/tasks", None),
    "tasks.create": ("POST", "/api/v1/tasks", {"subject": "Call the bank"}),
    "tasks.get": ("GET", "/api/v1/tasks/t1", None),
    "tasks.put": ("PUT", "/api/v1/tasks/t1", {"subject": "Call the bank"}),
    "tasks.delete": ("DELETE", "/api/v1/tasks/t1", None),
    "breaches.list": ("GET", "/api/v1/breaches", None),
    "duplicates.list": ("GET", "/api/v1/duplicates", None),
    "merges.list": ("GET", "/api/v1/merges", None),
    "merges.create": ("POST", "/api/v1/merges", {"kept": "k1", "gone": "k2"}),
    "merges.get": ("GET", "/api/v1/merges/m1", None),
    "merges.undo": ("POST", "/api/v1/merges/m1/undo", None),
    "imports.list": ("GET", "/api/v1/imports", None),
    "imports.create": ("POST", "/api/v1/imports", None),
    "imports.get": ("GET", "/api/v1/imports/i1", None),
    "imports.delete": ("DELETE", "/api/v1/imports/i1", None),
    "imports.ndjson": ("GET", "/api/v1/imports/i1/mistakes.ndjson", None),
    "imports.csv": ("GET", "/api/v1/imports/i1/mistakes.csv", None),
    "queues.list": ("GET", "/api/v1/queues", None),
    "queues.get": ("GET", "/api/v1/queues/support", None),
    "queues.close": ("PUT", "/api/v1/queues/support/closed", {"closed": True}),
    "waits.get": ("GET", "/api/v1/calls/c7/wait", None),
    "waits.priority": ("PUT", "/api/v1/calls/c7/wait/priority", {"priority": 5}),
    "waits.position": ("PUT", "/api/v1/calls/c7/wait/position", {"position": 1}),
    "waits.queue": ("PUT", "/api/v1/calls/c7/wait/queue", {"queue": "support"}),
    "waits.pick": ("POST", "/api/v1/calls/c7/wait/pick", {"agent": "anna"}),
    "flows.list": ("GET", "/api/v1/flows", None),
    "flows.reload": ("POST", "/api/v1/flows/reload", None),
    "events.socket": ("GET", "/api/v1/events/ws", None),
    "events.stream": ("GET", "/api/v1/events?kinds=none", None),
    "webhooks.list": ("GET", "/api/v1/webhooks", None),
    "webhooks.create": ("POST", "/api/v1/webhooks", {"url": "https://example.com/"}),
    "webhooks.get": ("GET", "/api/v1/webhooks/h1", None),
    "webhooks.put": ("PUT", "/api/v1/webhooks/h1", {"url": "https://example.com/"}),
    "webhooks.delete": ("DELETE", "/api/v1/webhooks/h1", None),
    "webhooks.rotate": ("POST", "/api/v1/webhooks/h1/rotate", {}),
    "webhooks.test": ("POST", "/api/v1/webhooks/h1/test", None),
    "webhooks.replay": ("POST", "/api/v1/webhooks/h1/replay", {"event": "msg_1"}),
    "webhooks.deliveries": ("GET", "/api/v1/webhooks/h1/deliveries", None),
    "webhooks.tries": ("GET", "/api/v1/webhooks/h1/deliveries/msg_1", None),
    "audit.list": ("GET", "/api/v1/audit", None),
    "bans.list": ("GET", "/api/v1/bans", None),
    "bans.create": ("POST", "/api/v1/bans", {"address": "192.0.2.7"}),
    "bans.lift": ("DELETE", "/api/v1/bans/192.0.2.7", None),
    "callme.form": ("GET", "/call-me/token", None),
    "callme.create": ("POST", "/call-me", {"form": "x", "number": "+371", "consent": True}),
    "callme.get": ("GET", "/call-me/r1", None),
    "callme.cancel": ("DELETE", "/call-me/r1", None),
    "callme.may": ("OPTIONS", "/call-me", None),
    "callme.mayone": ("OPTIONS", "/call-me/r1", None),
    "connectors.hear": ("POST", "/connectors/other", None),
    "docs.openapi": ("GET", "/api/v1/openapi.json", None),
    "docs.page": ("GET", "/api/docs", None),
    "docs.script": ("GET", "/api/docs/docs.js", None),
    "docs.style": ("GET", "/api/docs/docs.css", None),
    "healthz": ("GET", "/healthz", None),
    "readyz": ("GET", "/readyz", None),
    "metrics": ("GET", "/metrics", None),
}

MAY = {
    "admin": set(ASKS),
    "supervisor": set(ASKS)
    - {"agents.create", "agents.password", "audit.list", "metrics"}
    - {"bans.list", "bans.create", "bans.lift"}
    - {name for name in ASKS if name.startswith("webhooks.")},
    "qa": {
        "surveys.list",
        *("calls.list", "calls.get", "calls.timeline", "agents.list", "agents.get"),
        *("recordings.list", "recordings.get", "recordings.audio", "healthz", "readyz"),
        *("voicemails.list", "voicemails.get", "voicemails.audio", "callbacks.list"),
        *("events.stream", "events.socket", "calls.ndjson", "calls.csv"),
        "callbacks.get",
    },
    "crm": {
        *("calls.list", "calls.live", "calls.get", "calls.timeline", "agents.list", "agents.get"),
        *("recordings.list", "recordings.get", "queues.list", "queues.get", "healthz", "readyz"),
        *("waits.get", "talks.get", "voicemails.list", "voicemails.get", "callbacks.list"),
        *("contacts.list", "contacts.get", "contacts.put", "contacts.delete", "callbacks.get"),
        *("webhooks.list", "webhooks.get", "webhooks.test", "webhooks.replay"),
        *("contacts.create", "companies.list", "companies.create", "companies.get"),
        *("companies.put", "companies.delete", "search", "contacts.timeline", "breaches.list"),
        *("interactions.create", "tasks.list", "tasks.create", "tasks.get", "tasks.put"),
        *("tasks.delete", "duplicates.list", "merges.list", "merges.get"),
        *("webhooks.deliveries", "webhooks.tries", "events.stream"),
        *("events.socket", "calls.ndjson", "calls.csv", "contacts.ndjson", "contacts.csv"),
        *("dnc.list", "dnc.create", "dnc.get", "dnc.delete", "calls.create"),
        *("voicemails.done", "voicemails.assign"),
    },
    "ops": {
        "surveys.list",
        *("calls.live", "agents.list", "agents.get", "queues.list", "queues.get"),
        *("metrics", "healthz", "readyz", "talks.get", "waits.get", "flows.list"),
    },
}


def test_every_route_of_the_server_is_in_the_role_table_and_in_this_one(world: World) -> None:
    named = access.ROLES.keys() | access.PUBLIC
    assert named == set(ASKS) == {operation.name for operation in world.web.operations}
    assert not access.ROLES.keys() & access.PUBLIC


def test_an_operation_nobody_entered_is_denied_to_all() -> None:
    assert not any(access.may(role, "calls.erase") for role in Role)


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_gets_what_the_table_says_and_403_for_the_rest(
    world: World, role: Role
) -> None:
    world.store.facts["c1"] = []
    for name, (method, path, body) in ASKS.items():
        answer = await world.ask(method, path, role=role, json=body)
        if name in MAY[role] or name in access.PUBLIC:
            assert answer.status not in (401, 403), (name, answer.body)
        else:
            is_problem(answer, "forbidden", 403)
            assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


async def test_without_a_token_everything_but_health_is_401(world: World) -> None:
    for name, (method, path, body) in ASKS.items():
        headers = {"X-Forwarded-For": "198.51.100.7"}
        answer = await world.ask(method, path, role=None, json=body, headers=headers)
        if name.startswith(("callme.", "connectors.")):
            is_problem(answer, "no-route", 404)  # it is not switched on
        elif name in access.PUBLIC:
            assert answer.status == 200
        else:
            is_problem(answer, "unauthorized", 401)
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="callserver"'


@pytest.mark.parametrize(
    "header",
    [
        "Bearer cs_wrong",
        "Bearer",
        "Bearer ",
        "Basic YWRtaW46YWRtaW4=",
        "Bearer " + "x" * 4000,
        "Bearer ünïcode",
        "Token {secret}",
        "{secret}",
        "Bearer {secret} {secret}",
    ],
)
async def test_a_bad_authorization_is_401_and_says_so(world: World, header: str) -> None:
    secret = world.secrets[Role.ADMIN]
    sent = {"Authorization": header.format(secret=secret)}
    answer = await world.get("/api/v1/queues", headers=sent)
    is_problem(answer, "unauthorized", 401)
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert secret not in answer.body.decode()


async def test_the_scheme_may_be_written_in_any_case(world: World) -> None:
    sent = {"Authorization": f"bEARER {world.secrets[Role.OPS]}"}
    assert (await world.get("/api/v1/queues", headers=sent)).status == 200


async def test_a_revoked_token_is_refused(world: World) -> None:
    token, secret = await world.tokens.create("gone", Role.ADMIN)
    sent = {"Authorization": f"Bearer {secret}"}
    assert (await world.get("/api/v1/queues", headers=sent)).status == 200
    await world.tokens.revoke(token.id)
    is_problem(await world.get("/api/v1/queues", headers=sent), "unauthorized", 401)


async def test_a_token_in_the_url_is_no_token(world: World) -> None:
    secret = world.secrets[Role.ADMIN]
    for name in ("access_token", "token"):
        answer = await world.get(f"/api/v1/queues?{name}={secret}", role=None)
        is_problem(answer, "unauthorized", 401)


async def test_metrics_need_no_token_on_this_machine_but_a_bad_one_is_refused(
    world: World,
) -> None:
    assert (await world.get("/metrics", role=None)).status == 200
    bad = {"Authorization": "Bearer cs_wrong"}
    is_problem(await world.get("/metrics", headers=bad), "unauthorized", 401)


@pytest.mark.parametrize("header", ["Forwarded", "Via", "X-Forwarded-For", "X-Real-IP"])
async def test_what_came_through_a_proxy_is_not_local(world: World, header: str) -> None:
    answer = await world.get("/metrics", role=None, headers={header: "127.0.0.1"})
    is_problem(answer, "unauthorized", 401)


def test_the_table_here_names_only_operations_that_exist() -> None:
    for names in MAY.values():
        assert names <= set(ASKS)
    assert all(re.fullmatch(r"[a-z.]+", name) for name in ASKS)
