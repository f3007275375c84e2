"""Who heard, changed, exported what: noted by what happened, listed for those who may know."""

import asyncio
from typing import Any

import pytest

from callserver.model.errors import StoreError
from callserver.model.facts import Audited, Fact, Outcome
from callserver.model.people import AgentAccount, Role
from callserver.model.store_ports import AuditFilter
from callserver.web import trail
from callserver.web.trail import Trail
from tests.web.fakes import NOW
from tests.web.world import World, is_problem, soon

AUDIO = "/api/v1/recordings/r1/audio"
STATE = "/api/v1/agents/anna/state"


def noted(world: World) -> list[tuple[str, str, Outcome]]:
    entries = [fact for fact in world.notes if isinstance(fact, Audited)]
    assert entries == world.notes
    return [(entry.action, entry.target, entry.outcome) for entry in entries]


async def test_who_heard_a_recording_is_noted_before_the_sound_goes_out(world: World) -> None:
    await world.get(AUDIO, role=Role.QA)
    (entry,) = world.notes
    assert isinstance(entry, Audited)
    token = world.tokens.verify(world.secrets[Role.QA])
    assert token is not None
    assert (entry.actor, entry.role) == (f"token:{token.id}", "qa")
    assert (entry.action, entry.target) == ("recordings.audio", "recordings/r1")
    assert (entry.remote, entry.outcome, entry.at) == ("127.0.0.1", Outcome.DONE, NOW)
    assert world.secrets[Role.QA] not in repr(entry) and token.digest not in repr(entry)


async def test_a_player_that_fetches_parts_is_one_entry_and_another_listener_another(
    world: World,
) -> None:
    for first in range(0, 100, 10):
        await world.get(AUDIO, headers={"Range": f"bytes={first}-{first + 9}"})
    await world.get(AUDIO, role=Role.QA)
    assert noted(world) == [("recordings.audio", "recordings/r1", Outcome.DONE)] * 2


async def test_who_only_asks_about_a_recording_heard_nothing(world: World) -> None:
    etag = (await world.ask("HEAD", AUDIO)).headers["ETag"]
    assert (await world.get(AUDIO, headers={"If-None-Match": etag})).status == 304
    await world.get("/api/v1/recordings/r1")
    await world.get("/api/v1/recordings/r1/audio", role=None)
    assert world.notes == []


async def test_every_change_is_an_entry_of_its_own_and_names_what_was_changed(
    world: World,
) -> None:
    for state in ("paused", "ready", "paused"):
        assert (await world.ask("PUT", STATE, json={"state": state, "reason": "x"})).status == 200
    await world.ask("POST", "/api/v1/agents", json={"username": "bo", "password": "12345678"})
    await world.ask("PUT", "/api/v1/agents/anna/password", json={"password": "87654321"})
    assert noted(world) == [
        *[("agents.state", "agents/anna", Outcome.DONE)] * 3,
        ("agents.create", "agents/bo", Outcome.DONE),
        ("agents.password", "agents/anna", Outcome.DONE),
    ]
    assert "12345678" not in repr(world.notes) and "87654321" not in repr(world.notes)


@pytest.mark.parametrize(
    ("method", "path", "role", "body", "expected"),
    [
        ("GET", AUDIO, Role.CRM, None, ("recordings.audio", "recordings/r1", Outcome.DENIED)),
        ("GET", "/api/v1/calls/c1", Role.OPS, None, ("calls.get", "calls/c1", Outcome.DENIED)),
        ("PUT", STATE, Role.QA, {}, ("agents.state", "agents/anna", Outcome.DENIED)),
        ("PUT", STATE, Role.ADMIN, {}, ("agents.state", "agents/anna", Outcome.REFUSED)),
        (
            "POST",
            "/api/v1/agents",
            Role.ADMIN,
            {"username": "anna", "password": "12345678"},
            ("agents.create", "agents", Outcome.REFUSED),
        ),
        (
            "GET",
            "/api/v1/recordings/r9/audio",
            Role.QA,
            None,
            ("recordings.audio", "recordings/r9", Outcome.REFUSED),
        ),
    ],
)
async def test_what_was_denied_or_refused_is_noted_once_however_often_it_is_tried(
    world: World, method: str, path: str, role: Role, body: Any, expected: tuple[str, ...]
) -> None:
    for _ in range(3):
        await world.ask(method, path, role=role, json=body)
    assert noted(world) == [expected]


async def test_a_change_the_store_did_not_take_failed(world: World) -> None:
    world.store.broken = StoreError("locked")
    await world.ask("PUT", "/api/v1/agents/anna/password", json={"password": "87654321"})
    assert noted(world) == [("agents.password", "agents/anna", Outcome.FAILED)]


