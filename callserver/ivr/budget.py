"""No flow can trap a caller (pure): a call may take so many steps, so much time, and no more."""

from collections import Counter
from dataclasses import dataclass

from callserver.config.ivr import Ivr
from callserver.model.errors import FlowError


@dataclass(frozen=True, slots=True)
class Limits:
    """``idle_steps``: in a row in which the caller pressed nothing and met nobody; ``visits``: of
    one step in such a row; ``steps``: of one call; ``seconds`` in the flow since the caller last
    met somebody or pressed a key."""

    idle_steps: int = 50
    visits: int = 10
    steps: int = 1000
    seconds: float = 900.0


def limits(settings: Ivr) -> Limits:
    """As the configuration has them."""
    return Limits(settings.idle_steps, settings.visits, settings.steps, settings.idle_s)


class Budget:
    """What one call has spent."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._activity = 0
        self._active_at = now
        self._all = 0
        self._idle = 0
        self._visits: Counter[tuple[str, str]] = Counter()

    def spend(self, flow: str, step: str, activity: int, now: float) -> None:
        """The call enters a step. Raises ``FlowError`` when it has been through too many."""
        limits = self._limits
        if activity != self._activity:
            self._activity, self._active_at = activity, now
            self._idle = 0
            self._visits.clear()
        self._all += 1
        self._idle += 1
        self._visits[flow, step] += 1
        if (
            self._idle > limits.idle_steps
            or self._visits[flow, step] > limits.visits
            or self._all > limits.steps
        ):
            raise FlowError(
                f"{flow}: step `{step}`: the call went through {self._all} steps, the last "
                f"{self._idle} of them without a key pressed; the flow goes round in a circle, "
                "`callserver flow check` may tell where"
            )
        if now - self._active_at > limits.seconds:
            raise FlowError(
                f"{flow}: step `{step}`: no key was pressed for {now - self._active_at:.0f} s; "
                "lead callers who press nothing to an agent or to the end"
            )
