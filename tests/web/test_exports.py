"""Bulk export: every call once, in pieces, and nothing a table program would run."""

import csv
import io
import json
from dataclasses import replace

import aiohttp
import pytest

from callserver.model.errors import StoreError
from callserver.web import bulk, exports
from tests.web.world import World, call, is_problem

PATH = "/api/v1/calls/export"


@pytest.fixture
def many(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of seven calls, newest first; a piece is three."""
    monkeypatch.setattr(exports, "PIECE", 3)
    world.store.call_records = {f"c{n}": call(f"c{n}") for n in range(7)}
    return [f"c{n}" for n in reversed(range(7))]


async def test_every_call_is_a_line_and_looks_as_it_does_alone(
    world: World, many: list[str]
) -> None:
    answer = await world.get(f"{PATH}.ndjson?queue=support&since=2026-03-01T09:00:00Z")
    assert answer.headers["Content-Type"] == "application/x-ndjson; charset=utf-8"
    assert 'filename="calls.ndjson"' in answer.headers["Content-Disposition"]
    lines = [json.loads(line) for line in answer.body.splitlines()]
    assert [line["id"] for line in lines] == many
    assert lines[0] == (await world.get("/api/v1/calls/c6")).json
    asked = world.store.asked
    assert [(one.before, one.limit) for one in asked] == [
        *((None, 3), ("c4", 3), ("c1", 3), ("c0", 3))
    ]
    assert {(one.queue, one.since) for one in asked} == {("support", 1772355600.0)}


async def test_a_table_has_a_head_and_a_row_for_each(world: World, many: list[str]) -> None:
    world.store.call_records["c6"] = replace(
        call("c6"), name='=HYPERLINK("http://x")', missed_by=("anna", "bo"), survey={"q1": "5"}
    )
    answer = await world.get(f"{PATH}.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
    assert [row["id"] for row in rows] == many
    first = rows[0]
    assert (first["name"], first["number"]) == ('\'=HYPERLINK("http://x")', "+37120000012")
    assert (first["missed_by"], first["survey"], first["queue"]) == ("anna bo", "q1=5", "")
    assert first["offered_at"] == "2026-03-01T09:28:20.250Z"


async def test_of_no_calls_comes_an_empty_file_with_its_head(world: World) -> None:
    world.store.call_records = {}
    assert (await world.get(f"{PATH}.ndjson")).body == b""
    assert (await world.get(f"{PATH}.csv")).body.decode().splitlines()[0].startswith("id,direction")


async def test_a_store_that_fails_in_the_middle_leaves_no_file_that_looks_whole(
    world: World, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, asked = world.store.calls, []

    async def breaks(wanted: object) -> object:
        asked.append(wanted)
        if len(asked) > 1:
            raise StoreError("gone")
        return await calls(wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(world.store, "calls", breaks)
    with pytest.raises(aiohttp.ClientPayloadError):
        await world.get(f"{PATH}.ndjson")
    is_problem(await world.get(f"{PATH}.ndjson"), "store-down", 503)


async def test_what_an_export_does_not_take_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for query in ("limit=5", "cursor=YzE", "result=won"):
        is_problem(await world.get(f"{PATH}.csv?{query}"), "invalid", 422)
    monkeypatch.setattr(bulk, "MOST", 0)
    is_problem(await world.get(f"{PATH}.csv"), "busy", 503)
