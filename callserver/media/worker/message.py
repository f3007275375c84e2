"""A voice message while it is spoken: how long, how much of it is voice, when it is over (pure).

A voice is what is louder than ``VOICE``; a look every 50 ms or so is enough to tell whether
somebody speaks. In a noisy place the silence may never come: then a key or the length ends it.
"""

from callserver.model.events import MessageEnd

VOICE = 12  # of 49, on the bridge's scale of decibels: 38 dB under full scale
LONGEST_LOOK_S = 0.25


class MessageWatch:
    """Times are seconds on one clock. ``silence_s`` 0: silence ends nothing."""

    def __init__(self, max_s: float, silence_s: float, now: float) -> None:
        self._max_s = max_s
        self._silence_s = silence_s
        self._start = self._looked = self._voice_at = now
        self.voice_s = 0.0

    @property
    def duration_s(self) -> float:
        return self._looked - self._start

    @property
    def quiet_s(self) -> float:
        """How long nothing was said at the end."""
        return self._looked - self._voice_at

    def look(self, level: int, now: float) -> MessageEnd | None:
        """It is so loud now, 0 to 49; why the message is over, if it is."""
        passed_s, self._looked = now - self._looked, now
        if level >= VOICE:
            self.voice_s += min(passed_s, LONGEST_LOOK_S)
            self._voice_at = now
        if self.duration_s >= self._max_s:
            return MessageEnd.LENGTH
        if self._silence_s and self.quiet_s >= self._silence_s:
            return MessageEnd.SILENCE
        return None