async def test_listing_calls_is_exporting_and_looking_at_one_is_not(world: World) -> None:
    await world.get("/api/v1/calls?limit=10")
    await world.get("/api/v1/calls?limit=10&cursor=YzA")
    await world.get("/api/v1/calls/c1")
    await world.get("/api/v1/queues")
    assert noted(world) == [("calls.list", "calls", Outcome.DONE)]


async def test_a_change_is_noted_also_when_its_author_does_not_wait_for_the_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(account: AgentAccount) -> None:
        begun.set()
        await go_on.wait()

    monkeypatch.setattr(world.store, "save_agent", slowly)
    http = world.config.http
    _, writer = await asyncio.open_connection(http.bind, http.port)
    body = '{"password": "87654321"}'
    lines = (
        "PUT /api/v1/agents/anna/password HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {world.secrets[Role.ADMIN]}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    writer.write("\r\n".join([*lines, "", body]).encode())
    await asyncio.wait_for(begun.wait(), 5)
    writer.transport.abort()
    now = world.metrics.registry.get_sample_value
    await soon(lambda: now("callserver_http_connections_now") == 0)
    go_on.set()
    await soon(lambda: bool(world.notes))
    assert noted(world) == [("agents.password", "agents/anna", Outcome.DONE)]


async def test_the_path_cannot_put_lines_or_pages_into_the_log(world: World) -> None:
    await world.get("/api/v1/queues/%0Aforged%00" + "x" * 3000, role=Role.QA)
    (entry,) = world.notes
    assert isinstance(entry, Audited)
    assert entry.target.startswith("queues/%0Aforged%00x") and len(entry.target) == 200


async def keep(_fact: Fact) -> None:
    """Nowhere."""


class Hours:
    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> float:
        return self.time


def test_what_goes_on_is_noted_again_after_a_while_and_memory_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trail, "MAX_REMEMBERED", 2)
    clock = Hours()
    log = Trail(clock, keep)

    def again(target: str) -> bool:
        entry = Audited("1", clock.now(), "a", "qa", "x", target, "r", Outcome.DONE)
        return not log._noted_lately(entry)

    assert [again("a"), again("a")] == [True, False]
    clock.time += trail.AGAIN_S
    assert [again("a"), again("b"), again("c")] == [True, True, True]
    assert [again("a"), again("c")] == [True, False]
    clock.time -= 10 * trail.AGAIN_S
    assert again("c"), "a clock that was set back must not silence the log"


def entry(id_: str, **changes: Any) -> Audited:
    values: dict[str, Any] = {
        "actor": "cli:root",
        "role": "cli",
        "action": "agents.create",
        "target": "agents/anna",
        "remote": "local",
        "outcome": Outcome.DONE,
    }
    return Audited(id=id_, at=NOW, **{**values, **changes})


async def test_the_log_is_listed_newest_first_in_pages_with_names(world: World) -> None:
    token, _ = await world.tokens.create("bitrix", Role.CRM)
    world.store.audited = [entry("a1"), entry("a2", actor=f"token:{token.id}"), entry("a3")]
    page = (await world.get("/api/v1/audit?limit=2")).json
    assert [(one["id"], one["name"]) for one in page["items"]] == [("a3", None), ("a2", "bitrix")]
    last = (await world.get(f"/api/v1/audit?limit=2&cursor={page['next']}")).json
    assert last["next"] is None
    (shown,) = last["items"]
    assert shown == {
        "id": "a1",
        "at": "2026-03-01T09:30:00.250Z",
        "actor": "cli:root",
        "name": None,
        "role": "cli",
        "action": "agents.create",
        "target": "agents/anna",
        "remote": "local",
        "outcome": "done",
    }


async def test_filters_reach_the_store_and_mistakes_are_told(world: World) -> None:
    path = (
        "/api/v1/audit?actor=cli:root&action=agents.create&target=agents/anna"
        "&since=2026-03-01T09:30:00Z&until=2026-03-01T10:30:00%2B01:00&limit=7"
    )
    assert (await world.get(path)).status == 200
    expected = AuditFilter(
        "cli:root", "agents.create", "agents/anna", NOW - 0.25, NOW - 0.25, None, 8
    )
    assert world.store.audit_asked == [expected]
    bad = await world.get("/api/v1/audit?since=yesterday&limit=0&who=me")
    is_problem(bad, "invalid", 422)
    assert {mistake["parameter"] for mistake in bad.json["errors"]} == {"since", "limit", "who"}


async def test_only_admins_read_the_log(world: World) -> None:
    for role in Role:
        answer = await world.get("/api/v1/audit", role=role)
        assert answer.status == (200 if role is Role.ADMIN else 403)
