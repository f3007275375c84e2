"""The spool: facts in append-only files until the store has them for certain.

One folder a run of a controller, in it one file for each 4 MiB, named by its first number. The
methods of :class:`Spool` wait for the disk: call them in a thread, one write and one read at a
time. Every ``OSError`` comes out, and leaves the spool as it was before.

What is promised: a fact that was written survives the death of this process at once, and the death
of the machine after the next :meth:`Spool.sync`. A fact stays readable after it was read, so that
a store that turns out to be older than it was can be written again (:meth:`Spool.seek`).
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from callserver.call.line import Noted, from_line, number_of, to_line
from callserver.call.segment import UNREADABLE, Segment

SEGMENT_BYTES = 4 << 20
# How much of what the store has is kept, for the day its file is deleted.
KEPT_SEGMENTS = 2
PROBE_BYTES = 16384


class Spool:
    """The facts of one run. ``unreadable`` counts lines that were skipped."""

    def __init__(self, folder: Path) -> None:
        self.run = folder.name
        self.unreadable = 0
        self._folder = folder
        self._lock: int | None = None
        self._segments: list[Segment] = []
        self._reading: Segment | None = None
        self._offset = 0

    @classmethod
    def take(cls, folder: Path) -> "Spool | None":
        """What a run has left behind; None: it still lives."""
        spool = cls(folder)
        if not spool._claim():
            return None
        files = sorted(path for path in folder.glob("*.facts") if path.stem.isdigit())
        spool._segments = [Segment.find(path) for path in files]
        return spool

    def write(self, batch: Sequence[Noted]) -> None:
        """Append facts: one write. Without any: see whether they could be."""
        if batch:
            data = b"".join(to_line(noted) for noted in batch)
            self._current(batch[0].number).append(data)
        else:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=self._folder, buffering=0) as file:
                os.pwrite(file.fileno(), bytes(PROBE_BYTES), 0)

    def sync(self) -> None:
        """Bring what was written to the disk itself. It may take as long as the disk likes; writing
        goes on meanwhile."""
        if self._segments:
            fd = os.dup(self._segments[-1].fd)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)

    @property
    def unread(self) -> bool:
        """Whether :meth:`read` may have something."""
        if not self._segments:
            return False
        last = self._segments[-1]
        return self._reading is not last or self._offset < last.size

    def read(self, limit: int) -> list[Noted]:
        """The next facts, at most ``limit``; empty: there are none now."""
        found: list[Noted] = []
        while len(found) < limit and (segment := self._next_to_read()) is not None:
            lines, end = segment.lines(self._offset)
            for n, line in enumerate(lines):
                if len(found) == limit:
                    end = self._offset + sum(len(line) + 1 for line in lines[:n])
                    break
                noted = from_line(line)
                if noted is None:
                    segment.unreadable += 1
                    self.unreadable += 1
                else:
                    found.append(noted)
            self._offset = end
        return found

    def seek(self, number: int) -> None:
        """The next fact read is the first one after ``number`` that is still here."""
        before = [segment for segment in self._segments if segment.first <= number + 1]
        self._reading = before[-1] if before else next(iter(self._segments), None)
        self._offset = 0
        while (segment := self._reading) is not None and self._offset < segment.size:
            lines, end = segment.lines(self._offset)
            for line in lines:
                found = number_of(line)
                if found is not None and found > number:
                    return
                self._offset += len(line) + 1
            self._offset = end

    def all_after(self, number: int) -> Iterator[Noted]:
        """Every fact after ``number``, without moving on."""
        for segment in self._segments:
            offset = 0
            while offset < segment.size:
                lines, offset = segment.lines(offset)
                for line in lines:
                    noted = from_line(line)
                    if noted is not None and noted.number > number:
                        yield noted

    def free(self, number: int) -> None:
        """Facts up to ``number`` are in the store: delete old files that hold nothing else."""
        while len(self._segments) > KEPT_SEGMENTS and self._segments[1].first <= number + 1:
            old = self._segments.pop(0)
            if self._reading is old:
                self._reading, self._offset = self._segments[0], 0
            old.remove()

    def remove(self) -> None:
        """All is in the store, and nothing will come."""
        while self._segments:
            self._segments.pop(0).remove()
        self._reading = None
        self.close()
        with suppress(OSError):  # gone already, or somebody put something into it
            self._folder.rmdir()

    def close(self) -> None:
        """Leave everything for the next controller."""
        while self._segments:
            os.close(self._segments.pop().fd)
        self._reading = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _next_to_read(self) -> Segment | None:
        """Where to read on; None: all that was written is read."""
        if self._reading is None:
            self._reading, self._offset = next(iter(self._segments), None), 0
        while self._reading is not None and self._offset >= self._reading.size:
            after = self._segments[self._segments.index(self._reading) + 1 :]
            if not after:
                return None
            self._reading, self._offset = after[0], 0
        return self._reading

    def _current(self, number: int) -> Segment:
        """The file to write to; a new one when it is full, or when somebody deleted it."""
        last = self._segments[-1] if self._segments else None
        if last is not None and last.size < SEGMENT_BYTES and os.fstat(last.fd).st_nlink:
            return last
        if last is not None:
            os.fsync(last.fd)
        self._claim()
        new = Segment.make(self._folder / f"{number:020}.facts", number)
        self._segments.append(new)
        return new

    def _claim(self) -> bool:
        """Make the folder ours for as long as this process lives; False: another one's."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        if self._lock is not None:
            os.close(self._lock)
        self._lock = lock
        return True


def left_behind(folder: Path) -> Iterator[Spool]:
    """The spools of runs that live no more, oldest first (a run's name sorts by time)."""
    if folder.is_dir():
        for of_run in sorted(path for path in folder.iterdir() if path.name != UNREADABLE):
            if of_run.is_dir() and (spool := Spool.take(of_run)) is not None:
                yield spool
