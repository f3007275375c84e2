"""What the kernel says about this process: what it uses, and what it may.

0 as a limit means: any number.
"""

import os
import resource
from pathlib import Path
from typing import Final

FILES_PER_CALL: Final = 4
"""The worker's control connection, and what its phones hold when they are on TCP."""

FILES_BESIDES: Final = 256
PROCESSES_BESIDES: Final = 8
"""Controller, forker, the maker of recordings and what they start for a moment."""

_PROC: Final = Path("/proc/self")
_CGROUPS: Final = Path("/sys/fs/cgroup")
_PAGE_BYTES: Final = resource.getpagesize()


def files_needed(calls: int) -> int:
    """Open files of a controller with so many calls."""
    return FILES_BESIDES + FILES_PER_CALL * calls


def processes_needed(workers: int) -> int:
    """Processes of a server with so many workers."""
    return PROCESSES_BESIDES + workers


def open_files() -> int:
    """Open files of this process."""
    return sum(1 for _ in (_PROC / "fd").iterdir()) - 1  # one is the folder itself, just now


def open_files_limit() -> int:
    """How many there may be."""
    return _finite(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def resident_bytes() -> int:
    """Memory of this process that is in RAM."""
    return int((_PROC / "statm").read_text().split()[1]) * _PAGE_BYTES


def processes_limit() -> int:
    """How many processes the user, or the service's control group, may have. What else
    this user runs counts too, so it is an upper bound."""
    limits = [_finite(resource.getrlimit(resource.RLIMIT_NPROC)[0])] if os.getuid() else []
    limits.append(_cgroup_processes())
    return min((limit for limit in limits if limit), default=0)


def _finite(limit: int) -> int:
    return 0 if limit == resource.RLIM_INFINITY else limit


def _cgroup_processes() -> int:
    """``pids.max`` of our control group, version 2 or 1; 0: none, or it cannot be seen."""
    try:
        lines = (_PROC / "cgroup").read_text().splitlines()
    except OSError:
        return 0
    for line in lines:
        _, *named = line.split(":", 2)
        if len(named) == 2 and named[0] in ("", "pids"):
            controllers, path = named
            try:
                return int((_CGROUPS / controllers / path.strip("/") / "pids.max").read_text())
            except (OSError, ValueError):  # not there, or `max`
                continue
    return 0
