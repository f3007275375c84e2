"""The journal: every fact, in order, without ever making a call wait.

``note`` publishes a fact on the bus, folds it into the record of its call and returns at once; a
writer task puts facts and changed records into the store in small batches. While the store is away
the facts stay in memory, in order, and are written when it is back.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from itertools import islice

from callserver import log
from callserver.bus import Bus
from callserver.call import record as records
from callserver.metrics import Metrics
from callserver.model.errors import StoreError
from callserver.model.facts import CallOffered, Fact
from callserver.model.ports import Store
from callserver.model.record import CallRecord
from callserver.runtime import Tasks

_log = log.get("journal")

BATCH = 500
RETRY_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True)
class _Forget:
    """Marks the place after the last fact of a call."""

    call: str


class Journal:
    """One per controller. ``trouble`` says what keeps the store from writing; empty: nothing."""

    def __init__(self, store: Store, bus: Bus, metrics: Metrics) -> None:
        self.trouble = ""
        self._store = store
        self._bus = bus
        self._metrics = metrics
        self._pending: deque[Fact | _Forget] = deque()
        self._records: dict[str, CallRecord] = {}
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._tasks = Tasks("journal")

    def start(self) -> None:
        self._tasks.start("writer", self._write())

    async def stop(self, within_s: float = 10.0) -> None:
        """Write what is left, then stop; what the store refuses for so long is lost and said."""
        try:
            async with asyncio.timeout(within_s):
                await self.flush()
        except TimeoutError:
            _log.error("facts_lost", facts=len(self._pending), cure="mend the store named above")
        await self._tasks.close()

    async def flush(self) -> None:
        """Returns when all that was noted is in the store."""
        await self._idle.wait()

    def note(self, fact: Fact) -> None:
        """Keep a fact."""
        if isinstance(fact, CallOffered):
            self._records[fact.call] = records.begin(fact)
        elif (record := self._record_of(fact)) is not None:
            self._records[record.id] = records.fold(record, fact)
        self._append(fact)
        self._bus.publish(fact)

    def resume(self, record: CallRecord) -> None:
        """Take up a call whose record is in the store."""
        self._records[record.id] = record

    def record(self, call: str) -> CallRecord | None:
        """The record of a call that is not forgotten yet."""
        return self._records.get(call)

    def forget(self, call: str) -> None:
        """No more facts will come about this call."""
        self._append(_Forget(call))

    def _append(self, entry: Fact | _Forget) -> None:
        self._pending.append(entry)
        self._metrics.journal_backlog.set(len(self._pending))
        self._idle.clear()
        self._wake.set()

    def _record_of(self, fact: Fact) -> CallRecord | None:
        call = getattr(fact, "call", None)
        return self._records.get(call) if call else None

    async def _write(self) -> None:
        failures = 0
        while True:
            await self._wake.wait()
            batch = list(islice(self._pending, BATCH))
            try:
                await self._store_batch(
                    [entry for entry in batch if not isinstance(entry, _Forget)]
                )
            except StoreError as error:
                self._failed(error, failures)
                await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
                failures += 1
                continue
            if failures:
                _log.info("store_is_back", facts=len(self._pending))
            failures, self.trouble = 0, ""
            self._written(batch)

    async def _store_batch(self, facts: list[Fact]) -> None:
        if facts:
            known = (self._record_of(fact) for fact in facts)
            await self._store.append(facts, {record.id: record for record in known if record})

    def _failed(self, error: StoreError, failures: int) -> None:
        self._metrics.store_failures.inc()
        self.trouble = str(error)
        if not failures:
            _log.warning("store_refused", error=str(error), facts=len(self._pending))

    def _written(self, batch: list[Fact | _Forget]) -> None:
        for entry in batch:
            self._pending.popleft()
            if isinstance(entry, _Forget):
                self._records.pop(entry.call, None)
        self._metrics.journal_backlog.set(len(self._pending))
        if not self._pending:
            self._wake.clear()
            self._idle.set()
