"""Waiting for something to become true, without polling and always with a deadline."""

import asyncio
from collections.abc import Callable

PATIENCE_S = 15.0
"""How long a test waits for what should come at once: a machine may be busy with other tests."""


class Watch:
    """The owner calls :meth:`changed` after every change of what is watched; waiters look again.

    ``fail`` (the watched process died, say) raises its error in everybody who waits now or later
    for something that is not true yet.
    """

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()
        self._error: Exception | None = None

    async def until(self, what: str, true: Callable[[], object], timeout: float) -> None:  # noqa: ASYNC109 - a test reads better with its deadline in the call
        """Return as soon as ``true()`` is; raises ``TimeoutError`` naming ``what`` after
        ``timeout`` seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while not true():
            if self._error is not None:
                raise self._error
            waiter = loop.create_future()
            self._waiters.add(waiter)
            try:
                async with asyncio.timeout_at(deadline):
                    await waiter
            except TimeoutError:
                raise TimeoutError(f"{what}: not within {timeout} s") from None
            finally:
                self._waiters.discard(waiter)

    def changed(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    def fail(self, error: Exception) -> None:
        self._error = error
        self.changed()
