"""The event stream over a WebSocket: the same events, the same ways to come back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from callserver.model.facts import CallAnswered, DigitPressed, Fact
from callserver.model.people import Role
from callserver.web import stream
from tests.web.fakes import NOW
from tests.web.world import World, is_problem

SOCKET = "/api/v1/events/ws"


@asynccontextmanager
async def looking_on(
    world: World, query: str = "", role: Role = Role.CRM, last: str = ""
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    headers = {"Authorization": f"Bearer {world.secrets[role]}"}
    headers |= {"Last-Event-ID": last} if last else {}
    async with world.client.ws_connect(world.web.url + SOCKET + query, headers=headers) as socket:
        first = await event(socket)
        assert first["kind"] in ("start", "reset")
        yield socket


def happens(world: World, *facts: Fact) -> None:
    world.store.journal += facts
    world.web.news()


def digit(call: str = "c1") -> DigitPressed:
    return DigitPressed(call, NOW, "1")


async def event(socket: aiohttp.ClientWebSocketResponse) -> Any:
    return await socket.receive_json(timeout=10)


async def test_what_happens_comes_as_one_message_each(world: World) -> None:
    async with looking_on(world, "?kinds=call_answered,digit_pressed&call=c1") as socket:
        happens(world, digit(), CallAnswered("c1", NOW))
        first, second = await event(socket), await event(socket)
    assert first["id"] == "1"
    assert (first["kind"], first["call"]) == ("digit_pressed", "c1")
    assert second == {
        "id": "2",
        "kind": "call_answered",
        "at": "2026-03-01T09:30:00.250Z",
        "call": "c1",
        "data": second["data"],
    }
    assert world.store.followed[0].call == "c1"


@pytest.mark.parametrize(("query", "last"), [("?after=2", ""), ("", "2")])
async def test_who_comes_back_goes_on_where_they_were(world: World, query: str, last: str) -> None:
    happens(world, *(digit() for _ in range(3)))
    async with looking_on(world, query, last=last) as socket:
        assert (await event(socket))["id"] == "3"


async def test_who_knows_another_journal_is_told(world: World) -> None:
    happens(world, digit())
    headers = {"Authorization": f"Bearer {world.secrets[Role.CRM]}"}
    url = f"{world.web.url}{SOCKET}"
    async with world.client.ws_connect(url, headers=headers) as socket:
        assert await event(socket) == {"id": "1", "kind": "start"}
    async with world.client.ws_connect(f"{url}?after=9", headers=headers) as socket:
        assert await event(socket) == {"id": "1", "kind": "reset"}
        happens(world, digit())
        assert (await event(socket))["id"] == "2"


async def test_what_they_say_is_not_read_and_a_goodbye_makes_room_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MOST", 1)
    async with looking_on(world) as socket:
        await socket.send_str("hello")
        happens(world, digit())
        assert (await event(socket))["id"] == "1"
        is_problem(await world.get("/api/v1/events"), "busy", 503)
    async with asyncio.timeout(10):
        while True:
            try:
                async with looking_on(world):
                    return
            except aiohttp.WSServerHandshakeError:
                continue


async def test_a_stop_of_the_server_says_goodbye(world: World) -> None:
    async with looking_on(world) as socket:
        message, _ = await asyncio.gather(socket.receive(timeout=10), world.web.stop())
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        assert socket.close_code == aiohttp.WSCloseCode.GOING_AWAY


async def test_a_revoked_token_ends_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BEAT_S", 0.05)
    async with looking_on(world) as socket:
        token = next(one for one in world.tokens.tokens() if one.role is Role.CRM)
        await world.tokens.revoke(token.id)
        assert (await socket.receive(timeout=10)).type is not aiohttp.WSMsgType.TEXT


async def test_who_does_not_speak_websocket_is_told(world: World) -> None:
    answer = await world.get(SOCKET)
    is_problem(answer, "upgrade-required", 426)
    assert answer.headers["Upgrade"] == "websocket"
