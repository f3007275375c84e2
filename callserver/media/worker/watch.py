"""Whether a leg that should send sound does (pure)."""

from enum import Enum, auto

SILENT_S = 5.0


class Heard(Enum):
    """What a look found out."""

    LOST = auto()
    BACK = auto()


class SoundWatch:
    """Counts the packets of one leg; times are seconds on one clock."""

    def __init__(self) -> None:
        self._packets = -1
        self._since = 0.0
        self._lost = False
        self._past_s = 0.0

    def look(self, packets: int, now: float) -> Heard | None:
        """The leg should be sending, and has sent ``packets`` so far."""
        if packets != self._packets:
            was_lost = self._lost
            self._past_s = self.silent_s(now)
            self._packets, self._since, self._lost = packets, now, False
            return Heard.BACK if was_lost else None
        if self._lost or now - self._since < SILENT_S:
            return None
        self._lost = True
        return Heard.LOST

    def rest(self, now: float) -> None:
        """The leg need not send now: it holds."""
        self._past_s = self.silent_s(now)
        self._packets, self._lost = -1, False

    def silent_s(self, now: float) -> float:
        """How long it has sent nothing though it should, in all silences longer than
        ``SILENT_S``."""
        return self._past_s + (now - self._since if self._lost else 0.0)
