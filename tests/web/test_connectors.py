"""``POST /connectors/NAME``: who is heard, and what is not even read."""

import pytest

from callserver.model.errors import ConfigError, StoreError
from callserver.web.forms import MAX_BYTES, MAX_FIELDS, MEDIA
from tests.web.lines import Lines
from tests.web.world import Answer, World, is_problem

GOOD = b"token=right&event=CLICK&data%5BPHONE%5D=%2B37120000012"


async def send(world: World, content: bytes, media: str = MEDIA, name: str = "crm") -> Answer:
    path, headers = f"/connectors/{name}", {"Content-Type": media}
    return await world.ask("POST", path, role=None, data=content, headers=headers)


async def test_who_has_the_token_is_heard(world: World) -> None:
    answer = await send(world, GOOD + b"&token=wrong&empty=", f"{MEDIA}; charset=UTF-8")
    assert (answer.status, answer.json) == (200, {"heard": "call"})
    (form,) = world.errands.forms
    assert form == {
        "token": "right",
        "event": "CLICK",
        "data[PHONE]": "+37120000012",
        "empty": "",
    }


@pytest.mark.parametrize("content", [b"", b"token=", b"token=wrong", b"%F0%9F%92%A9=1&token=%00"])
async def test_who_has_not_is_403_and_the_token_stands_nowhere(
    world: World, lines: Lines, content: bytes
) -> None:
    is_problem(await send(world, content), "not-them", 403)
    assert world.errands.forms == []
    assert [line["connector"] for line in lines.of("connector_not_them")] == ["crm"]
    assert "wrong" not in str(lines.entries)


async def test_one_that_may_not_ask_is_not_there(world: World) -> None:
    for name in ("other", "Crm", "a" * 41, "%2e%2e"):
        is_problem(await send(world, GOOD, name=name), "no-route", 404)
    is_problem(await world.get("/connectors/crm"), "method-not-allowed", 405)


async def test_what_is_no_form_or_too_much_is_not_read(world: World) -> None:
    is_problem(await send(world, b"{}", "application/json"), "unsupported-media", 415)
    is_problem(await send(world, GOOD + b"&a=" + b"x" * MAX_BYTES), "too-large", 413)
    many = b"&".join(b"a=1" for _ in range(MAX_FIELDS + 1))
    is_problem(await send(world, many), "bad-request", 400)
    is_problem(await send(world, b"token=%ff"), "bad-request", 400)
    is_problem(await send(world, b"token=\xff"), "bad-request", 400)
    assert world.errands.forms == []


async def test_what_is_wrong_with_us_is_503(world: World) -> None:
    world.errands.failure = ConfigError("/etc/secret: the secret cannot be read")
    answer = await send(world, GOOD)
    is_problem(answer, "not-ready", 503)
    assert b"/etc" not in answer.body
    world.errands.failure = StoreError("the database is away")
    is_problem(await send(world, GOOD), "store-down", 503)


async def test_who_guesses_is_held_up_and_the_crm_is_not(world: World) -> None:
    world.http["bad_tokens_per_min"] = 2
    await world.stop()
    await world.start()
    statuses = [(await send(world, b"token=guess")).status for _ in range(3)]
    assert statuses == [403, 403, 429]
    assert (await send(world, GOOD)).status == 200
