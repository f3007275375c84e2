"""Free ports, also when several test workers, demos and benches look for them at once.

Ports are handed out from slices of 100, each locked by a file for as long as this process lives, so
two processes never look at the same port; a bind then shows whether a stranger has it. The slices
lie below the ports the system gives to clients. A process that needs very many is given the oldest
of its own again, if they are free: what had them is long over.
"""

import fcntl
import itertools
import os
import random
import socket
import tempfile
from collections import deque
from pathlib import Path

SLICE = 100
_ROWS: tuple[int, ...] = (*range(10000, 16000, SLICE), *range(20000, 30000, SLICE))
_SINGLE: tuple[int, ...] = (*range(16000, 20000, SLICE), *range(30000, 32700, SLICE))
_SLICES = frozenset(_ROWS + _SINGLE)
_MOST_SINGLE = 5 * SLICE
"""Single ports a process holds; the suite in one process asks for thousands, one after another."""
_MOST_ROWS = 12
"""Rows of one length a process holds."""


class NoFreePorts(RuntimeError):
    """Too many processes hold slices. Cure: run fewer at once."""


class _Slices:
    """The slices this process holds."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.gettempdir()) / f"callserver-ports-{os.getuid()}"
        self._locks: dict[int, int] = {}
        """Open files, held until the process ends."""
        self._single: deque[int] = deque()
        self._given: deque[int] = deque()
        self._rows: dict[int, deque[int]] = {}

    def port(self) -> int:
        for _ in range(2 * _MOST_SINGLE):
            if not self._single and len(self._given) < _MOST_SINGLE:
                first = self._take(1)
                self._single.extend(range(first, first + SLICE))
            port = self._single.popleft() if self._single else self._given.popleft()
            self._given.append(port)
            if _free(port):
                return port
        raise NoFreePorts("all the ports of this process are in use")

    def row(self, count: int) -> int:
        slices = -(-count // SLICE)
        rows = self._rows.setdefault(slices, deque())
        for _ in range(3 * _MOST_ROWS):
            first = rows.popleft() if len(rows) >= _MOST_ROWS else self._take(slices)
            rows.append(first)
            if all(_free(port) for port in range(first, first + count)):
                return first
        raise NoFreePorts(f"all the rows of {slices * SLICE} ports of this process are in use")

    def give_back(self, first: int, count: int) -> None:
        self._rows[-(-count // SLICE)].remove(first)
        for start in range(first, first + count, SLICE):
            os.close(self._locks.pop(start))

    def _take(self, count: int) -> int:
        """Lock ``count`` slices in a row; the first port of the first. Single ones come from above,
        so that they do not stand between the rows."""
        starts = list(_SINGLE if count == 1 else _ROWS)
        random.shuffle(starts)
        for first in starts:
            row = range(first, first + count * SLICE, SLICE)
            locked = list(itertools.takewhile(self._lock, row))
            if len(locked) == count:
                return first
            for start in locked:
                os.close(self._locks.pop(start))
        raise NoFreePorts(f"{count * SLICE} ports in a row")

    def _lock(self, start: int) -> bool:
        if start not in _SLICES or start in self._locks:
            return False
        self._folder.mkdir(exist_ok=True)
        file = os.open(self._folder / str(start), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._locks[start] = file
        return True


_slices = _Slices()


def _free(port: int) -> bool:
    """Whether nobody listens there, on any address, UDP or TCP."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:  # what has just been closed there does not matter
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("", port))
            except OSError:
                return False
    return True


def free_port() -> int:
    """A port that is free for UDP and TCP, and that no other process of the kit will be given."""
    return _slices.port()


def free_range(count: int) -> int:
    """The first (even) of ``count`` free ports in a row, for RTP. Raises :class:`NoFreePorts`."""
    return _slices.row(count)


def give_back(first: int, count: int) -> None:
    """The row that :func:`free_range` gave is not needed any more."""
    _slices.give_back(first, count)


def udp_ports() -> frozenset[int]:
    """All UDP ports bound on this machine."""
    lines = Path("/proc/net/udp").read_text().splitlines()[1:]
    return frozenset(int(line.split()[1].partition(":")[2], 16) for line in lines)
