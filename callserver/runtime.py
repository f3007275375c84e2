"""Background tasks with a name, an owner and a watcher."""

import asyncio
import gc
from collections.abc import Coroutine
from typing import Any

from callserver import log

_log = log.get("runtime")


# Python's own, but for the last: every third collection of the middle generation is a full one, not
# every eleventh.
THRESHOLDS = (700, 10, 2)


def settle() -> None:
    """Once, when the server is up. What is there now stays: 130,000 objects of modules, tables and
    settings, which the garbage collector then need not walk over again. A full collection takes
    about 10 ms after this, not 80 to 170 in which no call is served, and may come often: so calls
    that are over, whose parts know each other, do not pile up by the thousand."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


class Tasks:
    """Owns the background tasks of one object. A task that fails is logged at once with its name;
    ``close`` cancels what still runs and waits for it."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, name: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work, name=f"{self._owner}.{name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("task_failed", task=task.get_name(), exc_info=error)

    async def wait(self) -> None:
        """Until no task is left; those that start meanwhile are waited for too."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
