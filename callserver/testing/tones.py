"""Sound to test with: tones, noise and silence as 16-bit samples, and G.711 both ways.

Samples are numpy ``int16`` arrays, 8 kHz unless said otherwise; levels are dBFS of the RMS, where
a full-scale square wave is 0 (so a full-scale sine is -3).
"""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]

RATE = 8000
FULL_SCALE = 32768.0


def tone(*frequencies: float, seconds: float, level: float = -13.0, rate: int = RATE) -> Samples:
    """A steady tone, or several at once that share ``level`` (dBFS RMS) equally."""
    moments = np.arange(round(seconds * rate)) / rate
    amplitude = FULL_SCALE * 10 ** (level / 20) * np.sqrt(2 / len(frequencies))
    wave = sum(np.sin(2 * np.pi * frequency * moments) for frequency in frequencies)
    return _clip(amplitude * np.asarray(wave))


def noise(seconds: float, level: float = -30.0, rate: int = RATE, seed: int = 0) -> Samples:
    """White noise, the same every time for one ``seed``."""
    scatter = np.random.default_rng(seed).standard_normal(round(seconds * rate))
    return _clip(FULL_SCALE * 10 ** (level / 20) * scatter)


def silence(seconds: float, rate: int = RATE) -> Samples:
    return np.zeros(round(seconds * rate), dtype=np.int16)


def babble(seconds: float) -> Samples:
    """What a detector of voices takes for one: a buzz whose loudness goes up and down."""
    moments = np.arange(round(seconds * RATE)) / RATE
    buzz = sum(np.sin(2 * np.pi * 140 * n * moments) / n for n in range(1, 20))
    return _clip(2500 * np.asarray(buzz) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * moments)))


def mix(*tracks: Samples) -> Samples:
    """Tracks of one length on top of each other."""
    return _clip(np.sum([track.astype(np.float64) for track in tracks], axis=0))


def _clip(wave: NDArray[np.float64]) -> Samples:
    return np.clip(np.rint(wave), -32768, 32767).astype(np.int16)


def _ulaw_levels() -> Samples:
    """What each of the 256 codes sounds like (ITU-T G.711 table 2)."""
    inverted = ~np.arange(256) & 0xFF
    magnitude = ((((inverted & 0x0F) << 3) + 132) << ((inverted >> 4) & 0x07)) - 132
    return np.where(inverted & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_levels() -> Samples:
    """What each of the 256 codes sounds like (ITU-T G.711 table 1)."""
    toggled = np.arange(256) ^ 0x55
    segment = (toggled >> 4) & 0x07
    base = ((toggled & 0x0F) << 4) + 8
    magnitude = np.where(segment > 0, (base + 256) << np.maximum(segment - 1, 0), base)
    return np.where(toggled & 0x80, magnitude, -magnitude).astype(np.int16)


_ULAW = _ulaw_levels()
_ALAW = _alaw_levels()


def _nearest(samples: Samples, levels: Samples) -> bytes:
    order = np.argsort(levels, kind="stable")
    rising = levels[order].astype(np.int32)
    borders = (rising[:-1] + rising[1:]) / 2
    code: bytes = order[np.searchsorted(borders, samples)].astype(np.uint8).tobytes()
    return code


def ulaw(samples: Samples) -> bytes:
    """G.711 µ-law, one byte a sample."""
    return _nearest(samples, _ULAW)


def from_ulaw(code: bytes) -> Samples:
    return _ULAW[np.frombuffer(code, dtype=np.uint8)]


def alaw(samples: Samples) -> bytes:
    """G.711 A-law, one byte a sample."""
    return _nearest(samples, _ALAW)


def from_alaw(code: bytes) -> Samples:
    return _ALAW[np.frombuffer(code, dtype=np.uint8)]
