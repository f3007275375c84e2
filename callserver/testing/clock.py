"""Virtual time. :class:`VirtualClock` is moved by hand, for what takes ``now`` or asks a clock.
:func:`in_virtual_time` is for what waits with asyncio (``sleep``, ``timeout``, ``call_later``): it
runs a test in a loop whose time jumps to the next deadline whenever everybody waits, so an hour of
waiting takes no time and always ends in the same order.

::

    @in_virtual_time
    async def test_the_caller_is_told_again_after_thirty_seconds() -> None:
        clock = LoopClock()
        ...
        await asyncio.sleep(30)

Threads and other processes live in real time, so nothing in such a test may wait for them (SQLite
does, sockets do; the fakes do not).
"""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

EPOCH = 1_800_000_000.0
"""When virtual time begins, seconds since 1970."""

P = ParamSpec("P")


class VirtualClock:
    """Implements ``Clock``; stands still until it is moved."""

    def __init__(self, now: float = EPOCH) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> float:
        """Time passes; what it is then."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._now += seconds
        return self._now


class LoopClock:
    """Implements ``Clock``: the time of the loop it is asked in."""

    def now(self) -> float:
        return EPOCH + asyncio.get_running_loop().time()


class _JumpingSelector(selectors.DefaultSelector):
    """Does not sleep until the next deadline: says how long it would have."""

    def __init__(self) -> None:
        super().__init__()
        self.slept = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return super().select(None)
        ready = super().select(0)
        if not ready and timeout > 0:
            self.slept += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose time is the sum of what it would have slept."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.slept


def in_virtual_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Make a test of a coroutine function that runs in virtual time."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run
