"""What a child is called in ``ps`` and ``top``: its part, not the name of the interpreter."""

import contextlib
from pathlib import Path

FORKER = "cs-forker"
WORKER = "cs-worker"
MAKER = "cs-maker"


def be_called(name: str) -> None:
    """Take this name (15 characters count); where the system has no such thing, keep the old."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(name)
