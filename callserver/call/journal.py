"""The journal: every fact, in order, without ever making a call wait.

``note`` folds a fact into the record of its call, publishes it on the bus and returns at once. From
there a fact goes two steps, each a task of its own: into the spool, a file that survives the death
of this process (:mod:`callserver.call.spooler`), and out of the spool into the store
(:mod:`callserver.call.delivery`). While the store is away the spool grows; the next controller
delivers what this one could not.

A fact that was noted is lost when the controller is killed within the millisecond that it takes to
write it to the spool, or when neither spool nor store can be written for so long that there is no
room in memory.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from callserver import log
from callserver.bus import Bus
from callserver.call import record as records
from callserver.call import restore
from callserver.call.delivery import Delivery
from callserver.call.spool import Spool
from callserver.call.spooler import Spooler
from callserver.metrics import Metrics
from callserver.model.facts import CallOffered, Fact
from callserver.model.ids import new_id
from callserver.model.record import CallRecord
from callserver.model.store_ports import Store
from callserver.runtime import Tasks

_log = log.get("journal")

RECOVER_S = 5.0
STOP_S = 2.0


class Journal:
    """One per controller. ``folder`` is where the spools of this and earlier controllers are."""

    def __init__(self, store: Store, bus: Bus, metrics: Metrics, folder: Path) -> None:
        self._store = store
        self._bus = bus
        self._folder = folder
        self._records: dict[str, CallRecord] = {}
        self._to_mend: dict[str, CallRecord] = {}
        self._spool = Spool(folder / new_id())
        self._delivery = Delivery(store, self._spool, metrics, self._mend, self._store_lost)
        self._spooler = Spooler(self._spool, metrics, self._delivery.wake)
        self._spooling: asyncio.Task[None] | None = None
        self._tasks = Tasks("journal")
        metrics.journal_backlog.set_function(self._backlog)

    @property
    def trouble(self) -> str:
        """What keeps facts from being kept as they should be; empty: nothing."""
        return "; ".join(filter(None, (self._delivery.trouble, self._spooler.trouble)))

    async def recover(self, within_s: float = RECOVER_S) -> restore.Restored:
        """Before :meth:`start`: deliver what the last controller could not, and read where its
        calls and agents are. When the store can be read but not written, what is in the spool is
        taken into account all the same. Raises ``StoreError`` when it cannot be read."""
        self._delivery.find(self._folder)
        try:
            async with asyncio.timeout(within_s):
                await self._delivery.deliver_left()
        except TimeoutError:
            _log.warning("spool_not_taken_over", why=self._delivery.trouble, waited_s=within_s)
        return await restore.read(self._store, await self._delivery.undelivered())

    def start(self) -> None:
        self._spooling = self._tasks.start("spooler", self._spooler.run())
        self._tasks.start("sync", self._spooler.sync())
        self._tasks.start("delivery", self._delivery.run(self._spooler))

    async def stop(self, within_s: float = 10.0) -> None:
        """Deliver what is left, then stop; what the store refuses for so long is left to the next
        controller."""
        if self._spooling is not None:
            try:
                async with asyncio.timeout(within_s):
                    await self.flush()
            except TimeoutError:
                _log.warning("facts_left_in_spool", facts=self._backlog(), why=self.trouble)
            self._spooler.stop()
            await asyncio.wait({self._spooling}, timeout=STOP_S)
        await self._tasks.close()
        if self._spooler.waiting:
            _log.error("facts_lost", facts=self._spooler.waiting, why=self._spooler.trouble)
        self._delivery.close()

    async def flush(self) -> None:
        """Returns when all that was noted is in the store."""
        await self._delivery.idle()

    def note(self, fact: Fact) -> None:
        """Keep a fact."""
        record = self._fold(fact)
        if self._spooler.put(fact):
            self._delivery.expect()
        elif record is not None:
            self._to_mend[record.id] = record
        self._bus.publish(fact)

    async def keep(self, fact: Fact) -> None:
        """Keep a fact, and return when it outlives this process, or the disk refuses it."""
        self.note(fact)
        await self._spooler.kept()

    def resume(self, record: CallRecord) -> None:
        """Take up a call that the last controller began."""
        self._records[record.id] = record

    def record(self, call: str) -> CallRecord | None:
        """The record of a call that is not forgotten yet."""
        return self._records.get(call)

    async def knows(self, call: str) -> bool:
        """Whether there is, or was, this call. Raises ``StoreError``."""
        return call in self._records or await self._store.call(call) is not None

    def forget(self, call: str) -> None:
        """No more facts will come about this call."""
        self._records.pop(call, None)

    def _fold(self, fact: Fact) -> CallRecord | None:
        if isinstance(fact, CallOffered):
            record = records.begin(fact)
        else:
            before = self._records.get(getattr(fact, "call", None) or "")
            if before is None:
                return None
            record = records.fold(before, fact)
        self._records[record.id] = record
        if record.id in self._to_mend:
            self._to_mend[record.id] = record
        return record

    def _backlog(self) -> int:
        return self._spooler.noted - self._delivery.delivered

    def _store_lost(self) -> None:
        self._to_mend.update(self._records)

    def _mend(self) -> Mapping[str, CallRecord]:
        mended, self._to_mend = self._to_mend, {}
        return mended
