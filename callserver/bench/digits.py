"""``callserver bench digits``: is a key lost or doubled, and how soon does a prompt fall silent?

Callers type numbers of random digits, each in one of the manners of
:class:`~callserver.testing.presser.Manner`, most of them into the middle of a prompt. What the flow
has collected is compared with what was pressed.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from random import Random

from callserver.bench import running
from callserver.bench.figures import Spread, spread
from callserver.testing.presser import Manner, Presser
from callserver.testing.rig import CUSTOMER_HOST, LINE, Rig, eventually

AT_ONCE = 20
BARGE_IN_MS = 100.0
FLOW = """
start: ask
steps:
  ask:
    collect:
      say: >-
        Please type your account number. It stands on the right of your invoice, below the date, and
        has up to twelve digits. When you are done, press the hash key.
      into: account
      min_length: 4
      max_length: 12
      between_s: 10
      timeout_s: 15
    next: bye
    otherwise: bye
  bye: {hangup: self_served}
"""


@dataclass(frozen=True, slots=True)
class Report:
    """``keys`` pressed in ``calls``; ``wrong`` are the calls in which the flow collected something
    else, by manner. ``silent_ms`` is from the first packet of the first key to the last loud packet
    of the prompt, as the caller's socket saw them."""

    calls: int
    keys: int
    wrong: dict[str, int]
    silent_ms: Spread

    @property
    def good(self) -> bool:
        return not self.wrong and self.silent_ms.p99 <= BARGE_IN_MS


@dataclass(frozen=True, slots=True)
class Typed:
    """What one caller pressed, and in how many seconds it was silent."""

    number: str
    digits: str
    manner: Manner
    silent_s: float


def run(calls: int, *, as_json: bool) -> int:
    """Run so many calls; the exit status."""
    return running.run(lambda folder, _: digits(folder, calls), as_json=as_json)


async def digits(folder: Path, calls: int, seed: int = 4733) -> Report:
    """Calls to a server of its own, at most ``AT_ONCE`` at once."""
    chance = Random(seed)  # noqa: S311 - repeatable, no secret
    at_will = {"requests_burst": 10_000, "token_requests_burst": 10_000}
    settings = {"log": {"level": "warning"}, "http": at_will}
    room = asyncio.Semaphore(AT_ONCE)
    async with await Rig.start(folder, settings=settings, flow=FLOW, capacity=AT_ONCE + 5) as rig:

        async def one(place: int) -> Typed:
            manner = tuple(Manner)[place % len(Manner)]
            typed = "".join(chance.choices("0123456789", k=chance.randint(4, 11)))
            number = f"+371{20_000_000 + place}"
            async with room:
                return await _type(rig, number, typed, manner)

        typed = await asyncio.gather(*(one(place) for place in range(calls)))
        collected = await _collected(rig, calls)
    wrong: dict[str, int] = {}
    for each in typed:
        if collected.get(each.number) != each.digits:
            wrong[each.manner] = wrong.get(each.manner, 0) + 1
    keys = sum(len(each.digits) + 1 for each in typed)
    return Report(calls, keys, wrong, spread([each.silent_s for each in typed]))


async def _type(rig: Rig, number: str, digits: str, manner: Manner) -> Typed:
    caller = Presser(rig.sip, CUSTOMER_HOST, LINE, number)
    await caller.call()
    try:
        await caller.hears()
        await caller.press(f"{digits}#", manner)
        await caller.over()
    finally:
        caller.close()
    return Typed(number, digits, manner, caller.silent_after_s)


async def _collected(rig: Rig, calls: int) -> dict[str, str]:
    """What the flow has of each caller, out of the journal."""

    async def ended() -> list[dict[str, str]]:
        found: list[dict[str, str]] = []
        page = await rig.api.get("/api/v1/calls?limit=200")
        while page["items"]:
            found += (item for item in page["items"] if item["ended_at"])
            if not page.get("next"):
                break
            page = await rig.api.get(f"/api/v1/calls?limit=200&cursor={page['next']}")
        return found

    records = await eventually(ended, lambda found: len(found) >= calls, within=60)
    collected: dict[str, str] = {}
    for record in records:
        story = await rig.api.get(f"/api/v1/calls/{record['id']}/timeline")
        for fact in story["items"]:
            if fact["kind"] == "variables_set":
                collected[record["number"]] = fact["data"]["values"]["account"]
    return collected
