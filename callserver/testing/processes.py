"""The processes of one server, found in /proc by a mark in their environment: also those that have
a session of their own and outlive the one that started them."""

import contextlib
import os
import secrets
import signal
from dataclasses import dataclass
from pathlib import Path

_VARIABLE = "CALLSERVER_RIG"


@dataclass(frozen=True, slots=True)
class Process:
    """One process. ``state`` is the kernel's letter (Z: dead but not reaped), ``cpu_s`` the seconds
    of CPU it has used, ``started`` when, in ticks since the machine started (with the pid: this one
    and no later one), ``name`` what ``ps`` calls it."""

    pid: int
    parent: int
    state: str
    cpu_s: float
    started: int
    command: str
    name: str


class Family:
    """All processes that were started, at whatever remove, with :meth:`environment`; and those
    added, whose environment the kernel shows as that of the process they were forked from."""

    def __init__(self) -> None:
        self._mark = secrets.token_hex(8)
        self._added: dict[int, int] = {}

    def add(self, pid: int) -> None:
        """One more of them, if it still lives."""
        process = _process(Path(f"/proc/{pid}"))
        if process is not None:
            self._added[pid] = process.started

    def environment(self) -> dict[str, str]:
        """The environment for the first of them."""
        return {**os.environ, _VARIABLE: self._mark}

    def members(self) -> list[Process]:
        """Those alive now (or dead and not reaped by their parent), oldest first."""
        found = {
            int(folder.name): _process(folder)
            for folder in Path("/proc").iterdir()
            if folder.name.isdigit()
        }
        marked = {pid for pid in found if self._is_marked(pid)}
        alive = {pid: one for pid, one in found.items() if one is not None}
        return [
            one
            for pid, one in sorted(alive.items())
            if pid in marked
            or (one.state == "Z" and one.parent in marked)
            or self._added.get(pid) == one.started
        ]

    def kill(self) -> None:
        """End whatever is left, by pid."""
        for one in self.members():
            with contextlib.suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)

    def _is_marked(self, pid: int) -> bool:
        try:
            variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            return False
        return f"{_VARIABLE}={self._mark}".encode() in variables


def open_files(pid: int) -> int:
    """How many file descriptors a process holds."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def private_kb(pid: int) -> int:
    """Memory that would come back if this process alone ended, kB (``smaps_rollup``)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def _process(folder: Path) -> Process | None:
    try:
        name, _, rest = (folder / "stat").read_text().rpartition(")")
        command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return None
    fields = rest.split()  # proc(5): the first is field 3, the state
    ticks = os.sysconf("SC_CLK_TCK")
    return Process(
        pid=int(folder.name),
        parent=int(fields[1]),
        state=fields[0],
        cpu_s=(int(fields[11]) + int(fields[12])) / ticks,
        started=int(fields[19]),
        command=command.strip() or name.partition("(")[2],
        name=name.partition("(")[2],
    )
