"""Asking the store until it answers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from callserver import log
from callserver.metrics import Metrics
from callserver.model.errors import StoreBehind, StoreError

_log = log.get("journal")

RETRY_S = (0.1, 0.2, 0.5, 1.0, 2.0)
SLOW_S = 1.0

Answer = TypeVar("Answer")


class Patience:
    """Waits for one store, one question at a time."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._refused = ""
        self._asked_at: float | None = None

    @property
    def trouble(self) -> str:
        """Why the store does not answer; empty: it does."""
        if self._refused or self._asked_at is None:
            return self._refused
        waited = asyncio.get_running_loop().time() - self._asked_at
        return f"the database has not answered for {waited:.0f} s" if waited > SLOW_S else ""

    async def write(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer to what needs a write, however long it takes; the store is well then. Raises
        ``StoreBehind``."""
        answer = await self.read(ask)
        if self._refused:
            _log.info("store_is_back")
        self._refused = ""
        return answer

    async def read(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer, however long it takes. It says nothing about whether the store can be
        written. Raises ``StoreBehind``."""
        failures = 0
        while True:
            self._asked_at = asyncio.get_running_loop().time()
            try:
                return await ask()
            except StoreBehind:
                raise
            except StoreError as error:
                self._failed(error)
            finally:
                self._asked_at = None
            await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
            failures += 1

    def _failed(self, error: StoreError) -> None:
        self._metrics.store_failures.inc()
        if not self._refused:
            _log.warning("store_refused", error=str(error), now="facts wait in the spool")
        self._refused = str(error)
