"""The client: what it asks, what it raises, what it sends again, and how it goes on."""

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from callserver.client import (
    Changed,
    Client,
    Event,
    Forbidden,
    Invalid,
    Missing,
    Unauthorized,
    Unavailable,
    Unreachable,
    transport,
)
from callserver.model.facts import DigitPressed
from callserver.model.imports import Mistake, Report, Tally
from callserver.model.people import Role
from callserver.testing.ports import free_port
from callserver.testing.serving import answering
from tests.web.fakes import NOW
from tests.web.world import World, call, soon


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "FIRST_PAUSE_S", 0.01)


class Script:
    """Answers requests one after the other; the last one again and again."""

    def __init__(self, *answers: web.Response | None) -> None:
        self._answers = answers
        self.seen: list[web.Request] = []
        self.bodies: list[Any] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if content := await request.read():
            self.bodies.append(json.loads(content))
        answer = self._answers[min(len(self.seen), len(self._answers) - 1)]
        self.seen.append(request)
        if answer is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return web.Response(
            status=answer.status, text=answer.text, headers=dict(answer.headers.items())
        )


LIVE = '{"items": []}'
STATE = '{"username":"anna","name":"","state":"ready","reason":"","since":"2026-03-01T09:30:00Z",'
STATE += '"call":null,"queues":[],"phones":1}'


def busy(status: int = 503, **headers: str) -> web.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.Response(status=status, text='{"type":"urn:callserver:problem:busy"}', headers=named)


async def test_pages_are_walked_to_the_end(world: World, client: Client) -> None:
    world.store.call_records = {f"c{n:03}": call(f"c{n:03}") for n in range(450)}
    seen = [one.id async for one in client.calls(since=datetime(2026, 1, 1, tzinfo=UTC))]
    assert seen == [f"c{n:03}" for n in reversed(range(450))]
    assert [one.limit for one in world.store.asked] == [201, 201, 201]
    first = await client.call("c449")
    assert (first.number, first.result) == ("+37120000012", "answered")
    assert first.offered_at == datetime(2026, 3, 1, 9, 28, 20, 250_000, UTC)


async def test_agents_and_queues_are_read_and_an_agent_is_paused(client: Client) -> None:
    (anna,) = await client.agents()
    assert (anna.username, anna.state) == ("anna", "ready")
    assert (await client.set_state("anna", "paused", "lunch")).reason == "lunch"
    support = await client.queue("support")
    assert [one.call for one in support.waiting] == ["c7", "c8"]
    assert [one.name for one in await client.queues()] == ["support", "sales"]
    assert [one.call for one in await client.live()] == ["c7"]


async def test_contacts_are_made_found_and_changed(client: Client) -> None:
    assert await client.contact("+37120000077") is None
    assert await client.contact("anonymous") is None
    made = await client.save_contact("+37120000077", name="Jane", fields={"tier": "gold"})
    changed = await client.change_contact("+37120000077", vip=True)
    assert (changed.id, changed.name, changed.vip, changed.fields) == (
        *(made.id, "Jane", True),
        {"tier": "gold"},
    )
    assert [one.id async for one in client.contacts()] == [made.id]
    with pytest.raises(Missing):
        await client.change_contact("+37120000078", vip=True)


async def test_callbacks_and_webhooks(client: Client) -> None:
    later = datetime(2026, 3, 2, 9, tzinfo=UTC)
    asked = await client.call_back("+37120000001", "support", name="Jane", not_before=later)
    assert (asked.state, asked.not_before) == ("open", later)
    assert (await client.cancel_callback(asked.call)).state == "cancelled"
    hook = await client.add_webhook("https://crm.example/x", events=["call.ended"])
    assert hook.secret
    assert [one.id for one in await client.webhooks()] == [hook.id]
    await client.remove_webhook(hook.id)
    assert await client.webhooks() == []


