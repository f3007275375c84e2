"""A do-not-call list in memory."""

from collections.abc import Sequence

from callserver.model.do_not_call import DoNotCall


class MemoryDoNotCall:
    """Implements ``DoNotCallStore``. ``contacts`` are those who say no themselves."""

    def __init__(self) -> None:
        self.contacts: list[str] = []
        self._entries: dict[str, DoNotCall] = {}

    async def barred(self) -> Sequence[tuple[str, float | None]]:
        return [(one.number, one.until) for one in self._entries.values()]

    async def unwilling(self) -> Sequence[str]:
        return [*self.contacts]

    async def entry(self, number: str) -> DoNotCall | None:
        return self._entries.get(number)

    async def entries(self, after: str, limit: int) -> Sequence[DoNotCall]:
        return [self._entries[number] for number in sorted(self._entries) if number > after][:limit]

    async def put(self, entries: Sequence[DoNotCall]) -> None:
        self._entries |= {one.number: one for one in entries}

    async def remove(self, number: str) -> bool:
        return self._entries.pop(number, None) is not None
