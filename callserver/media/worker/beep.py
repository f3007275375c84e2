"""The tone of an answering machine: one frequency, steadily loud (pure arithmetic).

Of a sine, ``x[n] + x[n-2] = c x[n-1]`` with ``c = 2 cos w``. The best ``c`` of a frame gives its
frequency, and what it leaves unexplained says whether that is all there is. Voices come near it for
a frame, and hardly ever at the same frequency and loudness for a fifth of a second.
"""

from array import array
from itertools import islice
from math import acos, pi
from operator import add, mul, sub

RATE = 8000
LOWEST_HZ, HIGHEST_HZ = 380.0, 2200.0
"""2100 Hz is what a fax answers with (ITU-T T.30)."""
NOISE = 0.15  # of the power, at most
SAME_HZ = 0.03
SAME_LOUDNESS = 0.2
BEEP_FRAMES = 10


class BeepWatch:
    """Hears frames of 16-bit samples at 8 kHz, 20 ms each."""

    def __init__(self) -> None:
        self._hz = 0.0
        self._loudness = 0
        self._frames = 0

    def hear(self, samples: "array[int]", loudness: int) -> bool:
        """Whether this frame belongs to a tone that has lasted ``BEEP_FRAMES``; ``loudness`` is the
        sum of all deflections."""
        steady = abs(loudness - self._loudness) <= SAME_LOUDNESS * loudness
        self._loudness = loudness
        hz = pitch(samples) if steady and loudness else 0.0
        if not hz:
            self._frames = 0
            return False
        if not self._frames or abs(hz - self._hz) > SAME_HZ * self._hz:
            self._hz, self._frames = hz, 0
        self._frames += 1
        return self._frames >= BEEP_FRAMES


def pitch(samples: "array[int]") -> float:
    """The frequency in hertz, if there is one and hardly anything else; 0: there is not."""
    middle = samples[1:-1]
    outer = list(map(add, samples, islice(samples, 2, None)))
    power = sum(map(mul, middle, middle))
    if not power:
        return 0.0
    turn = sum(map(mul, outer, middle)) / power
    if abs(turn) >= 2:
        return 0.0
    hz = acos(turn / 2) * RATE / (2 * pi)
    if not LOWEST_HZ <= hz <= HIGHEST_HZ:
        return 0.0
    rest = list(map(sub, outer, [turn * sample for sample in middle]))
    left_over = NOISE * (2 + turn * turn)  # white noise is in all three samples
    return hz if sum(map(mul, rest, rest)) <= left_over * power else 0.0
