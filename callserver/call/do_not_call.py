"""The do-not-call list: who asked not to be called is not called.

Every call to the outside asks it (:mod:`callserver.call.toll`), so it is in memory: some 150 bytes
a number. Who asks to be called back is called, list or not: that is what they asked for.
"""

import asyncio
from collections.abc import Sequence

from callserver import log
from callserver.call import numbers
from callserver.model.do_not_call import DoNotCall, DoNotCallStore
from callserver.model.errors import NotAllowed, StoreError
from callserver.model.ports import Clock

_log = log.get("outgoing")

FOR_EVER = float("inf")
AGAIN_S = 300.0


class Unwilling:
    """The numbers, in memory (pure)."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._contacts: set[str] = set()

    def load(
        self, listed: Sequence[tuple[str, float | None]], contacts: Sequence[str] = ()
    ) -> None:
        """These, and no others; ``contacts`` say so themselves."""
        self._until = {number: _until(until) for number, until in listed}
        self._contacts = set(contacts)

    def put(self, number: str, until: float | None) -> None:
        """It is on the list."""
        self._until[number] = _until(until)

    def remove(self, number: str) -> None:
        """It is on the list no more."""
        self._until.pop(number, None)

    def contact(self, number: str, *, unwilling: bool) -> None:
        """What a contact wants now."""
        if unwilling:
            self._contacts.add(number)
        else:
            self._contacts.discard(number)

    def holds(self, number: str, now: float) -> bool:
        """Whether this number (E.164) must not be called now."""
        return number in self._contacts or now < self._until.get(number, now)


def _until(until: float | None) -> float:
    return FOR_EVER if until is None else until


class DoNotCallList:
    """The list of a running server: what is in the store is in ``memory``."""

    def __init__(self, store: DoNotCallStore, clock: Clock, country: str) -> None:
        self.memory = Unwilling()
        self._store = store
        self._clock = clock
        self._country = country
        self._busy = asyncio.Lock()  # who reads while another writes would forget the new entry

    async def load(self) -> None:
        """Read it again. Raises ``StoreError``."""
        async with self._busy:
            self.memory.load(await self._store.barred(), await self._store.unwilling())

    async def reload(self) -> None:
        """Somebody else changed it; what cannot be read stays as it is."""
        try:
            await self.load()
        except StoreError as error:
            _log.error("do_not_call_not_read", error=str(error), now="as it was before")

    async def follow(self) -> None:
        """Read it again from time to time, for ever: other servers of the same database change it
        too."""
        while True:
            await asyncio.sleep(AGAIN_S)
            await self.reload()

    def number(self, text: str) -> str | None:
        """A number as people write it, in E.164; None: it is none."""
        return numbers.read(text, self._country)

    async def entries(self, after: str, limit: int) -> Sequence[DoNotCall]:
        """By number, those behind ``after``. Raises ``StoreError``."""
        return await self._store.entries(after, limit)

    async def get(self, number: str) -> DoNotCall | None:
        """The entry of a number (E.164); None: it has none. Raises ``StoreError``."""
        return await self._store.entry(number)

    async def put(self, number: str, until: float | None, reason: str, by: str) -> DoNotCall:
        """From now on it is not called. Raises ``NotAllowed``, ``StoreError``."""
        now = self._clock.now()
        if until is not None and until <= now:
            raise NotAllowed("`until` is over")
        made = DoNotCall(number, now, until, reason, by)
        async with self._busy:
            await self._store.put([made])
            self.memory.put(number, until)
        return made

    async def remove(self, number: str) -> bool:
        """It may be called again; whether it was on the list. Raises ``StoreError``."""
        async with self._busy:
            was = await self._store.remove(number)
            self.memory.remove(number)
        return was
