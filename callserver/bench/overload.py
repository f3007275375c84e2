"""``callserver bench overload``: three times as many calls as there is room for."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

from callserver.bench import accounting, load, running
from callserver.sip.dialog import GRACE_S
from callserver.testing import frequency, wav
from callserver.testing.rig import MD5_ONLY, Rig
from callserver.testing.sipp_result import Result

CAPACITY = 20
TALK_S = 5.0
TIMES = 3
SAMPLE_S = 1.0
RATE = TIMES * CAPACITY / (load.MENU_S + TALK_S)
TONE_SHARE = 0.6
SMALL_MB = 4.0  # what the allocator keeps differs by 2 to 3 from run to run
COOL_S = GRACE_S + 1.0  # so long calls are remembered, for late retransmissions


@dataclass(frozen=True, slots=True)
class Report:
    """``offered`` calls; each was ``completed``, got 503 with Retry-After (``full``), or something
    else happened (``harmed``). ``recordings_good`` is the share of the recordings that carry both
    tones. Memory of the controller in MB: before the calls, the most there was, and when they are
    forgotten."""

    seconds: float
    offered: int
    completed: int
    full: int
    retry_after: int
    harmed: int
    recordings_good: float
    memory_before_mb: float
    memory_most_mb: float
    memory_after_mb: float

    @property
    def good(self) -> bool:
        grown = self.memory_after_mb - self.memory_before_mb
        told = self.full == self.retry_after > 0
        return not self.harmed and told and self.recordings_good == 1.0 and grown < SMALL_MB


def run(seconds: float, *, as_json: bool) -> int:
    """Offer three times the capacity for so long; the exit status."""
    return running.run(lambda folder, _: overload(folder, seconds), as_json=as_json)


async def overload(folder: Path, seconds: float) -> Report:
    """Two waves of calls to a server of its own, small on purpose; the second is judged. Caches and
    allocators keep what they took when the first came (see :mod:`callserver.bench.growth`), so
    memory that returns to where it was is seen after it."""
    (folder / "server").mkdir(parents=True)
    settings = {
        **MD5_ONLY,
        "agents": {"wrap_up_s": 0.0, "ring_timeout_s": 30.0},
        "log": {"level": "warning"},
    }
    async with (
        await Rig.start(folder / "server", settings=settings, capacity=CAPACITY) as rig,
        load.agents(rig, folder, CAPACITY, answer_s=0.1),
    ):
        await _wave(rig, folder / "first", seconds)
        recorded_before = set(rig.recordings.rglob("*.wav"))
        before = accounting.own_bytes(rig.pid)
        result, most = await _wave(rig, folder / "second", seconds)
        full = sum(
            not one.sent and one.first_line.startswith("SIP/2.0 503") for one in result.messages
        )
        messages = (folder / "second" / "messages.log").read_text(errors="replace")
        files = await load.recorded(rig, len(recorded_before) + result.successful)
        new = [file for file in files if file not in recorded_before]
        offered = _offered(seconds)
        return Report(
            seconds=seconds,
            offered=offered,
            completed=result.successful,
            full=full,
            retry_after=_told_when(messages),
            harmed=offered - result.successful - full,
            recordings_good=round(sum(map(_good, new)) / max(len(new), 1), 4),
            memory_before_mb=round(before / 1e6, 2),
            memory_most_mb=round(most / 1e6, 2),
            memory_after_mb=round(accounting.own_bytes(rig.pid) / 1e6, 2),
        )


def _offered(seconds: float) -> int:
    return int(seconds * RATE)


async def _wave(rig: Rig, folder: Path, seconds: float) -> tuple[Result, int]:
    """Too many calls for so long, and the time until they are forgotten; what became of them, and
    the most memory that the controller had, in bytes."""
    customers = await load.customers(rig, folder, _offered(seconds), TALK_S, RATE, trace=True)
    ending = asyncio.create_task(customers.finished(timeout=seconds + 120))
    most = 0
    while not ending.done():
        most = max(most, accounting.own_bytes(rig.pid))
        await asyncio.wait({ending}, timeout=SAMPLE_S)
    result = await ending
    await load.queue_is_idle(rig)
    await asyncio.sleep(COOL_S)
    return result, most


def _told_when(messages: str) -> int:
    """How many calls got a 503 with Retry-After, out of SIPp's log, where an answer that it did
    not expect stands twice."""
    refusals = [one for one in messages.split("SIP/2.0 503")[1:] if "Retry-After:" in one[:600]]
    ids = (re.search(r"^Call-ID: *(\S+)", one, re.MULTILINE) for one in refusals)
    return len({found[1] for found in ids if found})


def _good(file: Path) -> bool:
    sound = wav.read(file)
    return all(
        frequency.share(channel, hertz, sound.rate) >= TONE_SHARE
        for channel, hertz in zip(sound.channels, (load.CUSTOMER_HZ, load.AGENT_HZ), strict=True)
    )
