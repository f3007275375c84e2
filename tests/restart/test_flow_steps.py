"""Flows change and controllers die while callers are inside."""

import asyncio
from pathlib import Path
from typing import Any

from callserver.testing.rig import eventually
from tests.restart.test_controller_dies import die_and_return
from tests.scenarios.house import CUSTOMER_HZ, House, open_house

SECRET = "592671834"  # stands nowhere else

TYPING = """
start: ask
steps:
  ask:
    collect: {say: Type., into: account, min_length: 4, max_length: 4, timeout_s: 20, between_s: 20}
    next: pin
  pin:
    collect: {say: Your PIN., into: pin, max_length: 9, timeout_s: 20, between_s: 20, secret: true}
    next: decide
  decide:
    switch: [{when: account == '4711' and number(pin) == 592671833 + 1, to: good}]
    otherwise: bad
  good: {hangup: self_served}
  bad: {hangup: unwanted}
"""


async def new_flow(house: House, text: str) -> None:
    """Change the file of the line's flow; returns when new calls get it."""
    before = await version(house)
    (house.rig.folder / "ivr_flows" / "support.yaml").write_text(text)
    await eventually(lambda: version(house), lambda now: now != before, within=15)


async def version(house: House) -> str:
    (flow,) = (await house.rig.api.get("/api/v1/flows"))["items"]
    assert flow["mistakes"] == []
    found: str = flow["version"]
    return found


async def facts(house: House, kind: str) -> list[dict[str, Any]]:
    """What the call there is, or was, has been through."""
    live = (await house.rig.api.get("/api/v1/calls/live"))["items"]
    known = (await house.rig.api.get("/api/v1/calls"))["items"]
    if not known:
        return []  # not written yet
    call = live[0]["call"] if live else known[0]["id"]
    timeline = (await house.rig.api.get(f"/api/v1/calls/{call}/timeline"))["items"]
    return [one["data"] for one in timeline if one["kind"] == kind]


async def taken(house: House, count: int) -> None:
    """Until so many digits are journaled."""
    await eventually(lambda: facts(house, "digit_pressed"), lambda found: len(found) >= count)


async def test_half_typed_number_is_kept_and_a_half_typed_secret_is_asked_again(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        await new_flow(house, TYPING)
        customer = await house.customer()
        await customer.answered()
        await customer.tone(CUSTOMER_HZ)  # a phone that is silent for long sends no keys either
        await customer.digits("47")
        await taken(house, 2)
        await die_and_return(house, after_s=0.2)
        await customer.digits("11")
        await taken(house, 4)
        await customer.digits("59")
        await asyncio.sleep(1.0)  # of a secret nothing tells that it was taken
        await die_and_return(house, after_s=0.2)
        await customer.hears_sound()
        await customer.digits(SECRET)
        record = await house.record()
        assert (record["result"], record["reason"]) == ("answered", "self_served")
        digits = "".join(one["digit"] for one in await facts(house, "digit_pressed"))
        assert digits == "4711", "each once, and nothing of the secret"
        values = [(one["values"], one["secret"]) for one in await facts(house, "variables_set")]
        assert values == [({"account": "4711"}, []), ({}, ["pin"])]
        await house.is_quiet()
        left = [*(house.rig.folder / "var").rglob("*"), house.rig.stderr_file]
        files = [file for file in left if file.is_file() and file.suffix != ".wav"]
        assert [str(file) for file in files if SECRET.encode() in file.read_bytes()] == []


async def test_calls_finish_on_the_version_they_began_with_whoever_conducts_them(
    tmp_path: Path,
) -> None:
    first = "start: a\nsteps: {a: {menu: {say: One., keys: {1: b}}}, b: {hangup: {}}}\n"
    async with open_house(tmp_path) as house:
        await new_flow(house, first)
        old = await version(house)
        early = await house.customer()
        await early.answered()
        await new_flow(house, first.replace("{hangup: {}}", "{hangup: closed}"))
        late = await house.customer()
        await late.answered()
        await die_and_return(house, after_s=0.2)
        await early.hears_sound()
        await early.digits("1")
        assert await early.ended() == 200
        await late.hears_sound()  # its ACK may have died with the controller
        await late.digits("1")
        assert await late.ended() == 200
        one, two = await house.records(2)
        assert (one["flow_version"], one["reason"]) == (old, "flow_ended")
        assert (two["flow_version"], two["reason"]) == (await version(house), "closed")
        await house.is_quiet()
