"""Told when something in a folder changes: inotify, so nothing is polled."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from asyncinotify import Inotify, Mask

from callserver import log

SETTLE_S = 0.3
"""An editor writes a file in several steps, a deployment many files: they are one change."""
RETRY_S = 5.0

_CHANGED = Mask.CLOSE_WRITE | Mask.CREATE | Mask.DELETE | Mask.MOVED_FROM | Mask.MOVED_TO
_GONE = Mask.DELETE_SELF | Mask.MOVE_SELF | Mask.IGNORED

_log = log.get("ivr")


async def follow(folder: Path, changed: Callable[[], Awaitable[None]]) -> None:
    """Call ``changed`` after every change of a file in ``folder``, for ever. A folder that takes
    the place of this one is followed from then on."""
    while True:
        try:
            with Inotify() as watcher:
                watcher.add_watch(folder, _CHANGED | _GONE)
                await _watch(watcher, changed)
        except OSError as error:
            _log.warning("folder_not_watched", folder=str(folder), error=str(error))
        await asyncio.sleep(RETRY_S)
        await changed()


async def _watch(watcher: Inotify, changed: Callable[[], Awaitable[None]]) -> None:
    """Returns when the folder is not there any more."""
    there = True
    while there:
        there = not (await watcher.get()).mask & _GONE
        try:
            while there:
                async with asyncio.timeout(SETTLE_S):
                    there = not (await watcher.get()).mask & _GONE
        except TimeoutError:
            await changed()