async def test_every_problem_is_an_error_of_its_own(world: World, client: Client) -> None:
    with pytest.raises(Missing) as missing:
        await client.call("nobody")
    assert (missing.value.id, missing.value.status) == ("not-found", 404)
    with pytest.raises(Invalid) as invalid:
        await client.call_back("", "support")
    assert [one.pointer for one in invalid.value.problem.errors] == ["/number"]
    async with Client(world.web.url, "cs_wrong") as nobody:
        with pytest.raises(Unauthorized):
            await nobody.queues()
        with pytest.raises(Unauthorized):
            await anext(nobody.events())
    async with Client(world.web.url, world.secrets[Role.OPS]) as ops:
        with pytest.raises(Forbidden):
            await ops.call("c1")


async def test_a_time_without_a_zone_is_refused_before_anything_is_sent(client: Client) -> None:
    with pytest.raises(ValueError, match="zone"):
        await anext(client.calls(since=datetime(2026, 1, 1)))


async def test_a_part_of_a_path_leads_nowhere_else(world: World, client: Client) -> None:
    for text in ("../agents", "..", "c1/timeline", "c1?x"):
        with pytest.raises(Missing):
            await client.call(text)


async def test_what_can_do_no_harm_is_asked_again() -> None:
    script = Script(None, busy(), busy(429, Retry_After="0"), web.Response(text=LIVE))
    async with answering(script.answer) as url, Client(url, "cs_x") as client:
        assert await client.live() == []
    assert len(script.seen) == 4


async def test_a_post_sent_again_is_the_same_request_and_the_next_is_another() -> None:
    asked = '{"call":"r1","number":"+1","name":"","queue":"s","state":"open","priority":0,'
    asked += '"requested_at":"2026-03-01T09:30:00Z","not_before":null,"not_after":null,'
    asked += '"closed_at":null}'
    script = Script(None, web.Response(status=201, text=asked))
    async with answering(script.answer) as url, Client(url, "cs_x") as client:
        await client.call_back("+1", "s")
        await client.call_back("+1", "s")
    keys = [request.headers["Idempotency-Key"] for request in script.seen]
    assert keys[0] == keys[1] != keys[2]


async def test_a_number_is_dialled_for_an_agent() -> None:
    going = '{"call":"c9","agent":"anna","number":"+1","name":"","line":"100","caller":"+2"}'
    script = Script(web.Response(status=201, text=going))
    async with answering(script.answer) as url, Client(url, "cs_x") as client:
        assert (await client.dial("anna", "+1", why="asked by mail")).call == "c9"
    (sent,) = script.bodies
    assert sent["number"] == "+1" and sent["contact"] is None


async def test_a_delete_whose_answer_was_lost_is_done() -> None:
    script = Script(None, web.Response(status=404, text="{}"))
    async with answering(script.answer) as url, Client(url, "cs_x") as client:
        await client.remove_webhook("h1")
    assert len(script.seen) == 2


async def test_there_is_an_end_to_trying() -> None:
    script = Script(busy(500))
    async with answering(script.answer) as url, Client(url, "cs_x", tries=3) as client:
        with pytest.raises(Unavailable):
            await client.live()
        assert len(script.seen) == 1, "a broken server is not asked to break again"
    script = Script(busy(503))
    async with answering(script.answer) as url, Client(url, "cs_x", tries=3) as client:
        with pytest.raises(Unavailable):
            await client.live()
        assert len(script.seen) == 3
    async with Client(f"http://127.0.0.1:{free_port()}", "cs_x", tries=2) as client:
        with pytest.raises(Unreachable):
            await client.live()


async def test_an_answer_that_is_not_the_server_s_is_an_error_of_the_client() -> None:
    async with (
        answering(Script(web.Response(text="<html>")).answer) as url,
        Client(url, "x") as client,
    ):
        with pytest.raises(Unreachable, match="not what was expected"):
            await client.live()
    page = Script(web.Response(status=403, text="<html>"))
    async with answering(page.answer) as url, Client(url, "x") as client:
        with pytest.raises(Forbidden):
            await client.live()


