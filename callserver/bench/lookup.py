"""``callserver bench lookup``: a CRM is asked who calls, and is quick, slow, down, away or talks
nonsense. The caller is answered as soon as with no CRM at all, nobody is queued wrongly, and what
comes late is still on the screen."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from callserver.bench import load, running
from callserver.bench.figures import Spread, spread
from callserver.bench.running import Say
from callserver.testing.callers import Callers, Manner
from callserver.testing.ports import free_port
from callserver.testing.rig import QUEUE, Rig, eventually
from callserver.testing.serving import answering

SLOWER: Final = 1.5
"""So many times the median without a CRM, and ``NOISE_MS`` more: above it the call has waited."""
NOISE_MS: Final = 10.0
LATE_S: Final = 60.0
SETTLE_S: Final = 8.0
RATE: Final = 10.0
GOLD: Final = "gold"
FLOW: Final = f"""
flow: support
start: who
steps:
  who: {{switch: [{{when: caller.contact.tier == 'gold', to: gold}}], otherwise: plain}}
  gold: {{queue: {GOLD}, next: bye}}
  plain: {{queue: {QUEUE}, next: bye}}
  bye: {{hangup: closed}}
"""
PERSON: Final = {"name": "Anna", "tier": "gold"}


class Crm(StrEnum):
    """``NONE`` is configured; ``SLOW`` answers when all wait; nobody listens at ``AWAY``."""

    NONE = "none"
    QUICK = "quick"
    SLOW = "slow"
    DOWN = "down"
    WRONG = "wrong"
    AWAY = "away"


LISTENING: Final = {
    Crm.QUICK: Manner.QUICK,
    Crm.SLOW: Manner.SLOW,
    Crm.DOWN: Manner.DOWN,
    Crm.WRONG: Manner.WRONG,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one of them. ``setup_ms`` is INVITE to 200 at the customer, ``queued_ms`` the offer to the
    place in the queue; ``gold`` were queued as the CRM would have them, ``plain`` as everybody is;
    ``on_screen`` have the CRM's name on the agent's screen in the end."""

    setup_ms: Spread
    queued_ms: Spread
    gold: int
    plain: int
    on_screen: int
    failed: int


@dataclass(frozen=True, slots=True)
class Report:
    """All of them."""

    calls: int
    outcomes: Mapping[Crm, Outcome]

    @property
    def good(self) -> bool:
        """No call failed or was answered later, and each was queued and shown as it must be."""
        return all(self._good(crm, one) for crm, one in self.outcomes.items())

    def _good(self, crm: Crm, one: Outcome) -> bool:
        unhindered = SLOWER * self.outcomes[Crm.NONE].setup_ms.p50 + NOISE_MS
        gold = self.calls if crm is Crm.QUICK else 0
        shown = self.calls if crm in (Crm.QUICK, Crm.SLOW) else 0
        counted = (one.gold, one.plain, one.on_screen, one.failed)
        return one.setup_ms.p50 <= unhindered and counted == (gold, self.calls - gold, shown, 0)


def run(calls: int, *, as_json: bool) -> int:
    """Run the bench and show its report; the exit status."""
    return running.run(lambda folder, say: bench(folder, calls, say), as_json=as_json)


async def bench(folder: Path, calls: int, say: Say) -> Report:
    """Each on a fresh server, with as many callers."""
    outcomes = {}
    for crm in Crm:
        outcomes[crm] = await _outcome(folder / crm, crm, calls)
        say(f"{crm}: {outcomes[crm]}")
    return Report(calls, outcomes)


async def _outcome(folder: Path, crm: Crm, calls: int) -> Outcome:
    callers = Callers(PERSON, LISTENING.get(crm, Manner.QUICK))
    async with (
        _asked(crm, callers) as settings,
        load.server(folder, calls, settings, flow=FLOW) as rig,
    ):
        wait_s = calls / RATE + SETTLE_S
        customers = await load.customers(rig, folder / "customers", calls, wait_s, RATE)
        await load.reached(rig, "queued", calls)
        callers.go.set()
        wanted = calls if crm in (Crm.QUICK, Crm.SLOW) else 0
        shown = await eventually(lambda: _shown(rig), lambda now: now == wanted)
        result = await customers.finished(timeout=wait_s + 30)
        records = await _records(rig, calls)
        queues = [record["queue"] for record in records]
        return Outcome(
            setup_ms=spread(result.answer_times()),
            queued_ms=spread([_queued_s(record) for record in records]),
            gold=queues.count(GOLD),
            plain=queues.count(QUEUE),
            on_screen=shown,
            failed=result.failed,
        )


@asynccontextmanager
async def _asked(crm: Crm, callers: Callers) -> AsyncIterator[dict[str, Any]]:
    """Sections of the configuration, while it listens or not."""
    queues = {"queues": {QUEUE: {"title": "Support"}, GOLD: {"title": "Gold"}}}
    if crm is Crm.NONE:
        yield queues
        return
    async with answering(callers.answer) as listening:
        url = f"http://127.0.0.1:{free_port()}" if crm is Crm.AWAY else listening
        destinations = {"crm": {"url": url, "private": True}}
        yield {
            **queues,
            "destinations": destinations,
            "lookup": {"ask": "crm", "late_s": LATE_S},
        }


async def _shown(rig: Rig) -> int:
    calls = (await rig.api.get("/api/v1/calls/live"))["items"]
    return sum(call["contact"].get("name") == PERSON["name"] for call in calls)


async def _records(rig: Rig, calls: int) -> list[dict[str, Any]]:
    """Of all calls, when they have ended."""

    async def ended() -> list[dict[str, Any]]:
        records = (await rig.api.get("/api/v1/calls?limit=200"))["items"]
        return [record for record in records if record["result"]]

    return await eventually(ended, lambda now: len(now) == calls)


def _queued_s(record: dict[str, Any]) -> float:
    """From the offer to the place in the queue."""
    offered, queued = (datetime.fromisoformat(record[at]) for at in ("offered_at", "queued_at"))
    return (queued - offered).total_seconds()
