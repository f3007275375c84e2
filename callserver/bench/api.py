"""``callserver bench api``: reads over a big store beside conversations. How long each operation
takes, and whether the calls noticed."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from callserver.bench import load, running
from callserver.bench.calls import good_sound
from callserver.bench.figures import Spread, spread
from callserver.bench.filling import QUEUES, WORDS, Size, agent_of, call_id, fill, number_of
from callserver.bench.running import Say
from callserver.client.errors import ApiError, CallserverError
from callserver.client.transport import Transport
from callserver.store import SqlStore
from callserver.testing.rig import Rig

AIM_MS: Final = 100.0
SETTLE_S: Final = 3.0
TIMEOUT_S: Final = 10.0
GENEROUS: Final = {
    "requests_per_s": 10_000.0,
    "requests_burst": 10_000,
    "token_requests_per_s": 10_000.0,
    "token_requests_burst": 10_000,
    "max_connections_per_address": 300,
}
_DAY_S: Final = 86_400.0

Ask = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Report:
    """``operations`` and ``all`` are milliseconds from the moment a request was due to the last
    byte of its answer; ``setup_ms`` is INVITE to 200 of the customers; ``recordings_good`` is the
    share of recordings whose two channels carry the tones."""

    calls: int
    contacts: int
    filled_s: float
    database_mb: float
    per_s: float
    seconds: float
    all: Spread
    operations: Mapping[str, Spread]
    failures: Mapping[str, int]
    conversations: int
    setup_ms: Spread
    calls_failed: int
    recordings_good: float

    @property
    def good(self) -> bool:
        """Fast enough, nothing failed, and the calls did not notice."""
        quick = self.all.p99 <= AIM_MS
        return quick and not self.failures and not self.calls_failed and self.recordings_good == 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is measured."""

    calls: int
    contacts: int
    per_s: float
    seconds: float
    conversations: int
    seed: int


def run(wanted: Wanted, *, as_json: bool) -> int:
    """Run the bench and show its report; the exit status."""
    return running.run(lambda folder, say: bench(folder, wanted, say), as_json=as_json)


async def bench(folder: Path, wanted: Wanted, say: Say) -> Report:
    """Fill a store, start conversations, ask."""
    count = wanted.conversations
    size = Size(wanted.calls, wanted.contacts, wanted.seed, time.time())
    talk_s = count / 10 + 2 * SETTLE_S + wanted.seconds
    async with load.server(folder / "server", count, {"http": GENEROUS}) as rig:
        database = folder / "server" / "var" / "callserver.db"
        filled_s = await _filled(rig, database, size, say)
        async with load.agents(rig, folder, count, answer_s=0.2):
            customers = await load.customers(rig, folder / "customers", count, talk_s)
            await load.reached(rig, "talking", count)
            await asyncio.sleep(SETTLE_S)
            say(f"{wanted.per_s:.0f} requests/s for {wanted.seconds:.0f} s")
            times, failures = await _ask(rig, wanted, size)
            result = await customers.finished(timeout=talk_s + 60)
            files = await load.recorded(rig, count)
            good = sum(map(good_sound, files)) / max(count, 1)
    return Report(
        calls=wanted.calls,
        contacts=wanted.contacts,
        filled_s=round(filled_s, 1),
        database_mb=round(database.stat().st_size / 1e6, 1),
        per_s=wanted.per_s,
        seconds=wanted.seconds,
        all=spread([took for some in times.values() for took in some]),
        operations={name: spread(some) for name, some in sorted(times.items())},
        failures=failures,
        conversations=count,
        setup_ms=spread(result.answer_times()),
        calls_failed=result.failed,
        recordings_good=good,
    )


async def _filled(rig: Rig, database: Path, size: Size, say: Say) -> float:
    """Nobody may write meanwhile, so the controller is away; the time it took, in seconds."""
    await rig.kill()
    began = time.monotonic()
    store = SqlStore(f"sqlite+aiosqlite:///{database}")
    await store.open()
    await fill(store, size, say)
    await store.close()
    took_s = time.monotonic() - began
    await rig.run()
    return took_s


async def _ask(
    rig: Rig, wanted: Wanted, size: Size
) -> tuple[dict[str, list[float]], dict[str, int]]:
    """Requests at their time, whatever became of those before; by operation how long each took,
    and what failed."""
    asks = _asks(size, random.Random(wanted.seed))  # noqa: S311 - the same requests every time
    names = list(asks)
    times: dict[str, list[float]] = {name: [] for name in names}
    failures: Counter[str] = Counter()
    loop = asyncio.get_running_loop()

    async def one(name: str, path: str, due: float) -> None:
        try:
            await client.ask("GET", path)
            times[name].append(loop.time() - due)
        except CallserverError as error:
            why = error.id if isinstance(error, ApiError) else type(error).__name__
            failures[f"{name}: {why}"] += 1

    token = await rig.cli("token", "add", "bench", "--role", "admin")
    async with (
        Transport(rig.url, token.strip(), TIMEOUT_S, 1) as client,
        asyncio.TaskGroup() as group,
    ):
        began = loop.time()
        for number in range(int(wanted.per_s * wanted.seconds)):
            due = began + number / wanted.per_s
            await asyncio.sleep(max(0.0, due - loop.time()))
            name = names[number % len(names)]
            group.create_task(one(name, "/api/v1/" + asks[name](), due), name=name)
    return times, dict(failures)


def _asks(size: Size, dice: random.Random) -> dict[str, Ask]:
    """What is asked, by name."""

    def a_call() -> str:
        return call_id(size, dice.randrange(size.calls))

    def a_number() -> str:
        return quote(number_of(dice.randrange(size.contacts)), safe="")

    def a_day() -> str:
        since = size.until - dice.randrange(1, 364) * _DAY_S
        times = (
            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t)) for t in (since, since + _DAY_S)
        )
        return "since={}&until={}".format(*times)

    return {
        "calls.newest": lambda: "calls",
        "calls.of_queue": lambda: f"calls?queue={dice.choice(QUEUES)}",
        "calls.of_agent": lambda: f"calls?agent={agent_of(dice.randrange(200))}&result=answered",
        "calls.of_number": lambda: f"calls?number={a_number()}",
        "calls.of_a_day": lambda: f"calls?{a_day()}",
        "calls.of_a_day_and_queue": lambda: f"calls?{a_day()}&queue={dice.choice(QUEUES)}",
        "calls.abandoned": lambda: f"calls?result=abandoned&{a_day()}",
        "calls.one": lambda: f"calls/{a_call()}",
        "calls.timeline": lambda: f"calls/{a_call()}/timeline",
        "calls.live": lambda: "calls/live",
        "contacts.by_number": lambda: f"contacts/{a_number()}",
        "contacts.of_owner": lambda: f"contacts?owner={agent_of(dice.randrange(200))}",
        "contacts.with_tag": lambda: f"contacts?tag={dice.choice(WORDS)}&limit=20",
        "contacts.vip": lambda: "contacts?vip=true",
        "search": lambda: f"search?q={dice.choice(WORDS)}{dice.randrange(997)}",
        "recordings.newest": lambda: "recordings",
        "callbacks.open": lambda: "callbacks?state=open",
        "agents": lambda: "agents",
        "queues": lambda: "queues",
    }
