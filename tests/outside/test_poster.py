"""Where webhooks may go, and what comes back. Real sockets on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from callserver.config.hooks import Hooks
from callserver.model.errors import OutsideError
from callserver.outside.poster import MOST_READ, Poster
from callserver.testing.ports import free_port
from callserver.testing.serving import answering

LOOPBACK = ("127.0.0.0/8", "::1/128")


@asynccontextmanager
async def poster(private: tuple[str, ...] = LOOPBACK) -> AsyncIterator[Poster]:
    one = Poster(Hooks(private=private))
    try:
        yield one
    finally:
        await one.close()


async def test_body_and_headers_arrive_as_they_are_and_the_answer_comes_back() -> None:
    got: list[tuple[str, bytes]] = []

    async def take(request: web.Request) -> web.Response:
        got.append((request.headers["webhook-id"], await request.read()))
        return web.Response(status=429, headers={"Retry-After": "7"})

    async with answering(take) as url, poster() as one:
        answer = await one.post(f"{url}/", {"webhook-id": "a"}, b"\xff{", 5.0)
    assert (answer.status, answer.retry_after) == (429, "7")
    assert got == [("a", b"\xff{")]


@pytest.mark.parametrize(
    ("private", "url", "why"),
    [
        ((), "https://127.0.0.1/", "hooks.private"),
        ((), "https://[::1]/", "hooks.private"),
        ((), "https://[::ffff:127.0.0.1]/", "hooks.private"),
        ((), "https://169.254.169.254/latest/meta-data", "hooks.private"),
        ((), "https://10.0.0.1/", "hooks.private"),
        ((), "http://example.com/", "write https"),
        (LOOPBACK, "http://93.184.216.34/", "hooks.private"),
        (LOOPBACK, "https://10.0.0.1/", "hooks.private"),
        (LOOPBACK, "https://user:pass@example.com/", "without user"),
        (LOOPBACK, "https://example.com/#x", "without user"),
        (LOOPBACK, "ftp://example.com/", "no address"),
        (LOOPBACK, "https:///x", "no address"),
        (LOOPBACK, "https://[::1", "no address"),
        (LOOPBACK, "example.com", "no address"),
        (LOOPBACK, "https://example.com/" + "x" * 3000, "no address"),
    ],
)
async def test_addresses_that_are_refused(private: tuple[str, ...], url: str, why: str) -> None:
    async with poster(private) as one:
        assert why in one.permits(url)
        with pytest.raises(OutsideError, match=why):
            await one.post(url, {}, b"", 1.0)


async def test_addresses_that_may_be() -> None:
    async with poster() as one:
        for url in ("https://example.com/a?b=c", "http://127.0.0.1:1/", "https://93.184.216.34/"):
            assert one.permits(url) == ""


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001"])
async def test_a_name_that_leads_inside_is_not_followed(host: str) -> None:
    reached = asyncio.Event()

    async def secrets(_: web.Request) -> web.Response:
        reached.set()
        return web.Response()

    async with answering(secrets) as url, poster(("192.0.2.0/24",)) as one:
        port = url.rpartition(":")[2]
        for scheme in ("http", "https"):
            with pytest.raises(OutsideError, match="cannot be reached"):
                await one.post(f"{scheme}://{host}:{port}/", {}, b"", 5.0)
    assert not reached.is_set()


async def test_a_redirect_is_an_answer_and_nothing_else() -> None:
    paths: list[str] = []

    async def away(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    async with answering(away) as url, poster() as one:
        assert (await one.post(f"{url}/a", {}, b"", 5.0)).status == 307
    assert paths == ["/a"]


async def test_nobody_is_waited_for_longer_than_the_deadline() -> None:
    never = asyncio.Event()

    async def silent(_: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    async with answering(silent) as url, poster() as one:
        with pytest.raises(OutsideError, match=r"no answer within 0\.2 s"):
            await one.post(f"{url}/", {}, b"", 0.2)


@pytest.mark.parametrize("endless", [True, False])
async def test_who_said_yes_and_goes_on_talking_has_said_yes(endless: bool) -> None:
    sent = 0

    async def talkative(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while sent < 100_000_000:
            size = 100_000 if endless else 1
            await response.write(b" " * size)
            sent += size
            await asyncio.sleep(0 if endless else 0.05)
        return response

    async with answering(talkative) as url, poster() as one:
        assert (await one.post(f"{url}/", {}, b"", 5.0)).status == 200
    assert sent < 100_000_000
    assert MOST_READ < 100_000


async def test_who_is_not_there_is_told_without_the_address() -> None:
    async with poster() as one:
        with pytest.raises(OutsideError) as told:
            await one.post(f"http://127.0.0.1:{free_port()}/?key=secret", {}, b"", 5.0)
    assert str(told.value) == "cannot be reached: ClientConnectorError"
