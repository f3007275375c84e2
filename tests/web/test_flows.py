"""Flows over HTTP: list them, read them again."""

from tests.web.world import World

SUPPORT = {"name": "support", "version": "v1", "lines": ["100"], "calls": 2, "mistakes": []}


async def test_flows_are_listed_with_their_lines_and_calls(world: World) -> None:
    assert (await world.get("/api/v1/flows")).json == {"items": [SUPPORT]}


async def test_a_reload_is_answered_with_what_came_of_it(world: World) -> None:
    done = await world.ask("POST", "/api/v1/flows/reload")
    assert done.status == 200
    assert world.shelf.reloads == 1
    draft = done.json["items"][1]
    assert (draft["version"], draft["mistakes"]) == (None, ["draft.yaml:3: no steps"])
