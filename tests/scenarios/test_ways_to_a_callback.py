"""Nobody has to ask on the line: who gave up waiting is suggested, who sits before a web site
asks there. Over real calls."""

from pathlib import Path
from typing import Any

from callserver.testing.rig import eventually
from tests.scenarios.house import House
from tests.scenarios.test_agents_call import OUTSIDE
from tests.scenarios.test_callbacks import agent_takes, call_centre, request_is, talk

RULES = {"suggest": {"waited_s": 0.3}}
CALL_ME = {"enabled": True, "to": {"help": {"queue": "support", "line": "100"}}}


async def alice_pauses(house: House) -> None:
    wanted = {"state": "paused", "reason": "lunch"}
    await house.rig.api.put("/api/v1/agents/alice/state", wanted)
    await house.agent_is("alice", "paused", "lunch")


async def seen(house: House, made: dict[str, Any], state: str) -> dict[str, Any]:
    """Until whoever asked sees this at the web site."""

    async def now() -> dict[str, Any]:
        where, key = f"/call-me/{made['id']}", {"Call-Me-Key": made["key"]}
        shown: dict[str, Any] = await house.rig.api.get(where, headers=key)
        return shown

    return await eventually(now, lambda shown: shown["state"] == state)


async def gives_up_waiting(house: House, outside: Any) -> None:
    caller = await outside.call(f"sip:100@{house.rig.sip}", number=OUTSIDE, name="Jane Doe")
    await caller.answered()
    await caller.digits("1")

    async def waited_s() -> float:
        (queue,) = (await house.rig.api.get("/api/v1/queues"))["items"]
        return max((float(one["waited_s"]) for one in queue["waiting"]), default=0.0)

    await eventually(waited_s, lambda waited: waited > 0.4)
    await caller.hang_up()


async def test_who_gave_up_is_called_when_somebody_says_so_and_who_asks_at_the_site_too(
    tmp_path: Path,
) -> None:
    async with call_centre(tmp_path, RULES, call_me=CALL_ME) as (house, outside):
        api = house.rig.api
        await alice_pauses(house)
        await gives_up_waiting(house, outside)
        left = await house.record()
        assert (left["result"], left["reason"]) == ("abandoned", "in_queue")
        hint = await request_is(house, left["id"], "suggested")
        assert (hint["number"], hint["why"], hint["queue"]) == (OUTSIDE, "abandoned", "support")
        listed = (await api.get("/api/v1/callbacks", state="suggested"))["items"]
        assert [one["call"] for one in listed] == [left["id"]]

        assert (await api.post(f"/api/v1/callbacks/{left['id']}/accept", None))["state"] == "open"
        await house.rig.agent_is_ready("alice")  # and is rung at once
        alice = await agent_takes(house)
        customer = await outside.incoming()
        await talk(customer, alice)
        await customer.hang_up()
        await request_is(house, left["id"], "done")
        _, called = await house.records(2)
        assert called["callback_of"] == left["id"]
        await house.agent_is("alice", "ready")

        await alice_pauses(house)
        form = (await api.get("/call-me/token"))["token"]
        body = {"form": form, "number": OUTSIDE, "name": "Jane Doe", "consent": True}
        made = await api.post("/call-me", body)
        assert (made["state"], made["place"]) == ("waiting", 1)
        assert await api.status("/call-me", "POST", body) == 409, "a form is sent once"
        await house.rig.agent_is_ready("alice")  # and is rung at once
        alice = await agent_takes(house)
        customer = await outside.incoming()
        await customer.ring()
        await seen(house, made, "calling")
        await talk(customer, alice)
        await seen(house, made, "done")
        await alice.hang_up()
        assert (await request_is(house, made["id"], "done"))["why"] == "site"
        await house.agent_is("alice", "ready")
        await house.is_quiet()
