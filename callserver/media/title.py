"""What a child is called in ``ps`` and ``top``: its part, not the name of the interpreter.

Written by the plainest means: what a worker does in Python, it holds a copy of.
"""

import os

FORKER = "cs-forker"
WORKER = "cs-worker"
MAKER = "cs-maker"


def be_called(name: str) -> None:
    """Take this name (15 characters count); where the system has no such thing, keep the old."""
    try:
        descriptor = os.open("/proc/self/comm", os.O_WRONLY)
    except OSError:
        return
    os.write(descriptor, name.encode())
    os.close(descriptor)
