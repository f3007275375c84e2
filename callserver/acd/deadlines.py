"""When whose time is up: one moment per name, the earliest first."""

from heapq import heapify, heappop, heappush
from math import inf

SLACK = 1000


class Deadlines:
    """One moment (seconds since 1970) per name. A moment that was changed or taken back stays in
    the heap until it comes up, and is skipped then."""

    def __init__(self) -> None:
        self._moments: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []

    def set(self, name: str, when: float | None) -> None:
        """Replace the moment of this name; None: it has none."""
        if when is None:
            self._moments.pop(name, None)
            return
        if self._moments.get(name) == when:
            return
        self._moments[name] = when
        heappush(self._heap, (when, name))
        if len(self._heap) > 2 * len(self._moments) + SLACK:
            self._heap = [(moment, owner) for owner, moment in self._moments.items()]
            heapify(self._heap)

    def next(self) -> float | None:
        """The earliest moment."""
        while self._heap:
            when, name = self._heap[0]
            if self._moments.get(name) == when:
                return when
            heappop(self._heap)
        return None

    def due(self, now: float, most: float = inf) -> list[str]:
        """The names whose moment has come, earliest first, at most so many; their moments are gone
        after this."""
        names: list[str] = []
        while len(names) < most and (when := self.next()) is not None and when <= now:
            _, name = heappop(self._heap)
            del self._moments[name]
            names.append(name)
        return names
