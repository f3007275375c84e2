"""The caller's keys, in the order pressed, kept until a step asks for them."""

import asyncio


class Keypad:
    """Bounded: a caller who leans on a key fills no memory."""

    KEEP = 64

    def __init__(self) -> None:
        self._keys: asyncio.Queue[str] = asyncio.Queue(self.KEEP)

    def press(self, digit: str) -> None:
        if not self._keys.full():
            self._keys.put_nowait(digit)

    @property
    def pressed(self) -> bool:
        """Is a key waiting?"""
        return not self._keys.empty()

    async def next(self, timeout_s: float) -> str | None:
        """The next key; None when none was pressed within ``timeout_s``."""
        try:
            async with asyncio.timeout(timeout_s):
                return await self._keys.get()
        except TimeoutError:
            return None
