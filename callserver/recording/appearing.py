"""Files that appear under their name only when they are whole and on disk."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A file to write that gets its name when it is complete and on disk, or vanishes."""
    hidden = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        os.close(os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        yield hidden
        _sync(hidden)
        hidden.replace(target)
        _sync(target.parent)
    finally:
        hidden.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
