"""One file of the spool: whole lines, each of which is a fact."""

import os
from contextlib import suppress
from pathlib import Path

READ_BYTES = 1 << 20
UNREADABLE = "unreadable"


class Segment:
    """One file. ``size`` is how many of its bytes are whole lines."""

    def __init__(self, path: Path, first: int, fd: int, size: int) -> None:
        self.path = path
        self.first = first
        self.fd = fd
        self.size = size
        self.unreadable = 0

    @classmethod
    def make(cls, path: Path, first: int) -> "Segment":
        return cls(path, first, os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), 0)

    @classmethod
    def find(cls, path: Path) -> "Segment":
        return cls(path, int(path.stem), os.open(path, os.O_RDONLY), path.stat().st_size)

    def append(self, data: bytes) -> None:
        """All of it, or nothing: a disk may fill up in the middle of a line."""
        done = 0
        try:
            while done < len(data):
                done += os.pwrite(self.fd, data[done:], self.size + done)
        except OSError:
            with suppress(OSError):  # what is left behind is overwritten, or torn and skipped
                os.ftruncate(self.fd, self.size)
            raise
        self.size += len(data)

    def lines(self, offset: int) -> tuple[list[bytes], int]:
        """Whole lines from ``offset`` on, without newlines, and where the next ones begin."""
        left = self.size - offset
        data = os.pread(self.fd, min(READ_BYTES, left), offset)
        if b"\n" not in data and len(data) < left:
            data = os.pread(self.fd, left, offset)
        end = data.rfind(b"\n") + 1
        if not end:  # a torn end: a controller died in the middle of a write
            return [], self.size
        return data[: end - 1].split(b"\n"), offset + end

    def remove(self) -> None:
        """Delete the file; one with lines that could not be read is put aside for a person."""
        os.close(self.fd)
        if self.unreadable:
            aside = self.path.parent.parent / UNREADABLE
            aside.mkdir(exist_ok=True)
            self.path.rename(aside / f"{self.path.parent.name}-{self.path.name}")
        else:
            self.path.unlink(missing_ok=True)
