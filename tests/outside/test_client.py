"""Other people's servers: slow, wrong, down, huge, malicious. Real sockets on loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from pydantic import ValidationError

from callserver.config.outside import Destination
from callserver.metrics import Metrics
from callserver.model.errors import OutsideError
from callserver.model.outside import Request
from callserver.outside.client import Outsider
from callserver.outside.resolver import PublicResolver
from callserver.testing.ports import free_port
from callserver.testing.serving import Handler, answering

ASK = Request("crm", "GET", "/contacts/1", timeout_s=5.0, retries=0)


@asynccontextmanager
async def asking(
    url: str, metrics: Metrics | None = None, **options: Any
) -> AsyncIterator[Outsider]:
    settings = Destination(**{"url": url, "private": True, **options})
    client = Outsider({"crm": settings}, metrics or Metrics())
    try:
        yield client
    finally:
        await client.close()


async def asked(handler: Handler, request: Request = ASK, **options: Any) -> Any:
    async with answering(handler) as url, asking(url, **options) as client:
        return await client.ask(request)


async def test_an_answer_is_what_the_server_said_to_what_was_asked() -> None:
    async def contacts(request: web.Request) -> web.Response:
        return web.json_response(
            {
                "path": request.raw_path,
                "body": await request.json(),
                "key": request.headers["X-Key"],
            }
        )

    ask = Request("crm", "POST", "/a%2Fb", {"q": "1&2", "vip": True}, {"pin": "12"}, 5.0)
    answer = await asked(contacts, ask, headers={"X-Key": "s3cret"})
    assert answer == {"path": "/a%2Fb?q=1%262&vip=true", "body": {"pin": "12"}, "key": "s3cret"}


async def test_a_server_that_stumbles_once_is_asked_again() -> None:
    answers = [web.Response(status=502), web.json_response({"name": "Jane"})]

    async def stumbling(_: web.Request) -> web.Response:
        return answers.pop(0)

    assert await asked(stumbling, replace(ASK, retries=1)) == {"name": "Jane"}


async def test_who_says_no_is_not_asked_again() -> None:
    asked_times = 0

    async def no(_: web.Request) -> web.Response:
        nonlocal asked_times
        asked_times += 1
        return web.Response(status=404)

    with pytest.raises(OutsideError, match="crm answered 404"):
        await asked(no, replace(ASK, retries=3))
    assert asked_times == 1


async def test_nobody_is_waited_for_longer_than_the_deadline_tries_and_all() -> None:
    never = asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(OutsideError, match=r"did not answer within 0\.3 s"):
        await asked(slow, replace(ASK, timeout_s=0.3, retries=5))
    assert loop.time() - began < 5


async def test_an_answer_that_never_ends_is_cut_at_the_deadline() -> None:
    async def dripping(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.05)

    with pytest.raises(OutsideError, match="did not answer within"):
        await asked(dripping, replace(ASK, timeout_s=0.4))


@pytest.mark.parametrize("compress", [False, True])
async def test_a_huge_answer_is_not_read_to_its_end(compress: bool) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        if compress:
            response.enable_compression(web.ContentCoding.gzip)
        await response.prepare(request)
        while sent < 200_000_000:
            sent += 1_000_000
            await response.write(b" " * 1_000_000)
        return response

    with pytest.raises(OutsideError, match="is too long"):
        await asked(endless, replace(ASK, timeout_s=15.0), max_answer_bytes=100_000)
    assert sent < 200_000_000


@pytest.mark.parametrize("body", [b"<html>", b"\xff\xfe", b"[" * 50_000, b"{"])
async def test_what_is_no_json_is_no_answer(body: bytes) -> None:
    async def wrong(_: web.Request) -> web.Response:
        return web.Response(body=body)

    with pytest.raises(OutsideError, match="no JSON"):
        await asked(wrong)


async def test_a_redirect_is_never_followed() -> None:
    inside = asyncio.Event()

    async def secrets(_: web.Request) -> web.Response:
        inside.set()
        return web.json_response({})

    async with answering(secrets) as internal:

        async def trick(_: web.Request) -> web.Response:
            raise web.HTTPFound(f"{internal}/latest/meta-data")

        with pytest.raises(OutsideError, match="answered 302"):
            await asked(trick)
    assert not inside.is_set()


async def test_a_server_that_is_down_is_told_so() -> None:
    async with asking(f"http://127.0.0.1:{free_port()}") as client:
        with pytest.raises(OutsideError, match="crm cannot be reached: ClientConnectorError"):
            await client.ask(ASK)


async def test_a_name_that_leads_inside_is_not_followed() -> None:
    reached = asyncio.Event()

    async def secrets(_: web.Request) -> web.Response:
        reached.set()
        return web.json_response({})

    async with answering(secrets) as url:
        port = url.rpartition(":")[2]
        async with asking(f"http://localhost:{port}", private=False) as client:
            with pytest.raises(OutsideError, match="cannot be reached"):
                await client.ask(ASK)
        async with asking(f"http://localhost:{port}") as client:
            assert await client.ask(ASK) == {}
    assert reached.is_set()


class Book(AbstractResolver):
    """Names and their addresses."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in host.split(",")
        ]

    async def close(self) -> None:
        return


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "::1", "fd00::1", "fe80::1", "::ffff:127.0.0.1", "ff02::1"),
    ],
)
async def test_only_public_addresses_are_given_out(address: str) -> None:
    resolver = PublicResolver(Book())
    with pytest.raises(OSError, match="private address"):
        await resolver.resolve(address)
    found = await resolver.resolve(f"{address},93.184.216.34")
    assert [one["host"] for one in found] == ["93.184.216.34"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:9/", "private: true"),
        ("http://[::1]/", "private: true"),
        ("https://user:pass@example.com/", "without user"),
        ("https://example.com/?key=1", "without user"),
        ("ftp://example.com/", "URL scheme"),
        ("example.com", "URL"),
    ],
)
def test_addresses_that_cannot_be_meant_are_refused(url: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Destination(url=url)


def test_secrets_of_a_destination_are_not_shown() -> None:
    shown = repr(Destination(url="https://crm.example.com", headers={"Authorization": "s3cret"}))
    assert "s3cret" not in shown


async def test_what_is_told_is_told_again_until_it_is_heard() -> None:
    heard = asyncio.Event()
    answers = [500, 204]

    async def deaf(request: web.Request) -> web.Response:
        status = answers.pop(0)
        if status == 204:
            heard.set()
            assert await request.json() == {"number": "+371"}
        return web.Response(status=status)

    async with answering(deaf) as url, asking(url) as client:
        client.tell(Request("crm", "POST", "/events", {}, {"number": "+371"}, 5.0, 0))
        async with asyncio.timeout(15):
            await heard.wait()
    assert answers == []


async def test_telling_never_fails_and_is_bounded() -> None:
    metrics = Metrics()
    async with asking(f"http://127.0.0.1:{free_port()}", metrics) as client:
        for _ in range(1100):
            client.tell(Request("crm", "POST", "/", {}, {}, 5.0, 0))
        client.tell(Request("nobody", "POST", "/", {}, {}, 5.0, 0))
        name, labels = "callserver_outside_requests_total", {"destination": "crm"}
        dropped = metrics.registry.get_sample_value(name, {**labels, "outcome": "dropped"})
        assert dropped == 100
