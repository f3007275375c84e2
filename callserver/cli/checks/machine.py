"""The clock and the operating system's limits."""

import ctypes
import os
import resource
import time
from datetime import UTC, datetime

from callserver import system
from callserver.cli.checks.finding import Finding, fail, ok, warn
from callserver.config import Config

# Nothing of this project is older.
_BIRTH = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
# adjtimex(2): what it returns when nobody keeps the clock right.
_TIME_ERROR = 5
_TIMEX_BYTES = 512
# sockaddr_un.sun_path, less its end.
_SOCKET_PATH_BYTES = 107


def clock(_config: Config) -> Finding:
    """Records and recordings are only as true as the clock."""
    now = datetime.now(UTC)
    if now.timestamp() < _BIRTH:
        return fail("clock", f"says {now:%Y-%m-%d}", "set the clock (`timedatectl set-time`)")
    if not time.get_clock_info("monotonic").monotonic:
        return fail("clock", "runs backwards", "use another kernel clock source")
    synchronised = _synchronised()
    if synchronised is False:
        return warn(
            "clock",
            f"{now:%Y-%m-%d %H:%M:%S} UTC, kept right by nobody",
            "install and start chrony or systemd-timesyncd",
        )
    how = "kept right" if synchronised else "who keeps it right cannot be seen here"
    return ok("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC, {how}")


def open_files(config: Config) -> Finding:
    """Each call needs some. The server raises its own soft limit, so the hard one counts."""
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = system.files_needed(config.server.capacity)
    wanted = needed + config.http.max_connections
    calls = f"{config.server.capacity} calls"
    if limit == resource.RLIM_INFINITY:
        return ok("open files", f"no limit, {wanted} wanted for {calls}")
    found = f"hard limit {limit}, {wanted} wanted for {calls} and a full house of API clients"
    cure = f"`ulimit -Hn {wanted}` as root, or LimitNOFILE={wanted} in its unit"
    if limit < needed:
        return fail("open files", f"hard limit {limit}, {needed} needed for {calls}", cure)
    return warn("open files", found, cure) if limit < wanted else ok("open files", found)


def processes(config: Config) -> Finding:
    """Each call is one."""
    limit = system.processes_limit()
    needed = system.processes_needed(config.server.capacity + config.server.spare_workers)
    found = f"{needed} needed for {config.server.capacity} calls, "
    if not limit:
        return ok("processes", found + "no limit")
    found += f"limit {limit} for all programs of this user"
    if limit < needed:
        return fail("processes", found, f"TasksMax={2 * needed} and LimitNPROC= in its unit")
    return ok("processes", found)


def control_socket(config: Config) -> Finding:
    """Its path has to fit into 107 bytes, whatever the file system allows."""
    path = os.fsencode(config.control_socket)
    if len(path) > _SOCKET_PATH_BYTES:
        return fail(
            "control socket",
            f"{config.control_socket} has {len(path)} bytes, {_SOCKET_PATH_BYTES} are possible",
            "shorten server.data_dir",
        )
    return ok("control socket", str(config.control_socket))


def _synchronised() -> bool | None:
    """What the kernel knows about it; None: it does not tell."""
    buffer = ctypes.create_string_buffer(_TIMEX_BYTES)  # modes = 0: only reads
    state: int = ctypes.CDLL(None).adjtimex(buffer)
    return None if state < 0 else state != _TIME_ERROR
