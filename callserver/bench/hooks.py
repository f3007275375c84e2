"""``callserver bench hooks``: thousands of calls are told to a destination that fails in every way,
by a controller that is killed again and again. Each event must be held there once, and in order.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callserver.bench import running
from callserver.bench.deaths import deaths
from callserver.bench.running import Say
from callserver.testing.faulty import Manner
from callserver.testing.receiver import Receiver
from callserver.testing.rig import Rig, eventually
from callserver.testing.story import STORY
from callserver.testing.watch import PATIENCE_S as WATCH_S

OPTIONS: dict[str, Any] = {
    "private": ["127.0.0.0/8"],
    "timeout_s": 0.3,
    "at_once": 8,
    "per_s": 1000.0,
    "first_pause_s": 0.05,
    "longest_pause_s": 1.0,
    "first_rest_s": 0.1,
    "longest_rest_s": 0.5,
}
BAD = (
    *(Manner.LOST, Manner.SILENT, Manner.TWICE, Manner.ERROR, Manner.BUSY, Manner.RESET),
    *(Manner.REFUSES, Manner.REDIRECT),
)
BAD_SHARE = 0.25
PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it. ``downs`` are lives of the controller in which nobody listened at first,
    ``again`` requests with an id that was held already, ``refused`` those that were not genuine.
    ``seconds`` is all of it, starts and deaths included."""

    calls: int
    kills: int
    downs: int
    events: int
    held: int
    requests: int
    again: int
    refused: int
    complete: int
    in_order: int
    dead: int
    seconds: float
    events_per_s: float

    @property
    def good(self) -> bool:
        """Everything there, once, in order."""
        wanted = (self.events, self.calls, self.calls, 0, 0)
        return wanted == (self.held, self.complete, self.in_order, self.refused, self.dead)


def run(calls: int, kills: int, seed: int, *, as_json: bool) -> int:
    """Tell of ``calls`` calls, with ``kills`` deaths of the controller."""
    return running.run(lambda folder, say: tell(folder, calls, kills, seed, say), as_json=as_json)


async def tell(folder: Path, calls: int, kills: int, seed: int, say: Say) -> Report:
    """The whole run. The destination is away (nobody listens) in every fourth life."""
    dice = random.Random(seed)  # noqa: S311 - the same failures every time

    def plan(_: int) -> Manner:
        return dice.choice(BAD) if dice.random() < BAD_SHARE else Manner.TAKES

    ids = [f"call{n:06}" for n in range(calls)]
    downs = 0
    events, each = len(STORY) * calls, len(STORY) * calls // (kills + 1)
    async with (
        Receiver.start(plan) as receiver,
        await Rig.start(folder / "server", settings={"webhooks": OPTIONS}) as rig,
    ):
        receiver.retry_after = "0"
        body = {"url": receiver.url, "events": ["*"], "title": "bench"}
        made = await rig.api.post("/api/v1/webhooks", body)
        receiver.secrets = [made["secret"]]
        began = time.monotonic()
        async for life in deaths(rig, receiver, ids, kills, dice):
            downs += life.away
            some = life.requests + dice.randint(1, max(2, each))
            there = _reached(receiver, some, len(STORY) * life.told)
            await receiver.until("some of it", there, PATIENCE_S)
            say(f"life {life.number}: {len(receiver.held)} held, {receiver.requests} requests")
        await receiver.until("all of it", lambda: len(receiver.held) >= events, PATIENCE_S)
        took_s = time.monotonic() - began
        backlog = await settled(rig, made["id"])
        stories = receiver.stories()
        told = [stories.get(f"call:{id_}", []) for id_ in ids]
        return Report(
            calls=calls,
            kills=kills,
            downs=downs,
            events=events,
            held=len(receiver.held),
            requests=receiver.requests,
            again=len(receiver.arrivals) - len(receiver.held),
            refused=len(receiver.refused),
            complete=sum(sorted(story) == sorted(STORY) for story in told),
            in_order=sum(story == STORY for story in told),
            dead=backlog["dead"],
            seconds=round(took_s, 1),
            events_per_s=round(events / took_s, 1),
        )


def _reached(receiver: Receiver, some: int, events: int) -> Callable[[], bool]:
    return lambda: receiver.requests >= some or len(receiver.held) >= events


async def settled(rig: Rig, hook: str, within: float = WATCH_S) -> dict[str, Any]:
    """The webhook, when nothing waits for it."""

    async def look() -> dict[str, Any]:
        found: dict[str, Any] = await rig.api.get(f"/api/v1/webhooks/{hook}")
        return found

    return await eventually(look, lambda one: one["pending"] == 0, within=within)
