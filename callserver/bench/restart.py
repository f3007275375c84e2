"""``callserver bench restart``: the controller is killed again and again while calls are up, and
nobody on the phone may notice."""

import asyncio
import dataclasses
import json
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from callserver.bench import load
from callserver.testing import frequency, wav
from callserver.testing.phone import Phone
from callserver.testing.rig import CUSTOMER_HOST, LINE, QUEUE, Rig, eventually

DOWN_S = 3.0
LATEST_KILL_S = 8.0
UP_S = 12.0
LISTENER_HZ = 700
SMALLEST_WINDOW_S = 0.05


@dataclass(frozen=True, slots=True)
class Round:
    """One death. ``alive`` of ``calls`` were there afterwards; ``order_kept``: those who waited
    before and after waited in the same order, since the same time. ``gap_s`` is the longest in
    what a listening customer heard, ``recording_gap_s`` the longest in any recording."""

    killed_after_s: float
    calls: int
    alive: int
    order_kept: bool
    sipp_failed: int
    records_failed: int
    records: int
    recordings: int
    recordings_expected: int
    gap_s: float
    recording_gap_s: float
    agents_not_ready: int
    repairs: int

    @property
    def good(self) -> bool:
        """Nobody noticed anything."""
        return (
            self.alive == self.calls
            and self.order_kept
            and self.records == self.calls
            and self.recordings == self.recordings_expected
            and not (self.sipp_failed or self.records_failed)
            and not (self.agents_not_ready or self.repairs)
            and self.gap_s < 0.1
        )


def run(calls: int, rounds: int, *, as_json: bool) -> int:
    """Kill ``rounds`` times with ``calls`` conversations and as many waiting callers up."""
    console = Console(stderr=True)
    done = []
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="callserver-restart-") as folder:
            one = asyncio.run(_round(Path(folder), calls))
        console.print(f"{number + 1}: {'good' if one.good else 'BAD'} {one}")
        done.append(one)
    good = sum(one.good for one in done)
    report = {"rounds": rounds, "good": good, "each": [dataclasses.asdict(one) for one in done]}
    console.print(f"{good} of {rounds} good")
    if as_json:
        print(json.dumps(report))  # noqa: T201 - the command's result
    return 0 if good == rounds else 1


async def _round(folder: Path, calls: int) -> Round:
    total = 2 * calls + 1
    kill_after_s = random.uniform(0.5, LATEST_KILL_S)  # noqa: S311 - a moment, no secret
    up_s = kill_after_s + DOWN_S + UP_S
    async with (
        load.server(folder / "server", total) as rig,
        load.agents(rig, folder, calls + 1, answer_s=0.5),
        await Phone.start("listener", host=CUSTOMER_HOST) as listener,
    ):
        call = await listener.call(f"sip:{LINE}@{rig.sip}", number="+37129999999")
        await call.answered()
        await call.tone(LISTENER_HZ)
        await call.digits("1")
        await call.hears(load.AGENT_HZ)
        heard = folder / "heard.wav"
        await call.record(heard)
        customers = await load.customers(rig, folder / "customers", 2 * calls, up_s)
        await asyncio.sleep(kill_after_s)
        waited_before = await _waiting(rig)
        await rig.kill()
        await asyncio.sleep(DOWN_S)
        await rig.run()
        alive = await _alive(rig, total)
        waiting_now = [one for one in await _waiting(rig) if one in waited_before]
        order_kept = waiting_now == [one for one in waited_before if one in waiting_now]
        result = await customers.finished(timeout=up_s + 60)
        await call.stop_record()
        await call.hang_up()
        await load.queue_is_idle(rig)
        records = await _ended(rig, total)
        expected = sum(record["talked_s"] > 0 for record in records)
        files = await load.recorded(rig, expected)
        return Round(
            killed_after_s=round(kill_after_s, 2),
            calls=total,
            alive=alive,
            order_kept=order_kept,
            sipp_failed=result.failed,
            records_failed=sum(record["result"] == "failed" for record in records),
            records=len(records),
            recordings=len(files),
            recordings_expected=expected,
            gap_s=round(_gap(heard, 0, load.AGENT_HZ), 3),
            recording_gap_s=round(max(_gap(file, 1, load.AGENT_HZ) for file in files), 3),
            agents_not_ready=await _not_ready(rig),
            repairs=(await rig.api.text("/metrics")).count("callserver_repairs_total{"),
        )


async def _waiting(rig: Rig) -> list[tuple[str, str]]:
    queue = await rig.api.get(f"/api/v1/queues/{QUEUE}")
    return [(one["call"], one["entered_at"]) for one in queue["waiting"]]


async def _alive(rig: Rig, total: int) -> int:
    """How many calls there are, once those that dialled while nobody answered have come too."""

    async def live() -> int:
        return len((await rig.api.get("/api/v1/calls/live"))["items"])

    try:
        return await eventually(live, lambda now: now >= total, within=UP_S - 2)
    except TimeoutError:
        return await live()


async def _ended(rig: Rig, total: int) -> list[dict[str, Any]]:
    async def records() -> list[dict[str, Any]]:
        page = await rig.api.get("/api/v1/calls", limit=200)
        return [record for record in page["items"] if record["result"]]

    try:
        return await eventually(records, lambda now: len(now) >= total, within=20)
    except TimeoutError:
        return await records()


async def _not_ready(rig: Rig) -> int:
    agents = (await rig.api.get("/api/v1/agents", limit=200))["items"]
    return sum(agent["state"] != "ready" for agent in agents)


def _gap(file: Path, channel: int, hertz: int) -> float:
    """The longest gap of a tone between its first and its last moment."""
    sound = wav.read(file)
    looked = frequency.windows(sound.channels[channel], sound.rate, SMALLEST_WINDOW_S)
    there = [one.dominated_by(hertz) for one in looked]
    first, last = there.index(True), len(there) - there[::-1].index(True)
    return frequency.longest([not one for one in there[first:last]], SMALLEST_WINDOW_S)
