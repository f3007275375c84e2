"""Those who ask too much, too slowly or with bad tokens: turned away, the others served."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from callserver.model.facts import Fact
from callserver.model.people import Role
from callserver.web import connection
from tests.web.world import World, call, is_problem, soon

Strict = Callable[..., Awaitable[World]]
QUEUES = "/api/v1/queues"
THROUGH = "X-Forwarded-For"


def refused(world: World, why: str) -> float | None:
    return world.metrics.registry.get_sample_value("callserver_http_refused_total", {"why": why})


async def connect(world: World) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(world.config.http.bind, world.config.http.port)


async def test_an_address_over_its_rate_gets_429_and_the_probes_of_this_machine_go_on(
    strict: Strict,
) -> None:
    world = await strict(requests_per_s=0.01, requests_burst=2)
    for path in ("/nothing", QUEUES):
        await world.get(path)
    answer = await world.get(QUEUES)
    is_problem(answer, "too-many", 429)
    assert 90 < int(answer.headers["Retry-After"]) <= 100
    is_problem(await world.get("/nothing", role=None), "too-many", 429)
    for path in ("/healthz", "/readyz", "/metrics"):
        assert (await world.get(path, role=None)).status == 200
        through = {THROUGH: "203.0.113.1"}
        is_problem(await world.get(path, role=None, headers=through), "too-many", 429)
    assert refused(world, "address_rate") == 5


async def test_a_token_over_its_rate_gets_429_and_another_does_not(strict: Strict) -> None:
    world = await strict(token_requests_per_s=0.01, token_requests_burst=2)
    for _ in range(2):
        assert (await world.get(QUEUES, role=Role.CRM)).status == 200
    is_problem(await world.get(QUEUES, role=Role.CRM), "too-many", 429)
    assert (await world.get(QUEUES, role=Role.OPS)).status == 200
    assert refused(world, "token_rate") == 1


async def test_clients_behind_a_known_proxy_are_told_apart(strict: Strict) -> None:
    world = await strict(requests_per_s=0.01, requests_burst=1, proxies=["127.0.0.1/32"])
    one, two = {THROUGH: "203.0.113.1"}, {THROUGH: "203.0.113.2"}
    assert (await world.get(QUEUES, headers=one)).status == 200
    is_problem(await world.get(QUEUES, headers=one), "too-many", 429)
    forged = {THROUGH: "198.51.100.1, 203.0.113.1"}
    is_problem(await world.get(QUEUES, headers=forged), "too-many", 429)
    assert (await world.get(QUEUES, headers=two)).status == 200


async def test_bad_tokens_are_throttled_and_a_good_one_from_the_same_office_is_not(
    strict: Strict,
) -> None:
    world = await strict(bad_tokens_per_min=2)
    bad = {"Authorization": "Bearer cs_guessed"}
    for _ in range(2):
        is_problem(await world.get(QUEUES, headers=bad), "unauthorized", 401)
    answer = await world.get(QUEUES, headers=bad)
    is_problem(answer, "too-many", 429)
    assert 0 < int(answer.headers["Retry-After"]) <= 30
    assert (await world.get(QUEUES)).status == 200
    is_problem(await world.get(QUEUES, role=None), "unauthorized", 401)
    assert refused(world, "bad_token") == 1


async def test_floods_leave_nothing_in_the_audit_log(strict: Strict) -> None:
    world = await strict(token_requests_per_s=0.01, token_requests_burst=1)
    await world.get(QUEUES)
    for _ in range(5):
        is_problem(await world.get("/api/v1/calls"), "too-many", 429)
        await world.get("/api/v1/calls", headers={"Authorization": "Bearer cs_guessed"})
    nothing: list[Fact] = []
    assert world.notes == nothing


async def test_connections_beyond_the_limit_are_told_so_and_closed(strict: Strict) -> None:
    world = await strict(max_connections_per_address=2)
    held = [await connect(world) for _ in range(2)]
    reader, writer = await connect(world)
    head, _, body = (await asyncio.wait_for(reader.read(), 5)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 429 Too Many Requests\r\n")
    assert b"Retry-After: 1" in head and b"Server: callserver" in head
    assert json.loads(body)["type"] == "urn:callserver:problem:too-many"
    writer.close()
    assert refused(world, "connections") == 1
    now = world.metrics.registry.get_sample_value
    assert now("callserver_http_connections_now") == 2
    for _, writer in held:
        writer.close()
    await soon(lambda: now("callserver_http_connections_now") == 0)
    assert (await world.get("/healthz")).status == 200


async def _to_the_end(reader: asyncio.StreamReader) -> bytes:
    """All that comes before the server closes; drops on their way then make it a reset."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


async def test_half_a_head_sent_by_drops_is_not_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.3)
    reader, writer = await connect(world)
    closed = asyncio.create_task(_to_the_end(reader))
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
    for drop in range(1000):
        if closed.done():
            break
        writer.write(b"X-%d: y\r\n" % drop)
        await asyncio.wait({closed}, timeout=0.02)
    else:
        pytest.fail("as long as drops came they were waited for")
    assert closed.result() == b""
    writer.close()
    assert refused(world, "slow") == 1


async def test_a_client_in_good_order_is_not_cut_by_the_limit_for_heads(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.05)
    reader, writer = await connect(world)
    for _ in range(2):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        assert b"200 OK" in head
        await reader.readexactly(len(b'{"status":"alive"}'))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.1)
    writer.close()


async def test_an_answer_nobody_takes_is_cut_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SEND_S", 0.1)
    world.store.call_records = {
        f"c{n:03}": call(f"c{n:03}", name="x" * 100_000) for n in range(200)
    }
    _, writer = await connect(world)
    secret = world.secrets[Role.ADMIN]
    ask = f"GET /api/v1/calls?limit=200 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}\r\n"
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(f"{ask}\r\n".encode())
    await soon(lambda: refused(world, "slow") == 1)
    now = world.metrics.registry.get_sample_value
    await soon(lambda: now("callserver_http_connections_now") == 0)
    writer.transport.abort()


async def test_rubbish_counts_for_its_address(strict: Strict) -> None:
    world = await strict(requests_per_s=0.01, requests_burst=1)
    answers = []
    for _ in range(3):
        reader, writer = await connect(world)
        writer.write(b"\x16\x03\x01rubbish\r\n\r\n")
        answers.append(await asyncio.wait_for(reader.read(), 5))
        writer.close()
    statuses = [int(answer.split()[1]) for answer in answers]
    assert statuses == [400, 429, 429]
    is_problem(await world.get(QUEUES), "too-many", 429)


async def test_chunks_without_end_are_refused_at_the_limit(world: World) -> None:
    reader, writer = await connect(world)
    head = (
        "PUT /api/v1/agents/anna/state HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {world.secrets[Role.ADMIN]}",
        "Content-Type: application/json",
        "Transfer-Encoding: chunked",
        *("", ""),
    )
    writer.write("\r\n".join(head).encode())
    got = asyncio.create_task(reader.readuntil(b"\r\n\r\n"))
    for _ in range(10_000):
        if got.done():
            break
        writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
        await asyncio.sleep(0)
    assert b"413" in await asyncio.wait_for(got, 5)
    writer.transport.abort()


async def test_a_chunked_body_within_the_limit_is_read(world: World) -> None:
    async def pieces() -> object:
        for piece in (b'{"state": ', b'"paused", "reason"', b': "break"}'):
            yield piece

    answer = await world.ask(
        "PUT",
        "/api/v1/agents/anna/state",
        data=pieces(),  # type: ignore[arg-type]
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status, answer.json["state"]) == (200, "paused")
