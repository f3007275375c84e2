"""``callserver bench calls``: what a recorded conversation and a waiting caller cost, how fast a
call is answered and how soon a free agent gets the next one."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from callserver.bench import load, running
from callserver.bench.figures import Spread, offer_times, spread
from callserver.bench.running import Say
from callserver.testing import frequency, wav

SETTLE_S = 3.0
OFFER_AGENTS = 5
OFFER_CALLS = 60
OFFER_TALK_S = 2.0
TONE_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Report:
    """All figures. ``conversation`` and ``waiting`` are per call, CPU in per cent of one core;
    ``setup_ms`` is INVITE to 200 at the customer, ``offer_ms`` BYE to the next INVITE at the
    agent; ``recordings_good`` is the share of recordings whose two channels carry the tones."""

    calls: int
    seconds: float
    conversation: load.Usage
    waiting: load.Usage
    setup_ms: Spread
    offer_ms: Spread
    failures: int
    recordings_good: float

    @property
    def good(self) -> bool:
        """No call failed; how fast is fast enough, whoever reads it decides."""
        return not self.failures


def run(calls: int, seconds: float, *, as_json: bool) -> int:
    """Run the bench and show its report; the exit status."""
    return running.run(lambda folder, say: bench(folder, calls, seconds, say), as_json=as_json)


async def bench(folder: Path, calls: int, seconds: float, say: Say) -> Report:
    """Three loads, one after the other, each on a fresh server."""
    say(f"{calls} recorded conversations, watched for {seconds:.0f} s")
    conversation, talk_setup, talk_failures, good = await _conversations(
        folder / "talk", calls, seconds
    )
    say(f"{calls} waiting callers, watched for {seconds:.0f} s")
    waiting, wait_setup, wait_failures = await _waiting(folder / "wait", calls, seconds)
    say(f"{OFFER_CALLS} callers for {OFFER_AGENTS} agents: how soon is a free agent rung?")
    offers, offer_failures = await _offers(folder / "offer")
    return Report(
        calls=calls,
        seconds=seconds,
        conversation=conversation,
        waiting=waiting,
        setup_ms=spread(talk_setup + wait_setup),
        offer_ms=spread(offers),
        failures=talk_failures + wait_failures + offer_failures,
        recordings_good=good,
    )


async def _conversations(
    folder: Path, calls: int, seconds: float
) -> tuple[load.Usage, list[float], int, float]:
    async with (
        load.server(folder, calls) as rig,
        load.agents(rig, folder, calls, answer_s=0.2),
    ):
        talk_s = calls / 10 + SETTLE_S + seconds + 2
        customers = await load.customers(rig, folder / "customers", calls, talk_s)
        await load.reached(rig, "talking", calls)
        await asyncio.sleep(SETTLE_S)
        usage = await load.measure(rig, calls, seconds)
        result = await customers.finished(timeout=talk_s + 30)
        files = await load.recorded(rig, calls)
        good = sum(map(good_sound, files)) / calls
        return usage, result.answer_times(), result.failed, good


def good_sound(file: Path) -> bool:
    """Whether both tones are in a recording, each on its side."""
    sound = wav.read(file)
    left, right = sound.channels
    return (
        frequency.share(left, load.CUSTOMER_HZ, sound.rate) >= TONE_SHARE
        and frequency.share(right, load.AGENT_HZ, sound.rate) >= TONE_SHARE
    )


async def _waiting(folder: Path, calls: int, seconds: float) -> tuple[load.Usage, list[float], int]:
    async with load.server(folder, calls) as rig:
        wait_s = calls / 10 + SETTLE_S + seconds + 2
        customers = await load.customers(rig, folder / "customers", calls, wait_s)
        await load.reached(rig, "queued", calls)
        await asyncio.sleep(SETTLE_S)
        usage = await load.measure(rig, calls, seconds)
        result = await customers.finished(timeout=wait_s + 30)
        return usage, result.answer_times(), result.failed


async def _offers(folder: Path) -> tuple[list[float], int]:
    """Callers come faster than the agents, who hang up, can take them: every BYE of an agent's
    phone frees somebody for whom somebody waits."""
    async with (
        load.server(folder, OFFER_CALLS) as rig,
        load.agents(rig, folder, OFFER_AGENTS, answer_s=0.1, talk_s=OFFER_TALK_S) as phones,
    ):
        patience_s = 2 * OFFER_CALLS / OFFER_AGENTS * OFFER_TALK_S
        customers = await load.customers(rig, folder / "customers", OFFER_CALLS, patience_s)
        result = await customers.finished(timeout=300)
        await load.queue_is_idle(rig)
        seen = await phones.stop(patience=1.0)
        return offer_times(seen.messages), result.failed
