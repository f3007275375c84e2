"""Who is on the line with us, by their numbers."""

from collections.abc import Callable
from itertools import chain


class OnLine:
    """``dialable`` gives a number as we would dial it; None: we would not."""

    def __init__(self, dialable: Callable[[str], str | None]) -> None:
        self._dialable = dialable
        self._by_call: dict[str, tuple[str, ...]] = {}

    def names(self, number: str) -> tuple[str, ...]:
        """A number as their provider writes it, and as we would dial it."""
        return (number, self._dialable(number) or number)

    def came(self, call: str, number: str) -> tuple[str, ...]:
        """Somebody calls; the names of their number."""
        names = self._by_call[call] = self.names(number)
        return names

    def left(self, call: str) -> None:
        """They are gone."""
        self._by_call.pop(call, None)

    def numbers(self, but: str = "") -> frozenset[str]:
        """All of them, under all their names, ``but`` that of this call."""
        named = (names for call, names in self._by_call.items() if call != but)
        return frozenset(chain.from_iterable(named))
