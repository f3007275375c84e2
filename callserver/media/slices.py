"""Port slices: which part of the RTP range a worker gets, and how long it rests afterwards."""

from collections import deque


class Slices:
    """Slices of ``size`` ports from ``first`` (even) to ``last``. ``now`` is in seconds of any
    clock that does not jump."""

    def __init__(self, first: int, last: int, size: int, rest_s: float) -> None:
        count = (last - first + 1) // size
        self._rest_s = rest_s
        self._free = deque(first + size * number for number in range(count))
        self._resting: deque[tuple[float, int]] = deque()
        self._taken: set[int] = set()

    def take(self, now: float) -> int | None:
        """The first port of the slice that rested longest; None when there is none."""
        self._wake(now)
        if not self._free:
            return None
        first = self._free.popleft()
        self._taken.add(first)
        return first

    def keep(self, first: int) -> None:
        """A worker that is already there has this slice."""
        if first in self._free:
            self._free.remove(first)
            self._taken.add(first)

    def give_back(self, first: int, now: float) -> None:
        """The worker is gone; late packets may still come. Giving back twice does nothing."""
        if first in self._taken:
            self._taken.remove(first)
            self._resting.append((now + self._rest_s, first))

    def rested_at(self) -> float | None:
        """When the next resting slice will be free."""
        return self._resting[0][0] if self._resting else None

    @property
    def taken(self) -> int:
        return len(self._taken)

    def counts(self, now: float) -> tuple[int, int, int]:
        """How many are free, resting, taken."""
        self._wake(now)
        return len(self._free), len(self._resting), len(self._taken)

    def _wake(self, now: float) -> None:
        while self._resting and self._resting[0][0] <= now:
            self._free.append(self._resting.popleft()[1])
