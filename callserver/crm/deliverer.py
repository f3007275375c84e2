"""All destinations: each has a task of its own, so a slow one holds up nobody else."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from callserver import log
from callserver.crm.attempts import House
from callserver.crm.destination import Destination
from callserver.model.errors import StoreError
from callserver.model.hooks import Subscription
from callserver.runtime import Tasks

AGAIN_S: Final = 1.0
FINISH_S: Final = 2.0
TIDY_S: Final = 3600.0
_DAY_S: Final = 86_400.0

_log = log.get("hooks")


class Deliverer:
    """One per controller. What it had under way when it died, the next one sends again."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._destinations: dict[str, Destination] = {}
        self._runs: dict[str, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()
        self._touched: set[str | None] = set()
        self._tasks = Tasks("hooks")

    def start(self) -> None:
        """Read who is told what, and begin."""
        self.changed()
        self._tasks.start("clerk", self._house.clerk.run())
        self._tasks.start("follow", self._follow())
        self._tasks.start("tidy", self._tidy())

    async def stop(self) -> None:
        """Let what is under way end, for a moment, write down what came of it, and leave the rest
        to the next controller."""
        for run in self._runs.values():
            run.cancel()
        try:
            async with asyncio.timeout(FINISH_S):
                for destination in self._destinations.values():
                    await destination.finish()
                await self._house.clerk.idle()
        except TimeoutError:
            _log.warning("hooks_not_written", now="they are sent again at the next start")
        await self._tasks.close()
        for destination in self._destinations.values():
            await destination.close()

    def told(self) -> None:
        """There is something new in the outbox."""
        for destination in self._destinations.values():
            destination.told()

    def changed(self, subscription: str | None = None) -> None:
        """This one was changed, or is to be sent something again; None: nobody knows which."""
        self._touched.add(subscription)
        self._changed.set()

    def known(self) -> Sequence[Subscription]:
        """Who is told, as it was read last."""
        return [one.subscription for one in self._destinations.values()]

    def warnings(self) -> Mapping[str, str]:
        """Who is not reached, and why."""
        return {
            f"webhook_{id_}": one.trouble for id_, one in self._destinations.items() if one.trouble
        }

    async def _follow(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            touched, self._touched = self._touched, set()
            try:
                known = await self._house.store.subscriptions()
            except StoreError as error:
                _log.warning("hooks_not_read", error=str(error))
                await asyncio.sleep(AGAIN_S)
                self._touched |= touched
                self._changed.set()
                continue
            await self._have(known, touched)

    async def _have(self, known: Sequence[Subscription], touched: set[str | None]) -> None:
        wanted = {one.id: one for one in known}
        for id_ in self._destinations.keys() - wanted.keys():
            self._runs.pop(id_).cancel()
            await self._destinations.pop(id_).close()
        for id_, subscription in wanted.items():
            if id_ in self._destinations:
                if {id_, None} & touched:
                    self._destinations[id_].renew(subscription)
            else:
                destination = Destination(self._house, subscription)
                self._destinations[id_] = destination
                self._runs[id_] = self._tasks.start(id_, destination.run())

    async def _tidy(self) -> None:
        keep_s = self._house.config.keep_days * _DAY_S
        while True:
            try:
                gone = await self._house.store.forget(self._house.clock.now() - keep_s)
                _log.info("hooks_tidied", events=gone)
            except StoreError as error:
                _log.warning("hooks_not_tidied", error=str(error))
            await asyncio.sleep(TIDY_S)
