"""``POST /api/v1/calls``: click to call."""

import pytest

from callserver.model.errors import NotAllowed, NoWorker, OnACall, UnknownName
from tests.web.world import World, is_problem

CALLS = "/api/v1/calls"
BODY = {"agent": "anna", "number": "+371 2000-0012", "line": "100", "why": "ticket 7"}


async def test_an_order_is_passed_on_with_who_gave_it(world: World) -> None:
    made = await world.ask("POST", CALLS, json=BODY)
    assert (made.status, made.headers["Location"]) == (201, f"{CALLS}/c9")
    assert made.json["caller"] == "+37167000000"
    (order,) = world.orders.asked
    assert (order.agent, order.number, order.line) == ("anna", "+37120000012", "100")
    assert (order.why, order.by.startswith("token:")) == ("ticket 7", True)


@pytest.mark.parametrize(
    ("refusal", "problem", "status"),
    [
        (UnknownName("no agent 'anna'"), "not-found", 404),
        (OnACall("anna is on a call"), "conflict", 409),
        (NotAllowed("anna is not signed in"), "conflict", 409),
        (NoWorker("there is no room for another call"), "busy", 503),
    ],
)
async def test_what_cannot_be_is_said(
    world: World, refusal: Exception, problem: str, status: int
) -> None:
    world.orders.refusal = refusal
    answer = await world.ask("POST", CALLS, json=BODY)
    is_problem(answer, problem, status)
    assert answer.json["detail"] == str(refusal)


async def test_a_contact_is_called_at_their_first_number(world: World) -> None:
    numbers = ["+37120000013", "+37120000012"]
    made = await world.ask("POST", "/api/v1/contacts", json={"name": "Jo", "numbers": numbers})
    contact = made.json["id"]
    about = {"agent": "anna", "contact": contact}
    assert (await world.ask("POST", CALLS, json=about)).status == 201
    assert world.orders.asked[-1].number == made.json["numbers"][0] == "+37120000013"
    is_problem(await world.ask("POST", CALLS, json=about | {"contact": "k9"}), "not-found", 404)
    for wrong in ({"agent": "anna"}, BODY | {"contact": contact}):
        is_problem(await world.ask("POST", CALLS, json=wrong), "invalid", 422)


async def test_twice_with_a_key_is_one_call(world: World) -> None:
    key = {"Idempotency-Key": "click-1"}
    first = await world.ask("POST", CALLS, json=BODY, headers=key)
    second = await world.ask("POST", CALLS, json=BODY, headers=key)
    assert (first.status, second.status, len(world.orders.asked)) == (201, 201, 1)
