"""Opening a file that must lie below a folder, whatever its name says."""

import os
import stat
from pathlib import Path, PurePosixPath
from typing import BinaryIO

_STEP = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LAST = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def open_below(folder: Path, relative: str) -> tuple[BinaryIO, int]:
    """The regular file ``relative`` below ``folder``, and its size. Each step is opened from the
    one before it and no link is followed, so neither ``..`` nor a planted link nor a swap between
    check and use leads out. Raises ``OSError``."""
    path = PurePosixPath(relative)
    if path.is_absolute() or not path.parts or ".." in path.parts or "\0" in relative:
        raise FileNotFoundError(f"not a path below a folder: {relative!r}")
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in path.parts[:-1]:
            below = os.open(name, _STEP, dir_fd=here)
            os.close(here)
            here = below
        found = os.open(path.parts[-1], _LAST, dir_fd=here)
    finally:
        os.close(here)
    file = os.fdopen(found, "rb", buffering=0)
    status = os.fstat(found)
    if not stat.S_ISREG(status.st_mode):
        file.close()
        raise FileNotFoundError(f"not a regular file: {relative!r}")
    return file, status.st_size
