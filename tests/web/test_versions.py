"""ETags: nobody fetches twice what has not changed, and nobody's change is lost unseen."""

import asyncio

import pytest

from tests.web.fakes import NOW
from tests.web.world import Answer, World, is_problem

AGENT = "/api/v1/agents/anna"
HOOKS = "/api/v1/webhooks"


async def put(world: World, path: str, title: str, **headers: str) -> Answer:
    body = {"url": "https://crm.example/calls", "title": title}
    return await world.ask("PUT", path, json=body, headers=headers)


async def hook(world: World) -> tuple[str, str]:
    """A webhook: its path, and its version."""
    made = await world.ask("POST", HOOKS, json={"url": "https://crm.example/calls"})
    path = made.headers["Location"]
    return path, (await world.get(path)).headers["ETag"]


async def test_what_has_not_changed_does_not_come_again(world: World) -> None:
    first = await world.get(AGENT)
    again = await world.get(AGENT, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    await world.ask("PUT", f"{AGENT}/state", json={"state": "signed_out"})
    changed = await world.get(AGENT, headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status, changed.json["state"]) == (200, "signed_out")


@pytest.mark.parametrize("header", ["*", 'W/{0}, "x"', '"x", {0}'])
async def test_any_way_to_name_a_version_is_understood(world: World, header: str) -> None:
    tag = (await world.get(AGENT)).headers["ETag"]
    assert (await world.get(AGENT, headers={"If-None-Match": header.format(tag)})).status == 304


async def test_a_list_has_a_version_too_and_head_tells_it(world: World) -> None:
    listed = await world.get("/api/v1/queues")
    head = await world.ask("HEAD", "/api/v1/queues")
    assert head.headers["ETag"] == listed.headers["ETag"]


async def test_a_change_is_made_to_the_version_one_has_seen_or_not_at_all(world: World) -> None:
    path, seen = await hook(world)
    assert (await put(world, path, "mine", **{"If-Match": seen})).json["title"] == "mine"
    late = await put(world, path, "theirs", **{"If-Match": seen})
    is_problem(late, "precondition-failed", 412)
    now = await world.get(path)
    assert (now.json["title"], late.headers["ETag"]) == ("mine", now.headers["ETag"])
    assert (await put(world, path, "theirs", **{"If-Match": now.headers["ETag"]})).status == 200


async def test_of_two_changes_of_one_version_at_the_same_time_one_is_made(world: World) -> None:
    path, seen = await hook(world)
    answers = await asyncio.gather(
        *(put(world, path, f"t{n}", **{"If-Match": seen}) for n in range(5))
    )
    assert sorted(one.status for one in answers) == [200, 412, 412, 412, 412]
    won = next(one for one in answers if one.status == 200)
    assert (await world.get(path)).json["title"] == won.json["title"]


async def test_a_version_is_needed_for_deleting_too_and_of_nothing_there_is_none(
    world: World,
) -> None:
    path, seen = await hook(world)
    wrong = {"If-Match": '"0123456789ab"'}
    is_problem(await world.ask("DELETE", path, headers=wrong), "precondition-failed", 412)
    assert (await world.ask("DELETE", path, headers={"If-Match": seen})).status == 204
    gone = await world.ask("DELETE", path, headers={"If-Match": "*"})
    is_problem(gone, "precondition-failed", 412)


async def test_what_has_no_version_refuses_a_change_that_names_one(world: World) -> None:
    sent = {"If-Match": "*"}
    refused = await world.ask("PUT", f"{AGENT}/state", json={"state": "ready"}, headers=sent)
    is_problem(refused, "precondition-failed", 412)
    assert world.floor.agent_views["anna"].since != NOW


async def test_of_each_item_come_the_fields_that_were_asked_for(world: World) -> None:
    page = (await world.get("/api/v1/calls?fields=id,number")).json
    assert page == {"items": [{"id": "c1", "number": "+37120000012"}], "next": None}
    one = (await world.get(f"{AGENT}?fields=state")).json
    assert one == {"state": "ready"}
    listed = (await world.get("/api/v1/queues?fields=name")).json
    assert listed == {"items": [{"name": "support"}, {"name": "sales"}]}


@pytest.mark.parametrize("fields", ["", "id,", "id,nmber", "id%20number", "__class__"])
async def test_a_field_there_is_not_is_told_with_those_there_are(world: World, fields: str) -> None:
    answer = await world.get(f"/api/v1/calls?fields={fields}")
    is_problem(answer, "invalid", 422)
    (mistake,) = answer.json["errors"]
    assert mistake["parameter"] == "fields"
    assert "there are: id, direction, phase" in mistake["detail"]


@pytest.mark.parametrize("cursor", ["c1", "Yz", "YzE=", "Yy8uLg", "w6k", "", "A" * 80])
async def test_a_cursor_that_is_none_of_ours_is_told(world: World, cursor: str) -> None:
    answer = await world.get(f"/api/v1/calls?cursor={cursor}")
    is_problem(answer, "invalid", 422)
    assert answer.json["errors"][0]["parameter"] == "cursor"
