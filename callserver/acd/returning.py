"""Callers who hung up while waiting, and have the place they had if they are back soon."""

# Those remembered at once; a flood of numbers pushes out the oldest.
MOST = 20_000


class Returning:
    """By queue and number."""

    def __init__(self) -> None:
        self._left: dict[tuple[str, str], tuple[float, float]] = {}

    def left(self, queue: str, number: str, entered_at: float, until: float) -> None:
        """They gave up; until then they may come back."""
        if number:
            self._left.pop((queue, number), None)
            self._left[(queue, number)] = (entered_at, until)
            if len(self._left) > MOST:
                del self._left[next(iter(self._left))]

    def entered_at(self, queue: str, number: str, now: float) -> float | None:
        """Since when somebody who comes now has waited; None: they are new. Asked once."""
        entered_at, until = self._left.pop((queue, number), (0.0, 0.0))
        return entered_at if now <= until else None
