"""The OpenAPI document says enough about every operation, and what it says is so."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from aiohttp import web

from callserver.web import access
from callserver.web.openapi import document
from callserver.web.operation import Operation, handler_of
from tests.web.world import World

Said = dict[str, Any]


@pytest.fixture
def said(world: World) -> Said:
    return document(world.web.operations)


def every(said: Said) -> Iterator[tuple[str, Said]]:
    for methods in said["paths"].values():
        for operation in methods.values():
            yield operation["operationId"], operation


def check(said: Said, schema: Said, value: Any) -> None:
    whole = {**schema, "components": said["components"]}
    checks = jsonschema.FormatChecker()
    jsonschema.Draft202012Validator(whole, format_checker=checks).validate(value)


def test_it_is_served_to_anybody_and_has_every_operation(world: World, said: Said) -> None:
    assert {name for name, _ in every(said)} == {one.name for one in world.web.operations}


async def test_what_is_served_is_this_document(world: World, said: Said) -> None:
    answer = await world.get("/api/v1/openapi.json", role=None)
    assert (answer.status, answer.json) == (200, said)


def test_every_operation_says_what_it_does_and_who_may(said: Said) -> None:
    for name, operation in every(said):
        assert 5 < len(operation["summary"]) < 120, name
        if name in access.PUBLIC:
            assert operation["security"] == [], name
        else:
            assert operation["security"][0] == {"bearer": []}, name
            assert "For: `admin`" in operation["description"], name
            assert {"401", "403"} <= set(operation["responses"]), name
        assert any(int(status) < 300 for status in operation["responses"]), name
        for one in operation["parameters"]:
            assert one["description"], (name, one["name"])


def test_every_body_has_an_example_that_its_model_takes(world: World, said: Said) -> None:
    by_name = dict(every(said))
    for operation in world.web.operations:
        model = handler_of(operation).body
        none = model is None and operation.upload is None and not operation.form
        assert none is ("requestBody" not in by_name[operation.name])
        if model is not None:
            content = by_name[operation.name]["requestBody"]["content"]["application/json"]
            check(said, content["schema"], content["example"])
            model.model_validate(content["example"], strict=False)


def test_every_answer_has_an_example_that_fits_its_schema(said: Said) -> None:
    for name, operation in every(said):
        for status, answer in operation["responses"].items():
            content = answer.get("content", {}).get("application/json")
            if content is not None and "example" in content:
                check(said, content["schema"], content["example"])
            elif content is not None:
                assert name == "docs.openapi", (name, status)


def test_every_problem_is_told_with_its_ids(said: Said) -> None:
    for name, answer in said["components"]["responses"].items():
        content = answer["content"]["application/problem+json"]
        check(said, content["schema"], content["example"])
        assert name.startswith(str(content["example"]["status"]))
        assert re.match(r"`[a-z-]+`: [A-Z]", answer["description"])


def test_what_makes_something_takes_a_key(said: Said) -> None:
    for methods in said["paths"].values():
        for method, operation in methods.items():
            names = {one["name"] for one in operation["parameters"]}
            assert ("Idempotency-Key" in names) is (method == "post")


def test_every_reference_leads_somewhere(said: Said) -> None:
    def references(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            yield from ([part["$ref"]] if isinstance(part.get("$ref"), str) else [])
            for one in part.values():
                yield from references(one)
        elif isinstance(part, list):
            for one in part:
                yield from references(one)

    found = set(references(said))
    assert found
    for reference in found:
        at: Any = said
        for name in reference.removeprefix("#/").split("/"):
            at = at[name]
        assert at


def test_two_types_of_one_name_are_told_apart(said: Said) -> None:
    assert {"FactsOutcome", "CallbackOutcome"} <= set(said["components"]["schemas"])


def test_a_handler_that_sends_by_itself_must_say_what() -> None:
    async def sends() -> web.Response:
        """Something."""
        return web.Response()

    operation = Operation("x", "GET", "/x", sends)
    with pytest.raises(TypeError, match="raw"):
        document([operation])


async def test_the_page_runs_its_own_script_and_nothing_else(world: World) -> None:
    answer = await world.get("/api/docs", role=None)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy and "http" not in policy
    page = answer.body.decode()
    assert not re.search(r"<script(?![^>]*src=)|<style| on\w+=|style=", page)
    assert "//" not in page.replace("<!doctype", "")
    for place in re.findall(r'(?:src|href)="([^"]+)"', page):
        part = await world.get(place, role=None)
        assert (part.status, bool(part.body)) == (200, True), place
    assert "innerHTML" not in (await world.get("/api/docs/docs.js")).body.decode()
