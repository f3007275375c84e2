"""The event stream: live, from where one was, filtered, and over when it must be."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from callserver.model.bans import Offence
from callserver.model.facts import CallAnswered, DigitPressed, Fact, SourceBanned
from callserver.model.people import Role
from callserver.web import stream
from tests.web.fakes import NOW
from tests.web.world import World, is_problem

EVENTS = "/api/v1/events"


class Listener:
    """A client that reads events."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer

    async def block(self) -> dict[str, str]:
        """The fields of the next event, comment or not."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(10):
            while (line := (await self.answer.content.readline()).decode()) not in ("\n", ""):
                name, _, value = line.rstrip("\n").partition(":")
                fields[name] = value.strip()
        return fields

    async def event(self) -> tuple[str, str, dict[str, Any]]:
        """Id, kind and data of the next event."""
        while "event" not in (fields := await self.block()):
            assert fields, "the stream is over"
        return fields["id"], fields["event"], json.loads(fields["data"])


@asynccontextmanager
async def listening(
    world: World, query: str = "", role: Role = Role.ADMIN, last: str = ""
) -> AsyncIterator[Listener]:
    """Somebody looks on, and knows the event ``last``."""
    sent = {"Authorization": f"Bearer {world.secrets[role]}"}
    sent |= {"Last-Event-ID": last} if last else {}
    async with world.client.get(world.web.url + EVENTS + query, headers=sent) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "text/event-stream"
        listener = Listener(answer)
        first = await listener.block()
        assert first.pop("id").isdigit()
        assert first == {"retry": "2000"}
        yield listener


def happens(world: World, *facts: Fact) -> None:
    world.store.journal += facts
    world.web.news()


def digits(first: int, last: int) -> list[Fact]:
    return [DigitPressed("c1", NOW, str(n)) for n in range(first, last + 1)]


async def test_who_listens_hears_what_happens_from_then_on(world: World) -> None:
    happens(world, *digits(1, 2))
    async with listening(world) as one, listening(world) as other:
        happens(world, *digits(3, 3))
        for listener in (one, other):
            assert await listener.event() == (
                "3",
                "digit_pressed",
                {
                    "kind": "digit_pressed",
                    "at": "2026-03-01T09:30:00.250Z",
                    "call": "c1",
                    "data": {"digit": "3"},
                },
            )


@pytest.mark.parametrize(("query", "last"), [("", "2"), ("?after=2", ""), ("?after=1", "2")])
async def test_who_comes_back_misses_nothing_and_hears_nothing_twice(
    world: World, query: str, last: str
) -> None:
    happens(world, *digits(1, 4))
    async with listening(world, query, last=last) as listener:
        happens(world, *digits(5, 5))
        assert [(await listener.event())[0] for _ in range(3)] == ["3", "4", "5"]


async def test_who_knows_more_than_the_database_is_told_to_begin_anew(world: World) -> None:
    happens(world, *digits(1, 2))
    sent = {"Authorization": f"Bearer {world.secrets[Role.CRM]}", "Last-Event-ID": "99"}
    async with world.client.get(world.web.url + EVENTS, headers=sent) as answer:
        listener = Listener(answer)
        await listener.block()
        assert await listener.event() == ("2", "reset", {})
        happens(world, *digits(3, 3))
        assert (await listener.event())[0] == "3"


async def test_only_what_was_asked_for(world: World) -> None:
    query = "?kinds=call_answered,call_ended&call=c1&agent=anna&queue=support"
    async with listening(world, query) as listener:
        happens(world, *digits(1, 2), CallAnswered("c1", NOW))
        assert (await listener.event())[:2] == ("3", "call_answered")
        wanted = world.store.followed[0]
        assert wanted.kinds == ["CallAnswered", "CallEnded"]
        assert (wanted.call, wanted.agent, wanted.queue) == ("c1", "anna", "support")


async def test_who_attacks_is_for_admins(world: World) -> None:
    banned = SourceBanned("192.0.2.7", NOW, None, Offence.MANUAL, 1, "cli:root")
    async with listening(world) as admin, listening(world, role=Role.CRM) as crm:
        happens(world, banned, *digits(1, 1))
        assert [(await admin.event())[1] for _ in range(2)] == ["source_banned", "digit_pressed"]
        assert (await crm.event())[1] == "digit_pressed"


async def test_a_sign_of_life_goes_out_and_a_revoked_token_ends_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BEAT_S", 0.05)
    async with listening(world, role=Role.CRM) as listener:
        assert await listener.block() == {"": ""}
        token = next(one for one in world.tokens.tokens() if one.role is Role.CRM)
        await world.tokens.revoke(token.id)
        with pytest.raises(aiohttp.ClientError):
            while await listener.block():
                pass
            raise aiohttp.ClientError


async def test_a_stop_of_the_server_lets_listeners_go_at_once(world: World) -> None:
    async with listening(world) as listener:
        began = asyncio.get_running_loop().time()
        await world.web.stop()
        assert asyncio.get_running_loop().time() - began < 3
        with pytest.raises(aiohttp.ClientError):
            while await listener.block():
                pass
            raise aiohttp.ClientError


async def test_those_who_went_make_room_for_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MOST", 1)
    monkeypatch.setattr(stream, "BEAT_S", 0.05)
    async with listening(world):
        is_problem(await world.get(EVENTS), "busy", 503)
    async with asyncio.timeout(10):
        while True:
            try:
                async with listening(world):
                    return
            except AssertionError:
                continue


@pytest.mark.parametrize(
    "query", ["?kinds=call_sneezed", "?call=../x", "?after=-1", "?after=x", "?queu=a"]
)
async def test_mistakes_are_told(world: World, query: str) -> None:
    is_problem(await world.get(EVENTS + query), "invalid", 422)


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 30, "٣"])
async def test_an_id_that_is_none_is_told(world: World, last: str) -> None:
    headers = {"Last-Event-ID": last}
    is_problem(await world.get(EVENTS, headers=headers), "invalid", 422)
