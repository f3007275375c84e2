"""Callers who ask to be called back and answer a survey, over real calls."""

import asyncio
from pathlib import Path
from typing import Any

from callserver.testing.rig import eventually
from tests.restart.test_controller_dies import die_and_return
from tests.restart.test_flow_steps import facts, new_flow, taken
from tests.scenarios.house import CUSTOMER_HZ, House, open_house

FLOW = """
start: rate
steps:
  rate: {survey: {say: Well, question: satisfaction, timeout_s: 20}, next: offer, otherwise: bye}
  offer: {callback: {queue: support, offer: false}, otherwise: bye}
  bye: {hangup: {}}
"""
ABROAD = {"outgoing": {"allow": ["+371"], "country": "LV"}}


async def callbacks(house: House, count: int) -> list[dict[str, Any]]:
    async def now() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await house.rig.api.get("/api/v1/callbacks"))["items"]
        return found

    return await eventually(now, lambda found: len(found) == count, within=10)


async def test_answer_and_number_are_on_record_and_one_number_waits_once(tmp_path: Path) -> None:
    async with open_house(tmp_path, ABROAD) as house:
        await new_flow(house, FLOW)
        caller = await house.customer()
        await caller.answered()
        await caller.tone(CUSTOMER_HZ)
        await caller.digits("4")
        await taken(house, 1)
        await caller.digits("2")
        await taken(house, 2)
        await caller.digits("29999999#")
        await taken(house, 11)
        await caller.digits("1")
        assert await caller.ended(timeout=20) == 200
        record = await house.record()
        assert (record["result"], record["reason"]) == ("callback", "callback_requested")
        assert record["survey"] == {"satisfaction": "4"}
        (one,) = await callbacks(house, 1)
        assert (one["number"], one["queue"], one["why"]) == ("+37129999999", "support", "asked")

        again = await house.customer()
        await again.answered()
        await again.tone(CUSTOMER_HZ)
        await again.digits("42")
        await asyncio.sleep(1.0)
        await again.digits("29999999#")
        await asyncio.sleep(1.0)
        await again.digits("1")
        assert await again.ended(timeout=20) == 200
        newest, oldest = await callbacks(house, 2)
        assert (newest["state"], oldest["state"]) == ("merged", "open")
        assert oldest["entered_at"] == one["entered_at"]
        await house.is_quiet()


async def test_steps_are_asked_again_when_the_controller_returns(tmp_path: Path) -> None:
    async with open_house(tmp_path, ABROAD) as house:
        await new_flow(house, FLOW)
        caller = await house.customer()
        await caller.answered()
        await caller.tone(CUSTOMER_HZ)
        await die_and_return(house, after_s=0.2)
        await caller.hears_sound()
        await caller.digits("5")
        await taken(house, 1)
        await caller.digits("2")
        await taken(house, 2)
        await caller.digits("2999")
        await taken(house, 6)
        await die_and_return(house, after_s=0.2)
        await caller.digits("9999#")
        await taken(house, 11)
        await caller.digits("1")
        assert await caller.ended(timeout=20) == 200
        record = await house.record()
        assert record["survey"] == {"satisfaction": "5"}
        (one,) = await callbacks(house, 1)
        assert one["number"] == "+37129999999", "what was typed is not asked again"
        assert len(await facts(house, "survey_answered")) == 1
        await house.is_quiet()
