"""Whatever a client with a good token sends: no server error, and every error has the one shape."""

import json
import random
from typing import Any
from urllib.parse import quote_from_bytes

import pytest

from tests.web.world import World

METHODS = ("GET", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
PARTS = (
    *("api", "v1", "calls", "live", "recordings", "audio", "agents", "state", "password"),
    *("queues", "timeline", "c1", "r1", "anna", "support", "healthz", "..", "", "%00", "%ff"),
)
FIELDS = ("username", "name", "password", "queues", "state", "reason", "limit", "cursor", "since")
HEADERS = ("Range", "If-Range", "If-Match", "If-None-Match", "Content-Type", "Accept", "Cookie")
VALUES: tuple[Any, ...] = (
    *(None, True, -1, 1e308, 10**40, "", "ready", "x" * 300, "\x00", "é\U0001f600", "\u2028"),
    *([], ["support"], {}, {"a": {}}, "0", "bytes=0-", '"a"', "*", "application/json", "NaN"),
)


def _path(dice: random.Random) -> str:
    known = ["/api/v1/calls", "/api/v1/recordings/r1/audio", "/api/v1/agents", "/api/v1/queues/x"]
    made = "/" + "/".join(dice.choices(PARTS, k=dice.randint(1, 6)))
    path = dice.choice([*known, made])
    pairs = [f"{dice.choice(FIELDS)}={_noise(dice)}" for _ in range(dice.randint(0, 3))]
    return path + ("?" + "&".join(pairs) if pairs else "")


def _noise(dice: random.Random) -> str:
    value = dice.choice(VALUES)
    raw = dice.randbytes(dice.randint(0, 9)) if dice.random() < 0.4 else str(value).encode()
    return quote_from_bytes(raw)


def _body(dice: random.Random) -> bytes | None:
    if dice.random() < 0.3:
        return None
    if dice.random() < 0.2:
        return dice.randbytes(dice.randint(0, 3000))
    fields = dice.sample(FIELDS, k=dice.randint(0, 4))
    return json.dumps({field: dice.choice(VALUES) for field in fields}).encode()


def _headers(dice: random.Random) -> dict[str, str]:
    headers = {"Content-Type": "application/json"} if dice.random() < 0.8 else {}
    for name in dice.sample(HEADERS, k=dice.randint(0, 2)):
        headers[name] = str(dice.choice(VALUES)).replace("\x00", "").replace("\u2028", "")
    return headers


@pytest.mark.parametrize("seed", range(4))
async def test_no_request_brings_a_server_error(world: World, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same requests every time
    statuses = set()
    for _ in range(250):
        method, path, body = dice.choice(METHODS), _path(dice), _body(dice)
        headers = _headers(dice)
        answer = await world.ask(method, path, data=body, headers=headers)
        sent = (method, path, headers, body)
        statuses.add(answer.status)
        assert answer.status < 500, sent
        assert answer.headers["Server"] == "callserver", sent
        if answer.status >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json", sent
            if method != "HEAD":
                assert answer.json["type"].startswith("urn:callserver:problem:"), sent
    assert {200, 404, 405, 422} <= statuses
