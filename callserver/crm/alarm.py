"""Promises that are broken are told of at the moment they are: it sleeps until the next one is."""

import asyncio
from typing import Final

from callserver import log
from callserver.model.errors import StoreError
from callserver.model.interactions import InteractionStore
from callserver.model.ports import Clock

LONGEST_S: Final = 3600.0
"""The clock may be set, and other nodes promise too."""
AGAIN_S: Final = 30.0

_log = log.get("crm")


class Alarm:
    """One for a server."""

    def __init__(self, store: InteractionStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """There are other promises than before."""
        self._changed.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            self._changed.clear()
            try:
                broken = await self._store.breach(self._clock.now())
                for one in broken:
                    _log.info("promise_broken", of=one.of, what=one.what, profile=one.profile)
                due = await self._store.next_due()
                wait_s = LONGEST_S if due is None else due - self._clock.now() + 0.001
            except StoreError as error:
                _log.warning("promises_not_read", error=str(error), now="they are read again")
                wait_s = AGAIN_S
            try:
                async with asyncio.timeout(max(0.0, min(wait_s, LONGEST_S))):
                    await self._changed.wait()
            except TimeoutError:
                continue