async def test_somebody_else_s_change_is_not_overwritten() -> None:
    known = web.Response(text='{"id":"k1","name":"A"}', headers={"ETag": '"1"'})
    script = Script(known, web.Response(status=412, text="{}"))
    async with answering(script.answer) as url, Client(url, "cs_x") as client:
        with pytest.raises(Changed):
            await client.change_contact("k1", name="B")
    assert script.seen[1].headers["If-Match"] == '"1"'


class Stream:
    """Each connection sends its lines and breaks; the last one stays. ``known`` are the ids the
    client came with."""

    def __init__(self, *texts: str) -> None:
        self._texts = texts
        self.known: list[str] = []
        self._end = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.known.append(request.headers.get("Last-Event-ID", ""))
        if len(self.known) == 1:
            assert request.query == {"kinds": "call_ended,digit_pressed", "queue": "support"}
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(self._texts[len(self.known) - 1].encode())
        if len(self.known) == len(self._texts):
            with suppress(asyncio.CancelledError):
                await self._end.wait()
        assert request.transport is not None
        request.transport.abort()
        return response


def told(number: int) -> str:
    data = f'{{"kind":"call_ended","at":"2026-03-01T09:30:00Z","call":"c{number}","data":{{}}}}'
    return f"id: {number}\nevent: call_ended\ndata: {data}\n\n"


async def test_events_go_on_where_they_were_and_nothing_is_missed_before_the_first() -> None:
    stream = Stream("id: 7\nretry: 2000\n\n", ":\n\n" + told(8) + told(9), told(10))
    async with answering(stream.answer) as url, Client(url, "cs_x") as client:
        events = client.events(kinds=["call_ended", "digit_pressed"], queue="support")
        async with asyncio.timeout(30):
            got = [await anext(events) for _ in range(3)]
    assert [(one.id, one.call) for one in got] == [("8", "c8"), ("9", "c9"), ("10", "c10")]
    assert stream.known == ["", "7", "9"]


async def test_a_real_server_tells_its_events(world: World, client: Client) -> None:
    world.store.journal += [DigitPressed("c1", NOW, "1"), DigitPressed("c1", NOW, "2")]
    event = await anext(client.events(call="c1", after="1"))
    at = datetime(2026, 3, 1, 9, 30, 0, 250_000, UTC)
    assert event == Event(
        id="2", kind="digit_pressed", at=at, call="c1", data={"digit": "2"} | event.data
    )


async def test_who_knows_another_journal_is_told(client: Client) -> None:
    event = await anext(client.events(after="99"))
    assert (event.id, event.kind) == ("0", "reset")


async def test_a_table_of_contacts_is_sent_followed_and_taken_back(
    world: World, client: Client
) -> None:
    wrong = Mistake(2, "number", "is none", "write one")
    world.import_run.wrong = [wrong]
    world.import_run.reports = [Report(Tally(read=9, rows=1, bad=1), (wrong,))]
    table = "Telefon,Größe\n29,1\n".encode("windows-1252")
    columns = {"Telefon": "number", "Größe": "-"}
    sent = await client.import_contacts(table, columns=columns, charset="windows-1252", dry=True)
    assert (sent.state, sent.dry, sent.over) == ("waiting", True, False)
    world.import_run.go.set()
    await soon(lambda: world.imports.job(sent.id).over)
    wish, content = world.import_run.begun[0]
    assert (content, dict(wish.named)) == (table, columns)
    done = await client.import_(sent.id)
    assert (done.state, done.over, done.bad, done.mistakes[0].line) == ("done", True, 1, 2)
    assert await client.import_mistakes(sent.id) == done.mistakes
    assert [one.id for one in await client.imports()] == [sent.id]
    await client.remove_import(sent.id)
    await client.remove_import(sent.id)
    assert await client.imports() == []
    with pytest.raises(Invalid, match="1 to correct"):
        await client.import_contacts(b"colour\nred\n")
