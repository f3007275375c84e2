"""Facts on their way from the spool into the store: in order, each once, however often it refuses.

What the controllers before this one left behind comes first. The store is always told where a batch
begins and ends; so a batch that it has already is not written again, and a store that has lost
something (its file was deleted, a backup is in its place) gets again what the spool still holds.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from callserver import log
from callserver.call.folds import Folds
from callserver.call.line import Noted
from callserver.call.patience import Patience
from callserver.call.spool import Spool, left_behind
from callserver.call.spooler import Spooler
from callserver.metrics import Metrics
from callserver.model.errors import StoreBehind
from callserver.model.facts import Fact
from callserver.model.hooks import HookEvent
from callserver.model.record import CallRecord
from callserver.model.store_ports import Mark, Store

_log = log.get("journal")

BATCH = 500
# A store that fails while nobody calls is noticed after so long.
PING_S = 5.0


@dataclass(slots=True, eq=False)
class _Source:
    """A spool, and the number of its last fact that the store has; None: the store must be asked,
    and reading goes on from there."""

    spool: Spool
    number: int | None
    unreadable: int = 0


class Delivery:
    """``lost`` is called when the store has lost something; ``mend`` gives the records that it must
    be told then, or after facts were dropped."""

    def __init__(
        self,
        store: Store,
        spool: Spool,
        metrics: Metrics,
        mend: Callable[[], Mapping[str, CallRecord]],
        lost: Callable[[], None],
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._mend = mend
        self._lost = lost
        self._own = _Source(spool, 0)
        self._left: list[_Source] = []
        self._folds = Folds(store)
        self._patience = Patience(metrics)
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def trouble(self) -> str:
        """What keeps the store from writing; empty: nothing."""
        return self._patience.trouble

    @property
    def delivered(self) -> int:
        """The number of the last fact of this run that is in the store."""
        return self._own.number or 0

    def find(self, folder: Path) -> None:
        """Look for spools of controllers that live no more."""
        try:
            self._left = [_Source(spool, None) for spool in left_behind(folder)]
        except OSError as error:
            _log.error("spool_unreadable", error=str(error), cure="look at the disk and its rights")

    def expect(self) -> None:
        """There will be something to deliver, but not yet."""
        self._idle.clear()

    def wake(self) -> None:
        """There may be something to deliver."""
        self._wake.set()

    async def idle(self) -> None:
        """Returns when there is nothing left to deliver."""
        await self._idle.wait()

    async def deliver_left(self) -> None:
        """Deliver what other controllers left behind. May be cancelled and called again."""
        while self._left:
            source = self._left[0]
            source.number = None
            facts = 0
            while delivered := await self._step(source):
                facts += delivered
            await asyncio.to_thread(source.spool.remove)
            del self._left[0]
            _log.info("spool_taken_over", run=source.spool.run, facts=facts)

    async def undelivered(self) -> list[Fact]:
        """Facts that other controllers left behind and that the store does not have yet. Raises
        ``StoreError``."""
        facts: list[Fact] = []
        for source in self._left:
            number = await self._store.marked(source.spool.run)
            facts += [noted.fact for noted in source.spool.all_after(number)]
        return facts

    async def run(self, spooler: Spooler) -> None:
        """Deliver for ever."""
        await self.deliver_left()
        while True:
            self._wake.clear()
            if await self._step(self._own):
                continue
            if batch := spooler.take(BATCH):
                if not await self._deliver(self._own, batch):
                    spooler.give_back(batch)
                continue
            if spooler.waiting:
                await self._wake.wait()
            elif records := self._mend():
                await self._deliver_records(records)
            else:
                self._idle.set()
                await self._wait()

    def close(self) -> None:
        """At the end: leave behind what is not delivered, and nothing else."""
        for source in self._left:
            source.spool.close()
        if self._idle.is_set():
            self._own.spool.remove()
        else:
            self._own.spool.close()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(PING_S):
                await self._wake.wait()
        except TimeoutError:
            await self._patience.write(self._store.ping)

    async def _deliver_records(self, records: Mapping[str, CallRecord]) -> None:
        await self._patience.write(lambda: self._store.append([], records))
        self._folds.stored(records)

    async def _step(self, source: _Source) -> int:
        """Deliver the next facts of a spool; how many. 0: there are none now."""
        while True:
            if source.number is None:
                source.number = await self._patience.read(
                    lambda: self._store.marked(source.spool.run)
                )
                await asyncio.to_thread(source.spool.seek, source.number)
            if not source.spool.unread:
                return 0
            batch = await asyncio.to_thread(source.spool.read, BATCH)
            self._count_unreadable(source)
            if not batch:
                return 0
            if await self._deliver(source, batch):
                await asyncio.to_thread(source.spool.free, batch[-1].number)
                return len(batch)

    async def _deliver(self, source: _Source, batch: list[Noted]) -> bool:
        """False: the store is not where we thought; go back to where it is."""
        facts = [noted.fact for noted in batch]
        mark = Mark(source.spool.run, source.number or 0, batch[-1].number)

        async def append() -> dict[str, CallRecord]:
            told: list[HookEvent] = []
            changed = await self._folds.after(facts, told)
            await self._store.append(facts, changed, mark, told)
            return changed

        try:
            self._folds.stored(await self._patience.write(append))
        except StoreBehind as behind:
            _log.error(
                "store_lost_facts",
                had=mark.after,
                has=behind.number,
                cure="restore the database from a backup if older calls matter; newer ones are "
                "written again from the spool",
            )
            self._folds.forget()
            self._lost()
            source.number = None
            return False
        source.number = mark.upto
        return True

    def _count_unreadable(self, source: _Source) -> None:
        lines = source.spool.unreadable - source.unreadable
        if lines:
            source.unreadable += lines
            self._metrics.facts_lost.labels("unreadable").inc(lines)
            _log.error(
                "spool_lines_unreadable",
                lines=lines,
                run=source.spool.run,
                cure="their file is kept in the folder `unreadable` of the spool",
            )
