"""``callserver bench fuzz``: whatever strangers say, nothing breaks, nothing grows, no call dies.

At the same time: the code that reads SIP is fuzzed in process (``guided``), and a real server with
conversations on it is sent damaged SIP over UDP and TCP (``strangers``), its shield down so that
all of it is read. One of the strangers is taken for a trunk and one knows an agent's password, so
some of the damage reaches the call workers and PJSIP.
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from callserver.bench import accounting, guided, load, running
from callserver.bench.running import Say
from callserver.bench.strangers import Stranger, Tally
from callserver.testing import frequency, wav
from callserver.testing.processes import open_files
from callserver.testing.rig import CUSTOMER_HOST, LINE, MD5_ONLY, Rig
from callserver.testing.voice import Account

CALLS = 10
ROOM = 10  # for calls of the strangers
TRUNK_HOST, AGENT_HOST = "127.0.0.5", "127.0.0.6"
HOSTS = (TRUNK_HOST, AGENT_HOST, "127.0.0.7", "127.0.0.8")
PER_S = 75.0  # datagrams of each stranger
CONNECTIONS = 3  # of each stranger at once
WARM_PART = 0.5  # of the time: tables fill up, to their end
SMALL_MB = 5.0
COOL_S = 5.0
TONE_SHARE = 0.6

# Two lines that say so without a traceback: the door swallows what it did not expect.
_FAULT = re.compile(r"Traceback \(most recent|packet_failed|\[(?:error|critical)")
_WORKERS_LOST = re.compile(r"^callserver_workers_lost_total ([\d.]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Report:
    """``faults`` are lines of the log (exceptions, errors), the first few of them; memory of the
    controller in MB and its open files, after half the time and when all was over. ``alive``
    of ``calls`` went on, ``recordings_good`` of their recordings carry both tones."""

    seconds: float
    inputs: int
    coverage: int
    finding: str
    datagrams: int
    connections: int
    streamed: int
    heard: int
    faults: tuple[str, ...]
    workers_lost: int
    calls: int
    alive: int
    recordings_good: int
    memory_before_mb: float
    memory_after_mb: float
    files_before: int
    files_after: int

    @property
    def grown_mb(self) -> float:
        return round(self.memory_after_mb - self.memory_before_mb, 2)

    @property
    def good(self) -> bool:
        """Nothing broke, nothing grew, no call died."""
        return (
            not (self.finding or self.faults or self.workers_lost)
            and self.calls == self.alive == self.recordings_good
            and self.grown_mb < SMALL_MB
            and self.files_after <= self.files_before + len(HOSTS) * CONNECTIONS
            and min(self.inputs, self.datagrams, self.streamed, self.heard) > 0
        )


def run(seconds: float, *, as_json: bool) -> int:
    """Fuzz for so long and show the report; the exit status."""
    return running.run(lambda folder, say: fuzz(folder, seconds, say), as_json=as_json)


async def fuzz(folder: Path, seconds: float, say: Say) -> Report:
    """A server of its own, calls, strangers."""
    account = Account("mallory", secrets.token_urlsafe(12))
    warm_s = seconds * WARM_PART
    tally = Tally()
    async with (
        _server(load.made(folder / "server")) as rig,
        load.agents(rig, folder, CALLS, answer_s=0.2),
    ):
        await rig.add_agent(account.username, account.password)
        up_s = CALLS / 10 + load.MENU_S + seconds + 15
        customers = await load.customers(rig, folder / "customers", CALLS, up_s)
        await load.reached(rig, "talking", CALLS)
        before = await _talking(rig)
        say(f"{len(before)} conversations; strangers for {seconds:.0f} s")
        fuzzing = asyncio.create_task(guided.run(seconds, folder / "guided"))
        async with _strangers(rig, account, tally):
            await asyncio.sleep(warm_s)
            memory_before, files_before = _private_mb(rig), open_files(rig.pid)
            say(f"{memory_before} MB when warm, {files_before} files")
            await asyncio.sleep(seconds - warm_s)
        await asyncio.sleep(COOL_S)
        alive = len(before & await _talking(rig))
        memory_after, files_after = _private_mb(rig), open_files(rig.pid)
        lost = _WORKERS_LOST.search(await rig.api.text("/metrics"))
        result = await customers.finished(timeout=60)
        found = await fuzzing
        files = await load.recorded(rig, CALLS)
        return Report(
            seconds=seconds,
            inputs=found.inputs,
            coverage=found.coverage,
            finding=found.finding,
            datagrams=tally.datagrams,
            connections=tally.connections,
            streamed=tally.streamed,
            heard=tally.heard,
            faults=_faults(rig),
            workers_lost=round(float(lost[1])) if lost else 0,
            calls=CALLS,
            alive=min(alive, result.successful),
            recordings_good=sum(map(_good, files)),
            memory_before_mb=memory_before,
            memory_after_mb=memory_after,
            files_before=files_before,
            files_after=files_after,
        )


@asynccontextmanager
async def _server(folder: Path) -> AsyncIterator[Rig]:
    trunks = {"provider": CUSTOMER_HOST, "strange": TRUNK_HOST}
    settings = {
        "sip": {**MD5_ONLY["sip"], "requests_per_s": 1e6, "requests_burst": 1000},
        "shield": {"allow": ["127.0.0.0/8"], "scanners": []},
        "trunks": {name: {"addresses": [f"{host}/32"]} for name, host in trunks.items()},
        "rtp": {"dead_media_s": 6.0},  # the strangers' calls make room for the next
        "agents": {"wrap_up_s": 0.0},
        "log": {"level": "warning"},
    }
    async with await Rig.start(folder, settings=settings, capacity=CALLS + ROOM) as rig:
        yield rig


@asynccontextmanager
async def _strangers(rig: Rig, account: Account, tally: Tally) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        tasks = []
        for number, host in enumerate(HOSTS):
            stolen = account if host == AGENT_HOST else None
            random = Random(number)  # noqa: S311 - no secret
            one = Stranger(host, rig.sip, LINE, random, tally, stolen)
            tasks.append(group.create_task(one.talk(PER_S)))
            tasks += [group.create_task(one.connect()) for _ in range(CONNECTIONS)]
        yield
        for task in tasks:
            task.cancel()


async def _talking(rig: Rig) -> set[str]:
    calls = (await rig.api.get("/api/v1/calls/live"))["items"]
    return {call["call"] for call in calls if call["phase"] == "talking"}


def _private_mb(rig: Rig) -> float:
    return round(accounting.private_bytes(rig.pid) / 1e6, 2)


def _faults(rig: Rig) -> tuple[str, ...]:
    lines = rig.stderr_file.read_text(errors="replace").splitlines()
    return tuple(line[:300] for line in lines if _FAULT.search(line))[:20]


def _good(file: Path) -> bool:
    sound = wav.read(file)
    return all(
        frequency.share(channel, hertz, sound.rate) >= TONE_SHARE
        for channel, hertz in zip(sound.channels, (load.CUSTOMER_HZ, load.AGENT_HZ), strict=True)
    )
