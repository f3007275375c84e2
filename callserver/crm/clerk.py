"""What came of every try is written down, many at once when there are many.

While the database is away it waits here, and after :data:`MOST` of them nothing more is sent. What
a dying controller had not written yet is sent again, with the same id.
"""

import asyncio
from typing import Final

from callserver import log
from callserver.model.errors import StoreError
from callserver.model.hooks import HookStore, Progress

MOST: Final = 200
AGAIN_S: Final = 1.0

_log = log.get("hooks")


class Clerk:
    """One for all destinations."""

    def __init__(self, store: HookStore) -> None:
        self._store = store
        self._waiting: list[Progress] = []
        self._writing = 0
        self._more = asyncio.Event()
        self._less = asyncio.Condition()

    def put(self, made: tuple[Progress, ...]) -> None:
        """Write this down soon."""
        self._waiting += made
        self._more.set()

    async def room(self) -> None:
        """Returns when so little waits that more may be sent."""
        async with self._less:
            await self._less.wait_for(lambda: self._left < MOST)

    async def idle(self) -> None:
        """Returns when all is written."""
        async with self._less:
            await self._less.wait_for(lambda: self._left == 0)

    async def run(self) -> None:
        """Write, for ever."""
        while True:
            await self._more.wait()
            self._more.clear()
            batch, self._waiting = self._waiting, []
            self._writing = len(batch)
            await self._write(batch)
            self._writing = 0
            async with self._less:
                self._less.notify_all()

    @property
    def _left(self) -> int:
        return self._writing + len(self._waiting)

    async def _write(self, batch: list[Progress]) -> None:
        told = False
        while True:
            try:
                await self._store.progress(batch)
                return
            except StoreError as error:
                if not told:
                    _log.warning("hooks_not_written", error=str(error), now="it is tried again")
                told = True
            await asyncio.sleep(AGAIN_S)
