"""How much somebody may ask for: a token bucket for each, in a bounded table. Pure."""

from collections import OrderedDict

MAX_KEYS = 10_000


class Rate:
    """``per_s`` a second, ``burst`` at once, for each key. When the table is full, the key that was
    silent for longest is forgotten. ``now`` is in seconds of a clock that does not jump."""

    def __init__(self, per_s: float, burst: int) -> None:
        self._per_s = per_s
        self._burst = float(burst)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, now: float) -> float:
        """One more, if it is allowed: 0. Else how many seconds are missing until it is."""
        left, since = self._buckets.get(key, (self._burst, now))
        left = min(self._burst, left + max(now - since, 0.0) * self._per_s)
        missing = 0.0 if left >= 1.0 else (1.0 - left) / self._per_s
        self._buckets[key] = (left if missing else left - 1.0, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > MAX_KEYS:
            self._buckets.popitem(last=False)
        return missing

    def __len__(self) -> int:
        return len(self._buckets)
