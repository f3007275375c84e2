"""The caller's keys, in the order pressed, kept until a step asks for them."""

import asyncio
from collections import deque

SWALLOW_S = 3.0


class Keypad:
    """Bounded: a caller who leans on a key fills no memory."""

    KEEP = 64

    def __init__(self) -> None:
        self._keys: deque[str] = deque()
        self._again: deque[str] = deque()
        self._there = asyncio.Event()
        self._swallow = ("", 0.0)

    def press(self, digit: str, at: float) -> None:
        """``at``: seconds since 1970."""
        key, until = self._swallow
        self._swallow = ("", 0.0)
        if digit == key and at <= until:
            return
        if len(self._keys) < self.KEEP:
            self._keys.append(digit)
            self._there.set()

    def swallow(self, key: str, now: float) -> None:
        """Should the next key be this one, and soon, it is dropped."""
        if self._keys and self._keys[0] == key:
            self._keys.popleft()
            self._note()
        elif not self._keys:
            self._swallow = (key, now + SWALLOW_S)

    def replay(self, digits: str) -> None:
        """These come again, before all others: a restart made a step forget them."""
        self._again.extend(digits)
        self._note()

    def clear(self) -> None:
        """Forget what was pressed and not taken."""
        self._keys.clear()
        self._again.clear()
        self._note()

    @property
    def pressed(self) -> bool:
        """Is a key waiting?"""
        return bool(self._again or self._keys)

    async def any(self, timeout_s: float | None) -> bool:
        """Wait for a key (None: for ever) and leave it there; False when none was pressed within
        ``timeout_s``."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._there.wait()
        except TimeoutError:
            return False
        return True

    async def wait(self, seconds: float, *, until_pressed: bool) -> None:
        """Let time pass; with ``until_pressed`` a key ends it."""
        if until_pressed:
            await self.any(seconds)
        else:
            await asyncio.sleep(seconds)

    async def next(self, timeout_s: float | None) -> tuple[str, bool] | None:
        """The next key, and whether it comes again; None when none was pressed within
        ``timeout_s``."""
        if not await self.any(timeout_s):
            return None
        again = bool(self._again)
        key = (self._again if again else self._keys).popleft()
        self._note()
        return key, again

    def _note(self) -> None:
        if self.pressed:
            self._there.set()
        else:
            self._there.clear()
