"""A flow is changed while callers are inside."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from callserver.testing.phone import Phone
from callserver.testing.rig import CUSTOMER_HOST, LINE, eventually
from callserver.testing.softcall import SoftCall
from tests.restart.test_flow_steps import new_flow, version
from tests.scenarios.house import CUSTOMER_HZ, House, open_house

AT_ONCE = 10
PER_PHONE = 4
OLD = """
start: choose
steps:
  choose: {menu: {say: One., keys: {1: ask}, timeout_s: 60, otherwise: late}}
  ask: {collect: {say: Type., into: code, max_length: 2}, next: done, otherwise: late}
  done: {hangup: self_served}
  late: {hangup: unwanted}
"""
NEW = OLD.replace("One.", "Two.").replace("1: ask", "2: ask").replace("self_served", "closed")


async def callers(house: House, phones: list[Phone], numbers: range) -> list[SoftCall]:
    """As many as there are numbers, all of them in the menu."""
    calls = [
        await phones[n // PER_PHONE].call(f"sip:{LINE}@{house.rig.sip}", number=f"+371200000{n:02}")
        for n in numbers
    ]
    for call in calls:
        await call.answered()
        await call.tone(CUSTOMER_HZ)
    there = numbers.stop
    await eventually(lambda: where(house), lambda now: now == ["choose"] * there)
    return calls


async def where(house: House) -> list[str]:
    """The step in which each call is, or was."""
    return [call["step"] for call in (await house.rig.api.get("/api/v1/calls"))["items"]]


async def way(house: House, call: str) -> list[dict[str, Any]]:
    timeline = (await house.rig.api.get(f"/api/v1/calls/{call}/timeline"))["items"]
    return [fact["data"] for fact in timeline if fact["kind"] == "step_entered"]


async def test_ten_callers_finish_on_their_own_version_and_ten_new_ones_on_the_new(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path, capacity=2 * AT_ONCE) as house, AsyncExitStack() as stack:
        await new_flow(house, OLD)
        phones = [
            await stack.enter_async_context(
                await Phone.start(f"p{n}", host=CUSTOMER_HOST, log_dir=tmp_path / "phones")
            )
            for n in range(2 * AT_ONCE // PER_PHONE)
        ]
        first = await version(house)
        early = await callers(house, phones, range(AT_ONCE))
        await new_flow(house, NEW)
        second = await version(house)
        late = await callers(house, phones, range(AT_ONCE, 2 * AT_ONCE))
        assert second != first

        await asyncio.gather(
            *(call.digits("147") for call in early), *(call.digits("247") for call in late)
        )
        for call in (*early, *late):
            assert await call.ended() == 200
        records = await house.records(2 * AT_ONCE)
        ends = {one["number"]: (one["flow_version"], one["reason"]) for one in records}
        assert ends == {
            f"+371200000{n:02}": (first, "self_served") if n < AT_ONCE else (second, "closed")
            for n in range(2 * AT_ONCE)
        }
        for record in records:
            entered = await way(house, record["id"])
            assert [one["step"] for one in entered] == ["choose", "ask", "done"]
            assert {one["version"] for one in entered} == {record["flow_version"]}
        await house.is_quiet()
