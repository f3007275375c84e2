"""What the system and the configuration allow this server, and how much of it is in use.

Two kinds. Open files, memory and processes come near their limit by a leak or a wrong limit: then
something does not work (``faults``). Calls and RTP ports come near theirs in a busy hour: that is
told (``warnings``), but a server that is started in such an hour is no less ready for it.

Everything is read from the kernel when it is asked for; nothing is counted here.
"""

import resource
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from callserver import log, system
from callserver.config import Config
from callserver.metrics import Metrics
from callserver.model.errors import ConfigError

NEAR: Final = 0.9

_log = log.get("limits")


@dataclass(frozen=True, slots=True)
class Ports:
    """Slices of the RTP range, each for one worker."""

    free: int
    resting: int
    used: int


@dataclass(frozen=True, slots=True)
class Usage:
    """``used`` of ``limit`` of ``what``; 0: there is no limit."""

    name: str
    what: str
    used: int
    limit: int
    cure: str

    @property
    def is_near(self) -> bool:
        return bool(self.limit) and self.used > NEAR * self.limit

    def __str__(self) -> str:
        return f"{self.used} of {self.limit} {self.what} are in use; {self.cure}"


class Limits:
    """One per controller. ``ports``, ``processes`` and ``calls`` tell what is in use now."""

    def __init__(
        self,
        config: Config,
        metrics: Metrics,
        ports: Callable[[], Ports],
        processes: Callable[[], int],
        calls: Callable[[], int],
    ) -> None:
        self._config = config
        self._ports = ports
        self._processes = processes
        self._calls = calls
        self._near: frozenset[str] = frozenset()
        metrics.open_files_now.set_function(system.open_files)
        metrics.open_files_limit.set_function(system.open_files_limit)
        metrics.memory_bytes.set_function(system.resident_bytes)
        metrics.memory_limit_bytes.set(self._memory_limit)
        metrics.processes_now.set_function(processes)
        metrics.processes_limit.set_function(system.processes_limit)
        metrics.capacity.set(config.server.capacity)
        slices = metrics.rtp_slices_now.labels
        slices("free").set_function(lambda: ports().free)
        slices("resting").set_function(lambda: ports().resting)
        slices("used").set_function(lambda: ports().used)

    def faults(self) -> Mapping[str, str]:
        """Which limits are near that only a fault comes near to, by name."""
        return self._told(
            (
                Usage(
                    "open_files",
                    "open files",
                    system.open_files(),
                    system.open_files_limit(),
                    "raise LimitNOFILE= of the service",
                ),
                Usage(
                    "memory",
                    "bytes of memory",
                    system.resident_bytes(),
                    self._memory_limit,
                    "restart the controller (calls go on), or raise server.memory_mib",
                ),
                Usage(
                    "processes",
                    "processes",
                    self._processes(),
                    system.processes_limit(),
                    "raise TasksMax= and LimitNPROC= of the service",
                ),
            )
        )

    def warnings(self) -> Mapping[str, str]:
        """Which limits are near because much is going on, by name."""
        ports = self._ports()
        return self._told(
            (
                Usage(
                    "capacity",
                    "calls",
                    self._calls(),
                    self._config.server.capacity,
                    "further calls will get 503; raise server.capacity",
                ),
                Usage(
                    "rtp_ports",
                    "slices of RTP ports",
                    ports.used + ports.resting,
                    ports.used + ports.resting + ports.free,
                    "widen rtp.first_port..rtp.last_port",
                ),
            )
        )

    @property
    def _memory_limit(self) -> int:
        return self._config.server.memory_mib << 20

    def _told(self, usages: Iterable[Usage]) -> Mapping[str, str]:
        """Those that are near; each that has just come near is logged."""
        usages = tuple(usages)
        near = {usage.name: str(usage) for usage in usages if usage.is_near}
        for name in near.keys() - self._near:
            _log.warning("limit_is_near", limit=name, found=near[name])
        self._near = (self._near - {usage.name for usage in usages}) | near.keys()
        return near


def make_room(config: Config) -> None:
    """Take all open files the system allows (the soft limit is for programs that use `select`), and
    refuse a configuration that it cannot carry. Raises ``ConfigError``."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError) as error:
            _log.warning("open_files_not_raised", soft=soft, hard=hard, error=str(error))
    server = config.server
    files = system.files_needed(server.capacity)
    workers = system.processes_needed(server.capacity + server.spare_workers)
    mistakes = [*_too_few("open files", system.open_files_limit(), files, "LimitNOFILE=")]
    mistakes += _too_few("processes", system.processes_limit(), workers, "TasksMax=")
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    wanted = files + config.http.max_connections + config.sip.max_connections
    if 0 < system.open_files_limit() < wanted:
        _log.warning(
            "few_open_files",
            limit=system.open_files_limit(),
            wanted=wanted,
            cure="raise LimitNOFILE=",
        )


def _too_few(what: str, limit: int, needed: int, option: str) -> Iterable[str]:
    if 0 < limit < needed:
        yield (
            f"server.capacity: {needed} {what} are needed, the system allows {limit}; raise "
            f"{option} of the service, or lower server.capacity"
        )
