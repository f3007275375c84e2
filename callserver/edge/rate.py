"""How much one address may ask for: a token bucket each, in a bounded table."""

from collections import OrderedDict

MAX_SOURCES = 10_000


class Rate:
    """``per_s`` requests a second, ``burst`` at once. The address silent for longest is forgotten
    when the table is full."""

    def __init__(self, per_s: float, burst: int) -> None:
        self._per_s = per_s
        self._burst = float(burst)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, host: str, now: float) -> bool:
        """Whether one more is allowed."""
        left, since = self._buckets.get(host, (self._burst, now))
        left = min(self._burst, left + max(now - since, 0.0) * self._per_s)
        allowed = left >= 1.0
        self._buckets[host] = (left - 1.0 if allowed else left, now)
        self._buckets.move_to_end(host)
        if len(self._buckets) > MAX_SOURCES:
            self._buckets.popitem(last=False)
        return allowed
