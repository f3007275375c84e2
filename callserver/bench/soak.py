"""``callserver bench soak``: calls come and go for a long time; nothing may grow."""

import asyncio
import dataclasses
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console

from callserver.bench import accounting, load
from callserver.testing.processes import open_files
from callserver.testing.rig import Rig

AGENTS = 20
RATE = 10.0
TALK_S = 1.0
SAMPLE_S = 2.0
WARM_S = 20.0
COOL_S = 5.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """The server at one moment: memory of controller and forker in MB, open files of both, RTP
    ports bound, processes."""

    controller_mb: float
    forker_mb: float
    controller_files: int
    forker_files: int
    ports: int
    processes: int


@dataclass(frozen=True, slots=True)
class Report:
    """``before`` and ``after`` are medians over the first and the last third of the time, warm-up
    left out; ``rest`` is the server when all calls are over."""

    minutes: float
    calls: int
    failed: int
    before: Sample
    after: Sample
    rest: Sample

    @property
    def grew(self) -> list[str]:
        """What grew more than a little; empty: nothing."""
        slack = {"controller_mb": 3.0, "forker_mb": 1.0, "ports": 40, "processes": 12}
        before, after = dataclasses.asdict(self.before), dataclasses.asdict(self.after)
        return [
            f"{name}: {before[name]} → {after[name]}"
            for name in before
            if after[name] > before[name] + slack.get(name, 8)
        ]


def run(minutes: float, *, as_json: bool) -> int:
    """Run for so long and print the report; the exit status."""
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="callserver-soak-") as folder:
        report = asyncio.run(soak(Path(folder), minutes, console.print))
    console.print(report)
    console.print(f"grew: {', '.join(report.grew) or 'nothing'}")
    if as_json:
        print(json.dumps(dataclasses.asdict(report)))  # noqa: T201 - the command's result
    return 1 if report.grew or report.failed else 0


async def soak(folder: Path, minutes: float, say: Say) -> Report:
    """Calls at a steady rate to a server of its own."""
    calls = int(minutes * 60 * RATE)
    async with (
        load.server(folder / "server", 100) as rig,
        load.agents(rig, folder, AGENTS, answer_s=0.2, talk_s=TALK_S),
    ):
        customers = await load.customers(rig, folder / "customers", calls, 60.0, RATE)
        ending = asyncio.create_task(customers.finished(timeout=minutes * 60 + 120))
        await asyncio.wait({ending}, timeout=WARM_S)
        samples: list[Sample] = []
        while not ending.done():
            samples.append(await sample(rig))
            say(str(samples[-1]))
            await asyncio.wait({ending}, timeout=max(SAMPLE_S, minutes))
        result = await ending
        await load.queue_is_idle(rig)
        await asyncio.sleep(COOL_S)
        third = max(len(samples) // 3, 1)
        return Report(
            minutes=minutes,
            calls=calls,
            failed=result.failed,
            before=_median(samples[:third]),
            after=_median(samples[-third:]),
            rest=await sample(rig),
        )


async def sample(rig: Rig) -> Sample:
    """The server now."""
    workers = rig.workers()
    forker = workers[0].parent if workers else 0
    return Sample(
        controller_mb=round(accounting.private_bytes(rig.pid) / 1e6, 2),
        forker_mb=round(accounting.private_bytes(forker) / 1e6, 2),
        controller_files=open_files(rig.pid),
        forker_files=open_files(forker) if forker else 0,
        ports=len(rig.rtp_ports()),
        processes=len(rig.processes()),
    )


def _median(samples: Sequence[Sample]) -> Sample:
    columns = {
        field.name: median(getattr(one, field.name) for one in samples)
        for field in dataclasses.fields(Sample)
    }
    return Sample(**columns)
