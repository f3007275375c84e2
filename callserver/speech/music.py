"""The hold music: a slow piece in G major, composed for this project and played by arithmetic.

Sixteen bars of 4/4 at 76 beats a minute. Soft chords, a broken-chord accompaniment and a sparse
pentatonic melody, all made of partials between 300 and 3400 Hz, because nothing else passes a
telephone. Notes ring on over the end into the beginning, so the loop has no seam.
Render children only.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np

from callserver.speech.sound import RATE, Samples, level

BEAT = 6320
"""Samples of a beat (0.79 s); a multiple of 160, so that the loop ends with a 20 ms frame."""
BARS = 16
LOOP = BARS * 4 * BEAT

LOUDNESS_DB = -20.0
_BAND_HZ = (300.0, 3400.0)

# One chord a bar, low to high, MIDI note numbers: 60 is middle C.
_G, _GB = (55, 62, 67, 71, 74), (59, 62, 67, 71, 74)
_EM, _EM7 = (52, 64, 67, 71, 76), (52, 62, 67, 71, 76)
_C, _CADD9 = (60, 64, 67, 72, 76), (60, 64, 67, 74, 76)
_AM7, _D, _DSUS = (57, 64, 67, 72, 76), (62, 66, 69, 74, 78), (62, 67, 69, 74, 79)
_BM7 = (59, 62, 66, 69, 74)
CHORDS = (_G, _EM7, _CADD9, _D, _GB, _C, _AM7, _DSUS, _EM, _BM7, _C, _GB, _AM7, _CADD9, _DSUS, _D)

# (bar, beat, note, length in beats)
MELODY = (
    (0, 0, 79, 2), (0, 2, 81, 1), (0, 3, 83, 1), (1, 0, 86, 3), (1, 3, 83, 1),
    (2, 0, 84, 1.5), (2, 1.5, 83, 0.5), (2, 2, 79, 2), (3, 0, 81, 3),
    (4, 0, 83, 2), (4, 2, 79, 1), (4, 3, 76, 1), (5, 0, 79, 3), (5, 3, 76, 1),
    (6, 0, 76, 1), (6, 1, 79, 1), (6, 2, 81, 2), (7, 0, 79, 1.5), (7, 1.5, 81, 2.5),
    (8, 0, 83, 1.5), (8, 1.5, 86, 1.5), (8, 3, 88, 1), (9, 0, 86, 3), (9, 3, 83, 1),
    (10, 0, 84, 2), (10, 2, 83, 1), (10, 3, 79, 1), (11, 0, 83, 2), (11, 2, 81, 1), (11, 3, 79, 1),
    (12, 0, 76, 1.5), (12, 1.5, 79, 1.5), (12, 3, 81, 1), (13, 0, 83, 2), (13, 2, 79, 2),
    (14, 0, 81, 2), (14, 2, 79, 1), (14, 3, 76, 1), (15, 0, 78, 3),
)  # fmt: skip

# The order in which the upper notes of a chord are plucked, on each half beat.
_PATTERN = (1, 2, 3, 4, 3, 2, 3, 2)


def compose() -> Samples:
    """The loop: ``LOOP`` samples at 8 kHz."""
    loop = np.zeros(LOOP)
    for bar, chord in enumerate(CHORDS):
        start = bar * 4 * BEAT
        for note in chord:
            _add(loop, start, _pad(note), 0.16)
        for half, which in enumerate(_PATTERN):
            accent = 0.3 if half % 4 == 0 else 0.22
            _add(loop, start + half * BEAT // 2, _pluck(chord[which], 2.2), accent)
    for bar, beat, note, beats in MELODY:
        _add(loop, int((bar * 4 + beat) * BEAT), _bell(note, beats), 0.5)
    return level(loop, LOUDNESS_DB)


def _add(loop: Samples, start: int, note: Samples, gain: float) -> None:
    """Lay a note into the loop; what rings past the end comes out at the beginning."""
    np.add.at(loop, (start + np.arange(note.size)) % LOOP, gain * note)


def _partials(note: int, time: Samples, gains: Iterable[float], damping: float) -> Samples:
    """Harmonics that lie in the telephone band; higher ones fade ``damping`` faster each."""
    ground = 440.0 * 2 ** ((note - 69) / 12)
    sound = np.zeros_like(time)
    for number, gain in enumerate(gains, start=1):
        frequency = ground * number
        if _BAND_HZ[0] <= frequency <= _BAND_HZ[1]:
            fade = np.exp(-damping * (number - 1) * time)
            sound += gain * fade * np.sin(2 * np.pi * frequency * time)
    return sound


def _time(seconds: float) -> Samples:
    return np.arange(int(seconds * RATE)) / RATE


def _edges(time: Samples, attack_s: float, release_s: float) -> Samples:
    """Raised-cosine beginning and end: no clicks."""
    rise = np.clip(time / attack_s, 0, 1)
    fall = np.clip((time[-1] - time) / release_s, 0, 1)
    shape: Samples = (0.5 - 0.5 * np.cos(np.pi * rise)) * (0.5 - 0.5 * np.cos(np.pi * fall))
    return shape


@cache
def _pad(note: int) -> Samples:
    """A soft held chord note that breathes into the next bar."""
    time = _time(4.9 * BEAT / RATE)
    slow = 1 + 0.15 * np.sin(2 * np.pi * 0.4 * time)
    body = _partials(note, time, (1.0, 0.45, 0.25, 0.12, 0.06), 0.0)
    return body * slow * _edges(time, 0.7, 0.9)


@cache
def _pluck(note: int, seconds: float) -> Samples:
    """A nylon string."""
    time = _time(seconds)
    body = _partials(note, time, (1.0, 0.6, 0.4, 0.22, 0.12, 0.08, 0.05), 1.6)
    return body * np.exp(-2.6 * time) * _edges(time, 0.006, 0.3)


@cache
def _bell(note: int, beats: float) -> Samples:
    """The singing voice of the piece: a soft electric piano."""
    time = _time(beats * BEAT / RATE + 1.4)
    body = _partials(note, time, (1.0, 0.28, 0.16, 0.05), 0.9)
    return body * np.exp(-1.1 * time) * _edges(time, 0.012, 0.9)
