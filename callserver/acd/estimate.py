"""How long a caller will wait, as a range, and how good that was.

With ``n`` callers to be served until it is one's turn (oneself included), ``c`` agents and a handle
time of ``m``, calls are taken at a rate of ``c / m``, and callers ahead who give up (at a rate of
``θ`` each) make it faster: the mean is the sum of ``1 / (c/m + j·θ)`` for ``j`` from 0 to
``n - 1``, the variance that of the squares. A gamma distribution with both gives the range. How
long somebody has waited already is no part of it, so it never grows because of that.

The range shall hold in four of five cases. Where the model is wrong (breaks, rushes, calls of very
different length), its two ends and its middle are moved a little after every caller whose wait is
known, towards one in ten below, half, and one in ten above (quantiles tracked by stochastic
approximation).
"""

from collections import deque
from math import log, sqrt

from callserver.model.overflow import Wait

HOUR_S = 3600.0
MOST = 5000  # values of an hour that are remembered
EXACT = 64  # terms that are added one by one; the rest of the sum is an integral
TAIL = 0.1
TAIL_Z = 1.2816  # a tenth of a normal distribution lies beyond
STEP = 0.06
FARTHEST_Z = 4.0


class Hour:
    """Values of the last hour, and their mean."""

    def __init__(self) -> None:
        self._values: deque[tuple[float, float]] = deque()
        self._sum = 0.0

    def add(self, value: float, now: float) -> None:
        self._values.append((now, value))
        self._sum += value
        if len(self._values) > MOST:
            self._sum -= self._values.popleft()[1]

    def count(self, now: float) -> int:
        self._forget(now)
        return len(self._values)

    def sum(self, now: float) -> float:
        self._forget(now)
        return self._sum

    def mean(self, default: float, now: float) -> float:
        count = self.count(now)
        return self._sum / count if count else default

    def _forget(self, now: float) -> None:
        while self._values and self._values[0][0] < now - HOUR_S:
            self._sum -= self._values.popleft()[1]
        if not self._values:
            self._sum = 0.0


class Forecast:
    """Of one queue. ``guess_s`` is the handle time while none is known."""

    def __init__(self, guess_s: float) -> None:
        self._guess_s = guess_s
        self.handled = Hour()
        self.ringing = Hour()
        self.waited = Hour()
        self.gave_up = Hour()
        self._low_z = -TAIL_Z
        self._likely_z = 0.0
        self._high_z = TAIL_Z
        self.made = 0
        self.held = 0
        self.error_s = 0.0
        self.bias_s = 0.0

    def wait(self, ahead: int, agents: float, now: float) -> Wait | None:
        """The wait until ``ahead`` callers (the one who asks included) are served by so many
        agents; None when there are none."""
        if agents <= 0:
            return None
        handle_s = max(self.handled.mean(self._guess_s, now), 1.0)
        waited_s = self.waited.sum(now)
        leaving = self.gave_up.count(now) / waited_s if waited_s else 0.0
        mean, variance = _until_served(max(ahead, 1), agents / handle_s, leaving)
        ring_s = self.ringing.mean(0.0, now)
        low, likely, high = (
            _quantile(mean, variance, z) + ring_s
            for z in (self._low_z, self._likely_z, self._high_z)
        )
        return Wait(low, min(max(likely, low), high), high)

    def learn(self, expected: Wait, waited_s: float) -> None:
        """What came of an estimate."""
        below, above = waited_s < expected.low, waited_s > expected.high
        longer = waited_s > expected.likely
        self.made += 1
        self.held += not (below or above)
        self.error_s += abs(waited_s - expected.likely)
        self.bias_s += waited_s - expected.likely
        low_z = self._low_z + STEP * (TAIL - below)
        high_z = self._high_z + STEP * (above - TAIL)
        self._low_z = min(max(low_z, -FARTHEST_Z), 0.0)
        self._high_z = max(min(high_z, FARTHEST_Z), 0.0)
        likely_z = self._likely_z + STEP * (longer - 0.5)
        self._likely_z = min(max(likely_z, self._low_z), self._high_z)


def _until_served(callers: int, rate: float, leaving: float) -> tuple[float, float]:
    """Mean and variance of the time until so many have been served or have left."""
    terms = [1 / (rate + number * leaving) for number in range(min(callers, EXACT))]
    mean, variance = sum(terms), sum(term * term for term in terms)
    if callers > EXACT:
        first, last = rate + (EXACT - 0.5) * leaving, rate + (callers - 0.5) * leaving
        if leaving:
            mean += log(last / first) / leaving
            variance += (1 / first - 1 / last) / leaving
        else:
            mean += (callers - EXACT) / rate
            variance += (callers - EXACT) / rate**2
    return mean, variance


def _quantile(mean: float, variance: float, z: float) -> float:
    """Of the gamma distribution (E. B. Wilson and M. M. Hilferty 1931)."""
    spread = variance / (9 * mean * mean)
    return float(mean * max(1 - spread + z * sqrt(spread), 0.0) ** 3)
