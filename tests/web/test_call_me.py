"""The "call me" button of a web site: who is heard, what is promised, and what nobody is told."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from callserver.config import Config
from callserver.config.call_me import CallMe
from callserver.keyfile import KeyFile
from callserver.model.callback import CallbackState
from callserver.web.call_me import KEY
from callserver.web.call_me_tokens import Forms, Keys
from tests.web.fakes import NOW
from tests.web.lines import Lines
from tests.web.world import Answer, World, is_problem

SITE = "https://www.example.com"
NUMBER = "+371 2000 0012"
TO = {"sales": {"queue": "sales", "line": "100", "priority": 2}, "help": {"queue": "support"}}
RULES: dict[str, Any] = {"enabled": True, "origins": [SITE], "to": TO}
Open = Callable[..., Awaitable[World]]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Open]:
    """Makes a world with these options of `call_me`."""
    async with AsyncExitStack() as worlds:

        async def make(destinations: Any = None, **options: Any) -> World:
            sections: dict[str, Any] = {
                "server": {"data_dir": tmp_path / "var"},
                "lines": {"100": {"flow": "support"}},
                "outgoing": {"country": "LV"},
                "call_me": {**RULES, **options},
                "destinations": destinations or {},
                "queues": {"sales": {}, "support": {}},
            }
            known = Config.model_validate(sections)
            settings = {name: getattr(known, name) for name in sections if name != "queues"}
            world = World(tmp_path / "recordings", settings=settings)
            return await worlds.enter_async_context(world)

        yield make


async def visit(world: World, method: str, path: str, **how: Any) -> Answer:
    """A request of a page of the site."""
    headers = {"Origin": SITE, **how.pop("headers", {})}
    return await world.ask(method, path, role=None, headers=headers, **how)


async def send(world: World, **body: Any) -> Answer:
    """A visitor opens the form and sends it."""
    form = (await visit(world, "GET", "/call-me/token?to=sales")).json["token"]
    content = {"form": form, "number": NUMBER, "consent": True, "to": "sales", **body}
    return await visit(world, "POST", "/call-me", json=content)


async def test_visitor_asks_sees_how_far_it_is_and_thinks_better_of_it(opened: Open) -> None:
    world = await opened()
    form = await visit(world, "GET", "/call-me/token?to=sales")
    assert form.json["windows"][0]["not_before"] > form.json["good_until"]
    assert form.json["captcha"] is False
    made = await send(world, name="Jo", language="uk")
    assert (made.status, made.json["state"], made.json["place"]) == (201, "waiting", 3)
    assert made.json["earliest"] < made.json["latest"]
    (wanted,) = world.site.taken
    assert (wanted.number, wanted.name, wanted.language) == ("+37120000012", "Jo", "uk")
    assert (wanted.queue, wanted.line, wanted.priority) == ("sales", "100", 2)
    where, key = made.headers["Location"], made.json["key"]
    assert where == f"/call-me/{made.json['id']}"
    assert (await visit(world, "GET", where, headers={KEY: key})).json == made.json
    assert (await visit(world, "DELETE", where, headers={KEY: key})).json["state"] == "cancelled"
    assert world.site.requests["r1"].state is CallbackState.CANCELLED
    for headers in ({}, {KEY: ""}, {KEY: key[:-1] + ("A" if key[-1] != "A" else "B")}):
        is_problem(await visit(world, "GET", where, headers=headers), "not-found", 404)


async def test_request_that_waits_with_another_one_shows_what_comes_of_that(opened: Open) -> None:
    world = await opened()
    made = await send(world)
    one = world.site.requests["r1"]
    merged = replace(one, state=CallbackState.MERGED, merged_into="r7")
    world.site.requests["r1"] = merged
    world.store.requests.append(replace(one, call="r7", state=CallbackState.DONE))
    where, key = made.headers["Location"], made.json["key"]
    seen = (await visit(world, "GET", where, headers={KEY: key})).json
    assert (seen["id"], seen["state"], seen["place"]) == ("r1", "done", None)


async def test_time_is_one_of_those_offered(opened: Open) -> None:
    world = await opened()
    offered = (await visit(world, "GET", "/call-me/token?to=sales")).json["windows"]
    assert (await send(world, window=offered[1]["not_before"])).status == 201
    (wanted,) = world.site.taken
    assert wanted.not_before is not None
    assert wanted.not_after == wanted.not_before + 7200
    assert wanted.not_before > NOW
    refused = await send(world, window="2026-03-09T03:00:00Z")
    assert refused.json["errors"][0]["pointer"] == "/window"


async def test_form_is_good_once_and_for_some_time(opened: Open) -> None:
    world = await opened()
    form = (await visit(world, "GET", "/call-me/token?to=help")).json["token"]
    assert (await send(world, form=form)).status == 201
    is_problem(await send(world, form=form), "form-used", 409)
    is_problem(await send(world, form="1772357999.x.y"), "form-used", 409)
    assert len(world.site.taken) == 1
    forms = Forms(60.0)
    first, until = forms.new(NOW)
    assert until == NOW + 60
    assert not forms.spend(first, NOW + 61)
    assert not Forms(60.0).spend(first, NOW), "after a restart another one is fetched"
    assert forms.spend(first, NOW)
    assert not forms.spend(first, NOW)


async def test_pages_of_other_sites_are_told_nothing(opened: Open) -> None:
    world = await opened()
    for method, path in (("GET", "/call-me/token"), ("OPTIONS", "/call-me"), ("POST", "/call-me")):
        body = {"form": "x", "number": NUMBER, "consent": True} if method == "POST" else None
        other = {"Origin": "https://evil.example"}
        answer = await world.ask(method, path, role=None, headers=other, json=body)
        is_problem(answer, "forbidden", 403)
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Vary"] == "Origin"


async def test_browser_is_told_that_a_page_may_ask_and_reads_the_errors_too(opened: Open) -> None:
    world = await opened()
    may = await visit(world, "OPTIONS", "/call-me")
    assert (may.status, may.headers["Access-Control-Allow-Origin"]) == (204, SITE)
    assert may.headers["Access-Control-Allow-Headers"] == f"Content-Type, {KEY}"
    assert "DELETE" in may.headers["Access-Control-Allow-Methods"]
    assert (await visit(world, "OPTIONS", "/call-me/r1")).status == 204
    refused = await visit(world, "POST", "/call-me", json={})
    is_problem(refused, "invalid", 422)
    assert refused.headers["Access-Control-Allow-Origin"] == SITE
    assert "Access-Control-Allow-Origin" not in (await visit(world, "GET", "/healthz")).headers


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"number": "12"}, "/number"),
        ({"number": "+49 30 123456"}, "/number"),  # the toll guard does not let it
        ({"number": "+44 20 7946 0000"}, "/number"),
        ({"number": "please"}, "/number"),
        ({"consent": False}, "/consent"),
        ({"to": "nobody"}, "/to"),
        ({"to": None}, "/to"),
        ({"language": "de"}, "/language"),
        ({"window": 1772442000}, "/window"),
    ],
)
async def test_what_cannot_be_asked_for(opened: Open, change: dict[str, Any], pointer: str) -> None:
    world = await opened(allow=["+371", "+49"])
    refused = await send(world, **change)
    is_problem(refused, "invalid", 422)
    assert [one["pointer"] for one in refused.json["errors"]] == [pointer]
    assert world.site.taken == []


async def test_so_many_a_day_and_no_more_for_a_number_and_from_an_address(opened: Open) -> None:
    world = await opened(per_number_a_day=1, per_address_a_day=3)
    assert (await send(world)).status == 201
    same = await send(world)
    other = await send(world, number="20000013")
    assert (same.status, other.status) == (429, 201)
    no_more = await send(world, number="20000014")
    assert (no_more.status, no_more.json) == (429, same.json), "nobody learns which it was"
    assert [one.number for one in world.site.taken] == ["+37120000012", "+37120000013"]


async def test_captcha_is_verified_with_the_secret_of_the_file(
    opened: Open, tmp_path: Path
) -> None:
    secret = tmp_path / "captcha.secret"
    secret.write_text("s3cret\n")
    there = {"turnstile": {"url": "https://challenges.example.com/siteverify"}}
    world = await opened(there, captcha="turnstile", captcha_secret_file=str(secret))
    assert (await visit(world, "GET", "/call-me/token?to=help")).json["captcha"] is True
    is_problem(await send(world, captcha="tick"), "captcha-down", 503)
    world.outside.answer = {"success": False}
    is_problem(await send(world, captcha="tick"), "captcha", 403)
    is_problem(await send(world), "captcha", 403)
    world.outside.answer = {"success": True}
    assert (await send(world, captcha="tick")).status == 201
    asked = world.outside.asked[-1]
    assert (asked.destination, asked.form) == (
        "turnstile",
        {"secret": "s3cret", "response": "tick"},
    )


async def test_nobody_is_heard_unless_it_is_switched_on(opened: Open) -> None:
    world = await opened(enabled=False)
    is_problem(await visit(world, "GET", "/call-me/token?to=help"), "no-route", 404)
    body = {"form": "x", "number": NUMBER, "consent": True}
    is_problem(await visit(world, "POST", "/call-me", json=body), "no-route", 404)


async def test_key_of_an_idempotent_request_means_nothing_without_a_token(opened: Open) -> None:
    world = await opened()
    answer = await visit(world, "POST", "/call-me", json={}, headers={"Idempotency-Key": "k1"})
    is_problem(answer, "invalid", 422)


async def test_key_to_a_request_is_in_no_log(lines: Lines, opened: Open) -> None:
    world = await opened()
    made = await send(world)
    where, key = made.headers["Location"], made.json["key"]
    await visit(world, "GET", where, headers={KEY: key})
    await world.stop()  # every line is written then
    logged = lines.of("request")
    assert [line["path"] for line in logged] == ["/call-me/token", "/call-me", "/call-me/r1"]
    assert key not in str(logged)


def test_keys_outlive_a_restart(tmp_path: Path) -> None:
    key = Keys(KeyFile(tmp_path / "call-me.key")).of("r1")
    keys = Keys(KeyFile(tmp_path / "call-me.key"))
    assert keys.opens("r1", key)
    assert not keys.opens("r2", key)
    assert not Keys(KeyFile(tmp_path / "other.key")).opens("r1", key)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"enabled": True}, "to: say who calls"),
        ({"origins": ["https://example.com/page"]}, "without a path"),
        ({"allow": ["371"]}, "write \\+ and digits"),
        ({"window_h": 5}, "must be 1, 2, 3, 4 or 6"),
        ({"captcha": "turnstile"}, "belong together"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        CallMe.model_validate(options)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"to": {"a": {"queue": "gone"}}}, "call_me.to.a.queue: there is no queue 'gone'"),
        ({"to": {"a": {"queue": "sales", "line": "7"}}}, "call_me.to.a.line: there is no line '7'"),
        (
            {"captcha": "turnstile", "captcha_secret_file": "secret"},
            "call_me.captcha: there is no destination 'turnstile'",
        ),
    ],
)
def test_options_that_name_what_is_not_there(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Config.model_validate({"queues": {"sales": {}}, "call_me": options})
