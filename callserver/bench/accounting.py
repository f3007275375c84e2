"""What processes cost, from the operating system's books (Linux ``/proc``)."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds used so far by the controller, the forker and all call workers together."""

    controller: float
    forker: float
    workers: float

    @property
    def total(self) -> float:
        return self.controller + self.forker + self.workers

    def __sub__(self, earlier: "Cost") -> "Cost":
        return Cost(
            self.controller - earlier.controller,
            self.forker - earlier.forker,
            self.workers - earlier.workers,
        )


def cpu_seconds(pid: int) -> float:
    """Time all threads of a process have spent on a CPU, to the nanosecond (``schedstat``);
    0 for a process that is gone."""
    total = 0
    for task in _tasks(pid):
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except (OSError, IndexError):
            continue
    return total / 1e9


def switches(pid: int) -> int:
    """Times the threads of a process gave up the CPU of their own will: its wake-ups."""
    total = 0
    for task in _tasks(pid):
        try:
            status = (task / "status").read_text()
        except OSError:
            continue
        for line in status.splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                total += int(line.split()[1])
    return total


def private_bytes(pid: int) -> int:
    """Memory that only this process has; 0 for one that is gone."""
    try:
        rollup = (PROC / str(pid) / "smaps_rollup").read_text()
    except OSError:
        return 0
    return 1024 * sum(
        int(line.split()[1])
        for line in rollup.splitlines()
        if line.startswith(("Private_Clean:", "Private_Dirty:"))
    )


def own_bytes(pid: int) -> int:
    """Memory in pages of its own making, those it shares with its forks included and those of files
    not (``RssAnon``); 0 for a process that is gone."""
    try:
        status = (PROC / str(pid) / "status").read_text()
    except OSError:
        return 0
    lines = (line.split() for line in status.splitlines() if line.startswith("RssAnon:"))
    return sum(1024 * int(line[1]) for line in lines)


def cost(controller: int, forker: int, workers: Iterable[int]) -> Cost:
    """The books of one server now."""
    return Cost(cpu_seconds(controller), cpu_seconds(forker), sum(map(cpu_seconds, workers)))


def _tasks(pid: int) -> Iterable[Path]:
    try:
        return list((PROC / str(pid) / "task").iterdir())
    except OSError:
        return ()
