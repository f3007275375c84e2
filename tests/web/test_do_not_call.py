"""``/api/v1/do-not-call``."""

from tests.web.fakes import NOW
from tests.web.world import World, is_problem

LIST = "/api/v1/do-not-call"


async def test_a_number_is_put_on_the_list_however_it_is_written_and_taken_off(
    world: World,
) -> None:
    body = {"number": "2000 0012", "reason": "lawyer's letter"}
    made = await world.ask("POST", LIST, json=body)
    assert (made.status, made.headers["Location"]) == (201, f"{LIST}/+37120000012")
    assert made.json["until"] is None and made.json["by"].startswith("token:")
    assert world.unwilling.holds("+37120000012", NOW)
    found = await world.get(f"{LIST}/+37120000012")
    assert found.json == made.json
    assert (await world.ask("DELETE", f"{LIST}/+37120000012")).status == 204
    assert not world.unwilling.holds("+37120000012", NOW)
    is_problem(await world.get(f"{LIST}/+37120000012"), "not-found", 404)
    is_problem(await world.ask("DELETE", f"{LIST}/+37120000012"), "not-found", 404)


async def test_it_is_read_in_pages_by_number(world: World) -> None:
    for number in ("+37120000013", "+37120000011", "+37120000012"):
        await world.ask("POST", LIST, json={"number": number})
    first = (await world.get(f"{LIST}?limit=2")).json
    assert [one["number"] for one in first["items"]] == ["+37120000011", "+37120000012"]
    rest = (await world.get(f"{LIST}?limit=2&cursor={first['next']}")).json
    assert ([one["number"] for one in rest["items"]], rest["next"]) == (["+37120000013"], None)


async def test_what_cannot_be_is_told(world: World) -> None:
    is_problem(await world.ask("POST", LIST, json={"number": "nobody"}), "invalid", 422)
    over = {"number": "+37120000012", "until": "2020-01-01T00:00:00Z"}
    is_problem(await world.ask("POST", LIST, json=over), "conflict", 409)
    is_problem(await world.get(f"{LIST}/nobody"), "invalid", 422)
