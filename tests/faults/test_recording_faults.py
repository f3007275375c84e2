"""The disk of the recordings fills up: conversations go on, what could be recorded is whole, and
the record tells when nothing was recorded."""

import asyncio
import json
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from callserver.testing import frequency, wav
from callserver.testing.rig import eventually
from tests.faults import faults
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, House, open_house

MIB = 1 << 20
LATER_HZ = 620
# A worker has at most so much room on the disk for certain.
RESERVE_S = 17.0


async def gaps(house: House, call: str, count: int = 1, *, closed: bool = False) -> list[Any]:
    """When so many gaps stand on the record, the last of them open or closed."""

    async def now() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await house.rig.api.get(f"/api/v1/calls/{call}"))["gaps"]
        return found

    def there(found: list[dict[str, Any]]) -> bool:
        return len(found) == count and (found[-1]["until"] is not None) is closed

    return await eventually(now, there, within=25)


async def oldest_call(house: House) -> str:
    return str((await house.call_is("talking"))["call"])


def sidecar(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.with_suffix(".json").read_text())
    return content


def at(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()


def frames(hole: dict[str, Any], rate: int) -> tuple[int, int]:
    """Of a gap; a sidecar tells milliseconds."""
    return round((hole["from_s"] + 0.001) * rate), round((hole["to_s"] - 0.001) * rate)


def first_heard(track: np.ndarray[Any, Any], hz: float) -> float:
    """Seconds from the beginning until this tone comes."""
    return next(one.at for one in frequency.windows(track, window_s=0.1) if one.dominated_by(hz))


async def test_a_disk_that_gets_low_pauses_recordings_and_they_go_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    with faults.recording_disk(tmp_path, min_free_mib=8) as (disk, settings):
        async with open_house(tmp_path, settings) as house:
            await house.agent("alice")
            customer, agent = await house.talking("alice")
            call = await oldest_call(house)
            await customer.hears(AGENT_HZ, for_s=1.5)
            with faults.filled(disk, leaving=4 * MIB):
                await faults.is_ready(house, ready=False, within=5)
                assert "recording.min_free_mib asks for 8" in await faults.degraded(
                    house, "recording"
                )
                await gaps(house, call)
                await house.agent("boris")
                other, busy = await house.talking("boris")
                await other.hang_up()
                await busy.ended()
                await customer.hears(AGENT_HZ, for_s=1.0)
                await agent.hears(CUSTOMER_HZ)
            (gap,) = await gaps(house, call, closed=True)
            await faults.is_ready(house, ready=True, within=5)
            await customer.tone(LATER_HZ)
            changed_at = asyncio.get_running_loop().time()
            started_s = at(gap["until"])
            await agent.hears(LATER_HZ, for_s=1.5)
            await customer.hang_up()
            spoke_s = asyncio.get_running_loop().time() - changed_at
            assert await agent.ended() == 200
            first, second = await house.records(2)
            file = await house.recording(call)
            record = await house.rig.api.get(f"/api/v1/calls/{call}")
            sound, told = wav.read(file), sidecar(file)
            (hole,) = told["gaps"]
            begins = at(record["recording"]["started_at"])
            assert (gap["why"], hole["why"]) == ("disk_low", "disk_low")
            assert abs(at(gap["since"]) - begins - hole["from_s"]) < 0.3
            assert abs(started_s - begins - hole["to_s"]) < 0.3
            assert hole["to_s"] - hole["from_s"] > 1.0
            assert abs(sound.seconds - record["talked_s"]) < 0.5
            left, right = sound.channels
            start, end = frames(hole, sound.rate)
            assert not np.any(left[start:end]) and not np.any(right[start:end])
            assert frequency.share(left[:start], CUSTOMER_HZ) > 0.9
            assert frequency.share(right[:start], AGENT_HZ) > 0.9
            assert frequency.share(right[end:], AGENT_HZ) > 0.9
            assert abs(first_heard(left, LATER_HZ) - (sound.seconds - spoke_s)) < 0.5
            assert {first["id"], second["id"]} == {call, second["id"]}
            assert second["recording"] is None
            (never,) = second["gaps"]
            assert (never["until"], never["why"]) == (None, "disk_low")
            assert abs(at(never["since"]) - at(second["talking_at"])) < 0.5
            assert await faults.metric(house, "callserver_recording_gaps_total") == 2
            await house.is_quiet()


async def test_a_full_disk_while_nobody_conducts_harms_no_call_and_no_word_before_it(
    tmp_path: Path,
) -> None:
    with faults.recording_disk(tmp_path, min_free_mib=1) as (disk, settings):
        async with open_house(tmp_path, settings) as house:
            await house.agent("alice")
            customer, agent = await house.talking("alice")
            call = await oldest_call(house)
            await house.rig.kill()
            with faults.filled(disk):
                until = asyncio.get_running_loop().time() + RESERVE_S
                while asyncio.get_running_loop().time() < until:
                    await customer.hears(AGENT_HZ)
                await agent.hears(CUSTOMER_HZ)
                await house.rig.launch()
                await faults.is_ready(house, ready=False, within=30)
                (gap,) = await gaps(house, call)
                assert gap["why"] == "write_failed"
                await customer.hears(AGENT_HZ)
            await gaps(house, call, closed=True)
            await customer.hears(AGENT_HZ, for_s=1.0)
            await customer.hang_up()
            assert await agent.ended() == 200
            await house.records(1)
            file = await house.recording(call)
            sound, told = wav.read(file), sidecar(file)
            (hole,) = told["gaps"]
            left, right = sound.channels
            start, end = frames(hole, sound.rate)
            assert start > 8 * sound.rate
            for track, hz in ((left, CUSTOMER_HZ), (right, AGENT_HZ)):
                assert frequency.longest_gap(track[:start], hz, sound.rate) < 0.6
                assert frequency.share(track[end:], hz) > 0.9
            assert told["repaired"] is False
            await house.is_quiet()


async def test_a_recording_that_found_no_room_at_the_end_is_made_when_there_is_some(
    tmp_path: Path,
) -> None:
    with faults.recording_disk(tmp_path, min_free_mib=1) as (disk, settings):
        async with open_house(tmp_path, settings) as house:
            await house.agent("alice")
            customer, agent = await house.talking("alice")
            call = await oldest_call(house)
            await customer.hears(AGENT_HZ, for_s=1.5)
            with faults.filled(disk), ExitStack() as later:
                await gaps(house, call)
                later.enter_context(faults.filled(disk))  # with what the tracks gave back
                await customer.hang_up()
                assert await agent.ended() == 200
                record = await house.record()
                assert (record["id"], record["result"]) == (call, "answered")

                async def kinds() -> list[str]:
                    return [one["kind"] for one in await faults.timeline(house, call)]

                await eventually(kinds, lambda now: "recording_failed" in now, within=10)
            file = await house.recording(call)
            (hole,) = sidecar(file)["gaps"]
            sound = wav.read(file)
            assert (hole["to_s"], hole["why"]) == (None, "disk_low")
            assert abs(hole["from_s"] - sound.seconds) < 0.01
            assert frequency.share(sound.channels[0], CUSTOMER_HZ) > 0.9
            assert list((disk / "tracks").glob(f"{call}.*")) == []
            await house.is_quiet()
