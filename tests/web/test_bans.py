"""Bans over HTTP: list, add, lift, and who may."""

import pytest

from callserver.model.bans import Ban, Offence
from callserver.model.people import Role
from tests.web.fakes import NOW
from tests.web.world import World, is_problem

BANS = "/api/v1/bans"


async def test_bans_are_listed_newest_first(world: World) -> None:
    for number, since in enumerate((NOW - 5, NOW - 1)):
        address = f"192.0.2.{number}"
        world.shield.held[address] = Ban(address, since, NOW + 60, Offence.FLOOD, 2, "shield")
    newest, _ = (await world.get(BANS)).json["items"]
    assert newest == {
        "address": "192.0.2.1",
        "since": "2026-03-01T09:29:59.250Z",
        "until": "2026-03-01T09:31:00.250Z",
        "reason": "flood",
        "strikes": 2,
        "by": "shield",
        "note": "",
    }


async def test_an_address_is_banned_by_somebody_for_a_time_or_for_good(world: World) -> None:
    made = await world.ask(
        "POST", BANS, json={"address": "192.0.2.7", "lasts_s": 90.0, "note": "calls at night"}
    )
    assert made.status == 201
    assert made.headers["Location"] == f"{BANS}/192.0.2.7"
    assert made.json["until"] == "2026-03-01T09:31:30.250Z"
    assert made.json["by"].startswith("token:")
    assert made.json["note"] == "calls at night"
    for_good = await world.ask("POST", BANS, json={"address": "192.0.2.8"})
    assert for_good.json["until"] is None


async def test_a_ban_is_lifted_once(world: World) -> None:
    await world.ask("POST", BANS, json={"address": "192.0.2.7"})
    assert (await world.ask("DELETE", f"{BANS}/192.0.2.7")).status == 204
    is_problem(await world.ask("DELETE", f"{BANS}/192.0.2.7"), "not-found", 404)
    is_problem(await world.ask("DELETE", f"{BANS}/..%2f"), "no-route", 404)


async def test_a_trunk_cannot_be_banned(world: World) -> None:
    is_problem(await world.ask("POST", BANS, json={"address": "127.0.0.2"}), "conflict", 409)


@pytest.mark.parametrize(
    "body", [{}, {"address": "192.0.2.7", "lasts_s": 0}, {"address": "192.0.2.7", "note": "a\nb"}]
)
async def test_mistakes_are_named(world: World, body: dict[str, object]) -> None:
    is_problem(await world.ask("POST", BANS, json=body), "invalid", 422)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
async def test_only_an_admin_sees_or_changes_them(world: World, role: Role) -> None:
    is_problem(await world.get(BANS, role=role), "forbidden", 403)
    body = {"address": "192.0.2.7"}
    is_problem(await world.ask("POST", BANS, role=role, json=body), "forbidden", 403)
    is_problem(await world.ask("DELETE", f"{BANS}/192.0.2.7", role=role), "forbidden", 403)
