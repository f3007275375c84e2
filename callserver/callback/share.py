"""The fair share between callers on the line and callbacks (pure).

Both have places by their time of entry, and the queue keeps them. But callbacks pile up (overnight,
after a fault), and all of them have come before whoever calls now: while anybody waits on the line,
callbacks are let into the queue only as far as they have earned it. Every caller who gets an agent
earns them ``share / (1 - share)`` of a turn, so in the long run they get ``share`` of all.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """Of one queue. ``earned`` are the turns that callbacks may still have; they begin with one, so
    that the first of them is served in its turn."""

    share: float
    earned: float = 1.0

    def caller_served(self) -> "Share":
        """Somebody on the line got an agent."""
        if self.share >= 1:
            return self
        rate = self.share / (1 - self.share)
        return Share(self.share, min(self.earned + rate, 1 + rate))

    def callback_served(self, callers: int) -> "Share":
        """A callback got an agent, while so many waited on the line: with nobody there it took
        nothing from anybody."""
        return Share(self.share, max(self.earned - 1, 0.0)) if callers else self

    def room(self, callers: int, idle: int, agents: int) -> int:
        """How many callbacks may be in the queue, besides those who have an agent, while
        ``callers`` wait on the line and so many of the ``agents`` are idle (nobody on the line will
        do for those)."""
        if not callers or self.share >= 1:
            return agents
        return max(idle, int(self.earned) if self.share else 0)
