"""Facts on their way into the spool, so that the death of the controller costs none of them.

Facts wait in memory for no longer than a write takes (well under a millisecond, away from the
loop); only these are lost when the controller is killed. While the disk of the spool refuses, they
stay in memory, and the store takes them from here; when the store is away too, :data:`HELD` of them
are kept and later ones are dropped and counted.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

from callserver import log
from callserver.call.line import Noted
from callserver.call.spool import Spool
from callserver.metrics import Metrics
from callserver.model.facts import Fact

_log = log.get("journal")

BATCH = 500
HELD = 50_000
RETRY_S = 1.0
# A power cut costs no more than this: the database itself is brought to the disk less often.
SYNC_S = 1.0


class Spooler:
    """``noted`` is the number of the last fact, ``trouble`` why the disk refuses (empty: it does
    not). ``on_progress`` is called when the store may have something to take."""

    def __init__(self, spool: Spool, metrics: Metrics, on_progress: Callable[[], None]) -> None:
        self.noted = 0
        self.trouble = ""
        self._dropped = 0
        self._spool = spool
        self._metrics = metrics
        self._on_progress = on_progress
        self._fresh: deque[Noted] = deque()
        self._writing = False
        self._stopping = False
        self._wake = asyncio.Event()
        self._dirty = asyncio.Event()
        self._waiters: list[asyncio.Future[None]] = []

    @property
    def waiting(self) -> int:
        """How many facts are in memory alone."""
        return len(self._fresh)

    def put(self, fact: Fact) -> bool:
        """Keep a fact; False: there is no room for it anywhere."""
        if len(self._fresh) >= HELD:
            self._drop(fact)
            return False
        self.noted += 1
        self._fresh.append(Noted(self.noted, fact))
        self._wake.set()
        if self.trouble:
            self._on_progress()
        return True

    async def kept(self) -> None:
        """Returns when what was noted until now has left the memory, or the disk refuses."""
        upto = self.noted
        while self._fresh and self._fresh[0].number <= upto and not self.trouble:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter

    def take(self, limit: int) -> list[Noted]:
        """While the disk refuses: the oldest facts, which are the taker's from now on."""
        if not self.trouble or self._writing:
            return []
        return [self._fresh.popleft() for _ in range(min(limit, len(self._fresh)))]

    def give_back(self, batch: Sequence[Noted]) -> None:
        """What was taken could not be used."""
        self._fresh.extendleft(reversed(batch))

    async def run(self) -> None:
        """Until :meth:`stop`."""
        while not self._stopping:
            if not self.trouble:
                await self._wake.wait()
                self._wake.clear()
            batch = list(islice(self._fresh, BATCH))
            if not (batch or self.trouble):
                continue
            written = await self._write(batch)
            waiters, self._waiters = self._waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)
            if written:
                self._wake.set()
            else:
                await asyncio.sleep(RETRY_S)

    async def sync(self) -> None:
        """Bring the spool to the disk itself, once in :data:`SYNC_S` at most."""
        while True:
            await self._dirty.wait()
            await asyncio.sleep(SYNC_S)
            self._dirty.clear()
            try:
                await asyncio.to_thread(self._spool.sync)
            except OSError as error:
                _log.error("spool_not_synced", error=str(error), cure="look at the disk")

    def stop(self) -> None:
        """End :meth:`run` after the write that runs."""
        self._stopping = True
        self._wake.set()

    async def _write(self, batch: list[Noted]) -> bool:
        """An empty batch tries whether the disk is back."""
        self._writing = True
        try:
            await asyncio.to_thread(self._spool.write, batch)
        except OSError as error:
            self._failed(error)
            return False
        finally:
            self._writing = False
            self._on_progress()
        for _ in batch:
            self._fresh.popleft()
        self._dirty.set()
        if self.trouble:
            _log.info("spool_is_back", facts=len(self._fresh), dropped=self._dropped)
            self.trouble, self._dropped = "", 0
        return True

    def _failed(self, error: OSError) -> None:
        self._metrics.spool_failures.inc()
        if not self.trouble:
            _log.error(
                "spool_refused",
                error=str(error),
                cure="free space on the disk of server.data_dir, or make it writable; until then "
                "facts are in memory alone",
            )
        self.trouble = f"could not write the spool: {error}; free space on its disk"

    def _drop(self, fact: Fact) -> None:
        self._metrics.facts_lost.labels("no_room").inc()
        if not self._dropped:
            _log.critical(
                "facts_dropped",
                fact=type(fact).__name__,
                held=HELD,
                cure="neither the database nor the spool can be written: mend one of them now",
            )
        self._dropped += 1
