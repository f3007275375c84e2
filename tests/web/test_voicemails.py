"""Voice messages over the API: found, heard, dealt with."""

from dataclasses import replace

import pytest

from callserver.model.message_facts import VoicemailLeft
from callserver.model.people import Role
from callserver.model.voicemail import Voicemail
from tests.web.fakes import NOW
from tests.web.world import SOUND, World, is_problem, recording

ONE = "/api/v1/voicemails/m1"


@pytest.fixture
def left(world: World) -> VoicemailLeft:
    sound = recording("m1", "one.wav")
    one = VoicemailLeft(
        *("c1", NOW, "m1", "sales", "100", "+37120000012", "Anna", sound.path, sound.sha256),
        *(60.0, 8000, sound.size, NOW - 60, False),
    )
    for name, queue in (("m1", None), ("m2", "support")):
        message = replace(one, voicemail=name, queue=queue)
        world.store.messages[name] = Voicemail(message)
    return one


async def ids(world: World, query: str) -> list[str]:
    items = (await world.get(f"/api/v1/voicemails?{query}")).json["items"]
    return [item["id"] for item in items]


@pytest.mark.usefixtures("left")
async def test_they_are_found_by_queue_agent_and_what_came_of_them(world: World) -> None:
    assert await ids(world, "") == ["m2", "m1"]
    assert await ids(world, "queue=support") == ["m2"]
    assert await ids(world, "queue=sales") == ["m2", "m1"], "the mailbox of that name"
    assert await ids(world, "done=false&assignee=anna") == []
    for body, status in (({"username": "anna"}, 200), ({"username": "nobody"}, 404)):
        answer = await world.ask("PUT", f"{ONE}/assignee", json=body)
        assert answer.status == status
    assert await ids(world, "assignee=anna") == ["m1"]
    done = (await world.ask("PUT", f"{ONE}/done", role=Role.CRM, json={"done": True})).json
    assert done["assignee"] == "anna" and done["done_at"] == "2026-03-01T09:30:00.250Z"
    assert done["done_by"].startswith("token:")
    assert await ids(world, "done=true") == ["m1"]
    undone = (await world.ask("PUT", f"{ONE}/done", json={"done": False})).json
    assert (undone["done_at"], undone["done_by"]) == (None, "")
    nobody = (await world.ask("PUT", f"{ONE}/assignee", json={"username": None})).json
    assert nobody["assignee"] is None


@pytest.mark.usefixtures("left")
async def test_it_is_heard_in_parts_and_gone_with_its_sound_when_deleted(world: World) -> None:
    part = await world.get(f"{ONE}/audio", headers={"Range": "bytes=10-19"})
    assert (part.status, part.body) == (206, SOUND[10:20])
    (world.folder / "one.json").write_text("{}")
    assert (await world.ask("DELETE", ONE, role=Role.SUPERVISOR)).status == 204
    assert not (world.folder / "one.wav").exists() and not (world.folder / "one.json").exists()
    for path in (ONE, f"{ONE}/audio"):
        is_problem(await world.get(path), "not-found", 404)
    is_problem(await world.ask("DELETE", ONE), "not-found", 404)
    assert await ids(world, "") == ["m2"]


@pytest.mark.usefixtures("left")
async def test_whoever_left_it_is_called_back_with_one_request(world: World) -> None:
    made = await world.ask("POST", "/api/v1/voicemails/m2/callback", json={"priority": 5})
    assert made.status == 201
    assert (made.json["number"], made.json["queue"]) == ("+37120000012", "support")
    assert (made.json["line"], made.json["priority"]) == ("100", 5)
    made = await world.ask("POST", f"{ONE}/callback", json={})
    assert made.json["queue"] == "sales", "nobody waited: the mailbox names the queue"


async def test_a_caller_without_a_number_cannot_be_called_back(
    world: World, left: VoicemailLeft
) -> None:
    world.store.messages["m1"] = Voicemail(replace(left, number=""))
    is_problem(await world.ask("POST", f"{ONE}/callback", json={}), "conflict", 409)
