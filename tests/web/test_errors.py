"""Everything that can go wrong on the way to a handler, and inside one: one shape."""

import asyncio
import json
from typing import Any

import pytest

from callserver.model.errors import StoreError
from callserver.model.people import Role
from callserver.web import connection, operation
from tests.web.lines import Lines
from tests.web.world import Answer, World, is_problem

STATE = "/api/v1/agents/anna/state"


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/api", "/api/v1", "/api/v2/calls", "/api/v1/calls/", "//api/v1/calls", "/%"),
        *("/recordings", "/recordings/", "/api/v1/recordings/", "/static/", "/.git/config"),
        *("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "/..\\.."),
        "/api/v1/recordings/../../../../etc/passwd",
        "/api/v1/recordings/r1/audio/../../../../../one.wav",
    ],
)
async def test_an_unknown_address_is_404_with_or_without_token(world: World, path: str) -> None:
    for role in (None, Role.ADMIN):
        is_problem(await world.get(path, role=role), "no-route", 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/calls", "GET,HEAD,POST"),
        ("POST", "/api/v1/calls/c1", "GET,HEAD"),
        ("PUT", "/api/v1/agents", "GET,HEAD,POST"),
        ("GET", STATE, "PUT"),
        ("OPTIONS", "/api/v1/queues", "GET,HEAD"),
        ("TRACE", "/healthz", "GET,HEAD"),
        ("PATCH", "/healthz", "GET,HEAD"),
    ],
)
async def test_a_wrong_method_is_405_and_says_which_are_right(
    world: World, method: str, path: str, allowed: str
) -> None:
    answer = await world.ask(method, path)
    is_problem(answer, "method-not-allowed", 405)
    assert answer.headers["Allow"] == allowed


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"state=ready",
        b"\xff\xfe",
        b'{"state": "\xff"}',
        b'{"state": "\\ud800"}',
        b'{"state": ready}',
        b"[" * 1500,
        b'{"state": "ready"} x',
        b"NaN-",
    ],
)
async def test_a_body_that_is_not_json_is_400(world: World, body: bytes) -> None:
    answer = await world.ask("PUT", STATE, data=body, headers=JSON)
    is_problem(answer, "bad-json", 400)


@pytest.mark.parametrize("body", [b"null", b"[]", b"1", b'"ready"', b"NaN", b"{}"])
async def test_json_of_the_wrong_shape_is_422(world: World, body: bytes) -> None:
    answer = await world.ask("PUT", STATE, data=body, headers=JSON)
    is_problem(answer, "invalid", 422)
    assert answer.json["errors"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/jsonx"},
        {"Content-Type": "rubbish"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
async def test_a_body_of_another_kind_is_415(world: World, headers: dict[str, str]) -> None:
    answer = await world.ask("PUT", STATE, data=b'{"state": "ready"}', headers=headers)
    is_problem(answer, "unsupported-media", 415)


async def test_a_charset_beside_json_is_fine(world: World) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    answer = await world.ask("PUT", STATE, data=b'{"state": "ready"}', headers=headers)
    assert answer.status == 200


async def test_a_body_over_the_limit_is_413_announced_or_not(world: World) -> None:
    body = json.dumps({"state": "ready", "reason": "x" * 2048}).encode()
    is_problem(await world.ask("PUT", STATE, data=body, headers=JSON), "too-large", 413)

    chunks = b"".join(b"400\r\n" + b"x" * 1024 + b"\r\n" for _ in range(4)) + b"0\r\n\r\n"
    head = _head(
        world, "PUT", STATE, "Content-Type: application/json", "Transfer-Encoding: chunked"
    )
    is_problem(await _raw(world, head + chunks), "too-large", 413)


async def test_the_right_is_asked_before_the_body_is_read(world: World) -> None:
    answer = await world.ask("PUT", STATE, data=b"x" * 9999, role=Role.CRM)
    is_problem(answer, "forbidden", 403)


async def test_a_body_that_never_comes_is_408(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operation, "BODY_TIMEOUT_S", 0.05)
    monkeypatch.setattr(connection, "LINGER_S", 0.05)
    head = _head(world, "PUT", STATE, "Content-Type: application/json", "Content-Length: 20")
    is_problem(await _raw(world, head + b"{"), "body-timeout", 408)


async def test_a_body_with_broken_chunks_is_400(world: World) -> None:
    head = _head(
        world, "PUT", STATE, "Content-Type: application/json", "Transfer-Encoding: chunked"
    )
    is_problem(await _raw(world, head + b"zz\r\n{}\r\n0\r\n\r\n"), "bad-request", 400)


async def test_an_answer_that_takes_too_long_is_503(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operation, "ANSWER_TIMEOUT_S", 0.05)

    async def never(_call: str) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(world.store, "call", never)
    is_problem(await world.get("/api/v1/calls/c1"), "too-slow", 503)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/calls", None),
        ("GET", "/api/v1/calls/c1", None),
        ("GET", "/api/v1/calls/c1/timeline", None),
        ("GET", "/api/v1/recordings", None),
        ("GET", "/api/v1/recordings/r1", None),
        ("GET", "/api/v1/recordings/r1/audio", None),
        ("POST", "/api/v1/agents", {"username": "bo", "password": "12345678"}),
        ("PUT", "/api/v1/agents/anna/password", {"password": "12345678"}),
    ],
)
async def test_a_store_that_is_away_is_503_with_retry_after(
    world: World, method: str, path: str, body: Any
) -> None:
    world.store.broken = StoreError("no such host db.internal")
    answer = await world.ask(method, path, json=body)
    is_problem(answer, "store-down", 503)
    assert int(answer.headers["Retry-After"]) > 0
    assert b"db.internal" not in answer.body
    world.store.broken = None
    assert (await world.ask(method, path, json=body)).status < 500


