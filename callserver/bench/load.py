"""The load: a server of its own, agents and customers by SIPp, and waiting for what must happen."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callserver.bench import accounting
from callserver.testing import sipp
from callserver.testing.ports import free_port
from callserver.testing.rig import CUSTOMER_HOST, FLOW, LINE, QUEUE, Rig, eventually
from callserver.testing.sipp import Sipp

CUSTOMER_HZ = 440
AGENT_HZ = 1000
MENU_S = 1.0
SPARES = 4
REACH_S = 60.0


def made(folder: Path) -> Path:
    """The folder, which is new."""
    folder.mkdir(parents=True)
    return folder


@asynccontextmanager
async def server(
    folder: Path, calls: int, more: Mapping[str, Any] | None = None, flow: str = FLOW
) -> AsyncIterator[Rig]:
    """A server with room for ``calls`` and some, that says only what goes wrong; ``more`` are
    sections of its configuration, ``flow`` answers its line."""
    settings = {
        "server": {"spare_workers": SPARES},
        "sip": {"digests": ["MD5"]},  # SIPp stumbles over a challenge with SHA-256
        "agents": {"wrap_up_s": 0.0, "ring_timeout_s": 30.0},
        "log": {"level": "warning"},
        **(more or {}),
    }
    room = calls + 10
    async with await Rig.start(made(folder), settings=settings, flow=flow, capacity=room) as rig:
        yield rig


@asynccontextmanager
async def agents(
    rig: Rig, folder: Path, count: int, *, answer_s: float, talk_s: float = 3600.0
) -> AsyncIterator[Sipp]:
    """``count`` agents, registered with digest, whose phones answer after ``answer_s`` and hang up
    ``talk_s`` later."""
    names = [f"agent{number:03}" for number in range(count)]
    # SIPp takes what begins with 0x for bytes.
    passwords = {name: f"p{secrets.token_urlsafe(12)}" for name in names}
    for name in names:
        await rig.add_agent(name, passwords[name])
    port = free_port()
    registering = await Sipp.start(
        "register",
        folder / "register",
        target=rig.sip,
        port=port,
        calls=count,
        rate=50,
        fields=[sipp.registration(name, passwords[name]) for name in names],
        values={"expires": "3600"},
    )
    result = await registering.finished(timeout=60)
    if result.failed or result.exit_code:
        raise RuntimeError(f"agents could not register: {result.errors}")
    phones = await Sipp.start(
        "agent_uas",
        folder / "agents",
        port=port,
        calls=None,
        values=sipp.agent(tone_hz=AGENT_HZ, answer_s=answer_s, talk_s=talk_s),
        limit_s=3600,
        times=True,
    )
    try:
        yield phones
    finally:
        await phones.stop(patience=1.0)


async def customers(
    rig: Rig, folder: Path, count: int, talk_s: float, rate: float = 10.0, *, trace: bool = False
) -> Sipp:
    """``count`` customers who dial at ``rate`` a second, press 1 and hang up ``talk_s`` later."""
    return await Sipp.start(
        "customer_uac",
        folder,
        target=rig.sip,
        host=CUSTOMER_HOST,
        calls=count,
        rate=rate,
        fields=[(LINE, f"+3712{number:07}", f"Customer {number}") for number in range(count)],
        values=sipp.customer(tone_hz=CUSTOMER_HZ, digits="1", menu_s=MENU_S, talk_s=talk_s),
        limit_s=3600,
        times=True,
        trace=trace,
    )


async def reached(rig: Rig, phase: str, count: int) -> None:
    """Until so many calls are in this phase."""

    async def there() -> int:
        calls = await rig.api.get("/api/v1/calls/live")
        return len([call for call in calls["items"] if call["phase"] == phase])

    await eventually(there, lambda now: now == count, within=REACH_S)


async def recorded(rig: Rig, count: int) -> list[Path]:
    """The recordings, when there are so many."""

    def there() -> list[Path]:
        return sorted(rig.recordings.rglob("*.wav"))

    async def files() -> list[Path]:
        return there()

    return await eventually(files, lambda now: len(now) >= count, within=REACH_S)


async def queue_is_idle(rig: Rig) -> None:
    """Until nobody waits and no agent is busy."""

    async def busy() -> int:
        queue = await rig.api.get(f"/api/v1/queues/{QUEUE}")
        counts = queue["agents"]
        busy: int = counts["ringing"] + counts["talking"] + len(queue["waiting"])
        return busy

    await eventually(busy, lambda now: now == 0, within=REACH_S)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a server used per call over some seconds: per cent of one core, and memory."""

    controller: float
    forker: float
    workers: float
    total: float
    wakeups_per_s: float
    private_mb: float


async def measure(rig: Rig, calls: int, seconds: float) -> Usage:
    """Watch the server's processes for ``seconds`` while ``calls`` are up."""
    controller = rig.pid
    workers = [process.pid for process in rig.workers()]
    (forker,) = {process.parent for process in rig.workers()}

    def books() -> tuple[accounting.Cost, int]:
        woken = sum(map(accounting.switches, workers))
        return accounting.cost(controller, forker, workers), woken

    loop = asyncio.get_running_loop()
    (cost, woken), began = books(), loop.time()
    await asyncio.sleep(seconds)
    (cost_then, woken_then), lasted = books(), loop.time() - began
    used = cost_then - cost

    def percent(cpu_s: float) -> float:
        return round(100 * cpu_s / lasted / calls, 3)

    memory = sorted(map(accounting.private_bytes, workers))[-calls:]
    return Usage(
        controller=percent(used.controller),
        forker=percent(used.forker),
        workers=percent(used.workers),
        total=percent(used.total),
        wakeups_per_s=round((woken_then - woken) / lasted / calls, 1),
        private_mb=round(sum(memory) / len(memory) / 1e6, 2),
    )
