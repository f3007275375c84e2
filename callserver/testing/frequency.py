"""Judging sound by frequency: which tone is heard, how loud, for how much of the time.

Sound is cut into windows of 200 ms. A window is *dominated* by a tone when most of its energy lies
within a few hertz of it and it is not silence; speech, noise and a mix of tones are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from callserver.testing.tones import FULL_SCALE, RATE, Samples

WINDOW_S = 0.2
SILENCE_DBFS = -50.0
TOLERANCE_HZ = 12.0
PURITY = 0.6
_QUIETEST_DBFS = -120.0
_LOBE_HZ = 15.0  # a 200 ms Hann window spreads a pure tone over ±10 Hz


@dataclass(frozen=True, slots=True)
class Window:
    """One window. ``at`` is seconds from the start; ``frequency`` the strongest, in hertz (0 in
    silence); ``purity`` the share of energy near it, 0-1; ``level`` dBFS of the RMS."""

    at: float
    frequency: float
    purity: float
    level: float

    @property
    def silent(self) -> bool:
        return self.level < SILENCE_DBFS

    def dominated_by(self, frequency: float, tolerance: float = TOLERANCE_HZ) -> bool:
        return (
            not self.silent
            and self.purity >= PURITY
            and abs(self.frequency - frequency) <= tolerance
        )


def level(samples: Samples) -> float:
    """Loudness, dBFS of the RMS; -120 for digital silence."""
    if not len(samples):
        return _QUIETEST_DBFS
    rms = float(np.sqrt(np.mean(np.square(samples.astype(np.float64)))))
    return max(20 * float(np.log10(rms / FULL_SCALE)), _QUIETEST_DBFS) if rms else _QUIETEST_DBFS


def judge(samples: Samples, rate: int = RATE, at: float = 0.0) -> Window:
    """One window of sound; meant for about 200 ms of it."""
    loudness = level(samples)
    if loudness < SILENCE_DBFS:
        return Window(at, 0.0, 0.0, loudness)
    wave = samples.astype(np.float64)
    spectrum = np.square(np.abs(np.fft.rfft((wave - wave.mean()) * np.hanning(len(wave)))))
    step = rate / len(wave)
    total = float(spectrum.sum())
    if total <= 0:
        return Window(at, 0.0, 0.0, loudness)
    peak = int(spectrum.argmax())
    reach = max(round(_LOBE_HZ / step), 2)
    near = float(spectrum[max(peak - reach, 0) : peak + reach + 1].sum())
    return Window(at, _between_bins(spectrum, peak) * step, near / total, loudness)


def _between_bins(spectrum: np.ndarray[tuple[int], np.dtype[np.float64]], peak: int) -> float:
    """The peak's place, by a parabola through the logarithms of it and its neighbours."""
    if not 0 < peak < len(spectrum) - 1:
        return float(peak)
    left, top, right = np.log(spectrum[peak - 1 : peak + 2] + 1e-9)
    bend = left - 2 * top + right
    return peak + (float((left - right) / (2 * bend)) if bend else 0.0)


def windows(samples: Samples, rate: int = RATE, window_s: float = WINDOW_S) -> list[Window]:
    """All whole windows of a sound, one after the other."""
    size = round(window_s * rate)
    return [
        judge(samples[start : start + size], rate, start / rate)
        for start in range(0, len(samples) - size + 1, size)
    ]


def share(samples: Samples, frequency: float, rate: int = RATE) -> float:
    """The share of windows dominated by ``frequency``, 0-1; 0 for a sound shorter than one."""
    judged = windows(samples, rate)
    return sum(one.dominated_by(frequency) for one in judged) / len(judged) if judged else 0.0


def dominant(samples: Samples, rate: int = RATE) -> float:
    """The frequency of most windows that are not silent, in hertz; 0 when there are none."""
    heard = [one.frequency for one in windows(samples, rate) if not one.silent]
    return float(np.median(heard)) if heard else 0.0


def longest_gap(
    samples: Samples, frequency: float, rate: int = RATE, window_s: float = 0.1
) -> float:
    """Seconds of the longest stretch in which ``frequency`` did not dominate."""
    return longest(
        [not one.dominated_by(frequency) for one in windows(samples, rate, window_s)], window_s
    )


def longest_silence(samples: Samples, rate: int = RATE, window_s: float = 0.1) -> float:
    """Seconds of the longest stretch of silence."""
    return longest([one.silent for one in windows(samples, rate, window_s)], window_s)


def longest(flags: Sequence[bool], window_s: float) -> float:
    """Seconds of the longest run of true flags."""
    best = run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        best = max(best, run)
    return best * window_s
