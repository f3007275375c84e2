"""A sorted collection: first, place of, add and discard, all cheap at 100,000 members."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=tuple[float | str, ...])
V = TypeVar("V")

# Members move within one run only, and counting a place walks over the runs before it: at 100,000
# members either stays at a few microseconds.
RUN = 512


class Ordered(Generic[K, V]):
    """Values in the order of their keys. A key stands for one value and must not change."""

    def __init__(self) -> None:
        self._values: dict[K, V] = {}
        self._runs: list[list[K]] = []
        self._lasts: list[K] = []  # a bound: no member of the run is greater

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[V]:
        return (self._values[key] for run in self._runs for key in run)

    def first(self) -> V | None:
        """The value with the smallest key."""
        return self._values[self._runs[0][0]] if self._runs else None

    def items(self, after: tuple[float | str, ...] = ()) -> Iterator[tuple[K, V]]:
        """Keys and values in order, from the first key that is greater than ``after`` on. Nothing
        may be added or taken out meanwhile."""
        at = bisect_right(self._lasts, after)
        start = bisect_right(self._runs[at], after) if at < len(self._runs) else 0
        for run in self._runs[at:]:
            for key in run[start:] if start else run:
                yield key, self._values[key]
            start = 0

    def at(self, place: int) -> V:
        """The value before which so many stand. Raises ``IndexError``."""
        for run in self._runs:
            if place < len(run):
                return self._values[run[place]]
            place -= len(run)
        raise IndexError(place)

    def add(self, key: K, value: V) -> None:
        """Put a value in its place; one that has this key already is replaced."""
        known = key in self._values
        self._values[key] = value
        if known:
            return
        if not self._runs:
            self._runs.append([key])
            self._lasts.append(key)
            return
        at = min(bisect_left(self._lasts, key), len(self._lasts) - 1)
        run = self._runs[at]
        insort(run, key)
        if len(run) > 2 * RUN:
            self._runs.insert(at + 1, run[RUN:])
            self._lasts.insert(at + 1, run[-1])
            del run[RUN:]
        self._lasts[at] = run[-1]

    def discard(self, key: K) -> None:
        """Take a value out, if it is there."""
        if self._values.pop(key, None) is None:
            return
        at = bisect_left(self._lasts, key)
        run = self._runs[at]
        del run[bisect_left(run, key)]
        if not run:
            del self._runs[at], self._lasts[at]

    def place(self, key: tuple[float | str, ...]) -> int:
        """How many stand before this key."""
        at = bisect_left(self._lasts, key)
        before = sum(map(len, self._runs[:at]))
        return before + (bisect_left(self._runs[at], key) if at < len(self._runs) else 0)