async def test_a_broken_handler_is_500_without_its_inside_and_the_server_goes_on(
    world: World, lines: Lines
) -> None:
    world.store.broken = KeyError("secret inside")
    answer = await world.get("/api/v1/calls/c1")
    is_problem(answer, "internal", 500)
    assert b"secret inside" not in answer.body
    assert b"KeyError" not in answer.body
    (failed,) = lines.of("request_failed")
    assert answer.json["instance"] == f"urn:callserver:incident:{failed['incident']}"
    assert (await world.get("/healthz")).status == 200


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"OPTIONS sip:100@example.org SIP/2.0\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 500 + b"\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * connection.MAX_HEADERS + b"\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 20000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nA: " + b"b" * connection.MAX_HEADER_BYTES + b"\r\n\r\n",
        b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n\x00: y\r\n\r\n",
    ],
)
async def test_rubbish_on_the_line_is_400_quietly(
    world: World, rubbish: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await _raw(world, rubbish)
    is_problem(answer, "bad-request", 400)
    _is_safe(answer)
    assert caplog.records == []


async def test_options_for_the_server_as_a_whole_is_no_secret_and_no_error(world: World) -> None:
    answer = await _raw(world, b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.status in (404, 405)
    _is_safe(answer)


async def test_an_unknown_expectation_is_417(world: World) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nConnection: close\r\n\r\n"
    answer = await _raw(world, head)
    is_problem(answer, "expectation", 417)
    _is_safe(answer)


async def test_a_client_that_says_nothing_is_sent_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "KEEPALIVE_S", 0.05)
    reader, writer = await _connect(world)
    writer.write(b"GET /healthz HT")
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


def _is_safe(answer: Answer) -> None:
    assert answer.headers["Server"] == "callserver"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "path", ["/healthz", "/metrics", "/api/v1/calls", "/nothing", "/api/v1/recordings/r1/audio"]
)
async def test_every_answer_carries_the_security_headers(world: World, path: str) -> None:
    for role in (Role.ADMIN, None):
        _is_safe(await world.get(path, role=role))


async def test_one_log_line_a_request_without_token_query_or_digits(
    world: World, lines: Lines
) -> None:
    secret = world.secrets[Role.CRM]
    await world.get("/api/v1/calls?number=%2B37120000012", role=Role.CRM)
    await world.get("/no%0Asuch/line", role=None)
    known, unknown = lines.of("request")
    assert known["path"] == "/api/v1/calls"
    assert (known["operation"], known["status"]) == ("calls.list", 200)
    assert known["token"] in world.store.secrets
    assert (unknown["path"], unknown["status"]) == ("/no%0Asuch/line", 404)
    assert secret not in repr(lines.entries)
    assert "37120000012" not in repr(lines.entries)


def _head(world: World, method: str, path: str, *headers: str) -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {world.secrets[Role.ADMIN]}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


async def _connect(world: World) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(world.config.http.bind, world.config.http.port)


async def _raw(world: World, sent: bytes) -> Answer:
    """What a client sees that speaks its own HTTP; the server must close by itself."""
    reader, writer = await _connect(world)
    writer.write(sent)
    got = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    head, _, body = got.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return Answer(int(status.split()[1]), headers, body, json.loads(body) if body else None)
