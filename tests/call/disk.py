"""A disk that can be full."""

import errno
import os

import pytest


class Disk:
    """Lets the spool write, or not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        write = os.pwrite

        def pwrite(fd: int, data: bytes, offset: int) -> int:
            if self.full:
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(fd, data, offset)

        monkeypatch.setattr(os, "pwrite", pwrite)
