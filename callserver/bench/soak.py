"""``callserver bench soak``: calls come and go for a long time; nothing may grow."""

import asyncio
import dataclasses
from dataclasses import dataclass
from pathlib import Path

from callserver.bench import accounting, load, running
from callserver.bench.growth import SAMPLE_S, Growth, Sample, growth, warm_up_s
from callserver.bench.running import Say
from callserver.testing.processes import open_files
from callserver.testing.rig import Rig

AGENTS = 20
RATE = 10.0
TALK_S = 1.0
COOL_S = 5.0
IDLE_PROCESSES = 3 + load.SPARES  # controller, forker, the maker of recordings
SAYS = 15  # one sample of so many is printed


@dataclass(frozen=True, slots=True)
class Report:
    """``growth`` is that of the second half; ``rest`` is the server when all calls are over."""

    minutes: float
    calls: int
    failed: int
    growth: Growth
    rest: Sample

    @property
    def left_over(self) -> list[str]:
        """What is there when nobody calls and should not be; empty: nothing."""
        busy, rest = self.growth.before, self.rest
        most = {
            "controller_files": busy.controller_files,
            "forker_files": busy.forker_files,
            "ports": 0,
            "processes": IDLE_PROCESSES,
        }
        there = dataclasses.asdict(rest)
        return [f"{name} at rest: {there[name]}" for name in most if there[name] > most[name]]

    @property
    def faults(self) -> list[str]:
        """All that is not as it should be; empty: nothing."""
        failed = [f"{self.failed} of {self.calls} calls failed"] if self.failed else []
        return [*failed, *self.growth.too_much, *self.left_over]

    @property
    def good(self) -> bool:
        """Whether nothing grew, failed or was left over."""
        return not self.faults


def run(minutes: float, *, as_json: bool) -> int:
    """Run for so long and show the report; the exit status."""
    return running.run(lambda folder, say: soak(folder, minutes, say), as_json=as_json)


async def soak(folder: Path, minutes: float, say: Say, rate: float = RATE) -> Report:
    """Calls at a steady rate (a second) to a server of its own."""
    calls = int(minutes * 60 * rate)
    async with (
        load.server(folder / "server", 100) as rig,
        load.agents(rig, folder, AGENTS, answer_s=0.2, talk_s=TALK_S),
    ):
        customers = await load.customers(rig, folder / "customers", calls, 60.0, rate)
        ending = asyncio.create_task(customers.finished(timeout=minutes * 60 + 120))
        say(f"{warm_up_s(minutes):.0f} s that are not judged")
        await asyncio.wait({ending}, timeout=warm_up_s(minutes))
        samples: list[Sample] = []
        while not ending.done():
            samples.append(await sample(rig))
            if len(samples) % SAYS == 1:
                say(str(samples[-1]))
            await asyncio.wait({ending}, timeout=SAMPLE_S)
        result = await ending
        await load.queue_is_idle(rig)
        await asyncio.sleep(COOL_S)
        judged_s = max(60 * minutes - warm_up_s(minutes), 0.0)
        report = Report(
            minutes=minutes,
            calls=calls,
            failed=result.failed,
            growth=growth(samples, int(rate * judged_s)),
            rest=await sample(rig),
        )
        say(f"bytes a call: {report.growth.bytes_a_call}")
        say(f"faults: {', '.join(report.faults) or 'none'}")
        return report


async def sample(rig: Rig) -> Sample:
    """The server now."""
    workers = rig.workers()
    forker = workers[0].parent if workers else 0
    return Sample(
        controller_mb=round(accounting.own_bytes(rig.pid) / 1e6, 2),
        forker_mb=round(accounting.own_bytes(forker) / 1e6, 2),
        controller_files=open_files(rig.pid),
        forker_files=open_files(forker) if forker else 0,
        ports=len(rig.rtp_ports()),
        processes=len(rig.processes()),
    )
