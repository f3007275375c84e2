"""The clock of controller and workers."""

import time
from collections.abc import Callable, Mapping
from typing import Final

# Not CLOCK_MONOTONIC, which stands still while a machine sleeps.
SINCE_BOOT: Final = time.CLOCK_BOOTTIME


# A leap second is one; slower corrections move both clocks.
WORTH_TELLING_S: Final = 2.0


def _since_boot() -> float:
    return time.clock_gettime(SINCE_BOOT)


class SystemClock:
    """Seconds since 1970, as the system's clock has it when this is made, and steady from then on.

    Nearly everything that waits here compares two times: a wrap-up, a registration, a ban, a nonce,
    ports that rest. When somebody sets the system's clock (an operator, NTP after a long while, a
    virtual machine that was moved), none of it may end an hour early or hang for an hour. So a
    server keeps the time it started with until it starts again, or is upgraded; its workers have
    the same. ``ahead`` is how far this clock is ahead of the machine's seconds since boot, which
    nobody sets; None: as the system's clock is now."""

    def __init__(
        self,
        ahead: float | None = None,
        wall: Callable[[], float] = time.time,
        since_boot: Callable[[], float] = _since_boot,
    ) -> None:
        self._wall = wall
        self._since_boot = since_boot
        self.ahead = wall() - since_boot() if ahead is None else ahead

    def now(self) -> float:
        return self._since_boot() + self.ahead

    def set_by(self) -> float:
        """By how many seconds somebody has set the system's clock since."""
        return self._wall() - self.now()

    def warnings(self) -> Mapping[str, str]:
        """What people should know of it."""
        by = self.set_by()
        if abs(by) < WORTH_TELLING_S:
            return {}
        return {
            "clock": f"the system's clock was set by {by:+.0f} s; the server goes on with the time "
            "before that until `callserver upgrade`"
        }
