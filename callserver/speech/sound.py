"""Arithmetic on sound: mono float arrays, full scale 1.0. Runs in render children only."""

import math
import os
import wave
from functools import cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

RATE = 8000
"""Samples per second of every file a call worker plays."""

LOUDNESS_DB = -16.0
"""Of speech, dBFS RMS, pauses not counted."""

CEILING = 0.89
"""-1 dBFS: nothing is louder, so that G.711 has room."""

Samples = NDArray[np.float64]


def resample(sound: Samples, rate: int, cutoff_hz: float = 3620.0) -> Samples:
    """From ``rate`` to 8000 samples a second.

    A Kaiser-windowed low-pass, evaluated at each output instant (polyphase), flat to 3300 Hz: what
    lies above 4000 Hz would fold down into the telephone band as hiss and whistles.
    """
    if rate == RATE or not sound.size:
        return sound
    divisor = math.gcd(RATE, rate)
    up, down = RATE // divisor, rate // divisor
    bank = _filters(up, rate, cutoff_hz)
    width = bank.shape[1]
    windows = sliding_window_view(np.pad(sound, (width // 2 - 1, width)), width)
    filtered = np.empty(sound.size * up // down)
    for first in range(min(up, filtered.size)):  # every up-th sample from here has this phase
        phase = filtered[first::up]
        at = first * down
        phase[:] = windows[at // up :: down][: phase.size] @ bank[at % up]
    return filtered


@cache
def _filters(up: int, rate: int, cutoff_hz: float) -> Samples:
    """One row for each of the ``up`` phases; costs as much as a word, so it is made once."""
    width = max(200, round(200 * rate / 22050))
    time = np.arange(width) - (width // 2 - 1) - np.arange(up)[:, None] / up
    cut = min(2 * cutoff_hz / rate, 1.0)
    inside = np.clip(1 - (time / (width / 2)) ** 2, 0, None)
    bank: Samples = np.sinc(cut * time) * np.i0(8.0 * np.sqrt(inside))
    bank /= bank.sum(axis=1, keepdims=True)
    return bank


def silence(seconds: float) -> Samples:
    """Nothing."""
    return np.zeros(int(seconds * RATE))


def highpass(sound: Samples, from_hz: float = 120.0, to_hz: float = 220.0) -> Samples:
    """Take away what lies below the telephone band (and any offset): it is not heard on a phone,
    but would use up the loudness. Fades in between ``from_hz`` and ``to_hz``."""
    if not sound.size:
        return sound
    padded = sound.size + RATE // 10
    spectrum = np.fft.rfft(sound, padded)
    rise = np.clip((np.fft.rfftfreq(padded, 1 / RATE) - from_hz) / (to_hz - from_hz), 0, 1)
    passed: Samples = np.fft.irfft(spectrum * np.sin(np.pi / 2 * rise) ** 2, padded)[: sound.size]
    return passed


def trim(sound: Samples, keep_s: float = 0.1, floor_db: float = -45.0) -> Samples:
    """Cut silence at both ends down to ``keep_s``; silence is ``floor_db`` below the peak."""
    peak = np.abs(sound).max(initial=0.0)
    loud = np.flatnonzero(np.abs(sound) > peak * 10 ** (floor_db / 20))
    if not peak or not loud.size:
        return sound
    keep = int(keep_s * RATE)
    cut = sound[max(loud[0] - keep, 0) : loud[-1] + keep]
    before = max(keep - int(loud[0]), 0)
    return np.pad(cut, (before, max(keep - (sound.size - int(loud[-1])), 0)))


def level(sound: Samples, target_db: float) -> Samples:
    """Bring the sound, pauses not counted, to ``target_db`` dBFS RMS; peaks are rounded off by a
    limiter that looks 5 ms ahead, so nothing clips."""
    frames = sound[: sound.size // 160 * 160].reshape(-1, 160)
    power = (frames**2).mean(axis=1) if frames.size else np.zeros(0)
    active = power[power > power.max(initial=0.0) * 1e-3]
    if not active.size:
        return sound
    loud = sound * (10 ** (target_db / 20) / np.sqrt(active.mean()))
    return _limit(loud)


def _limit(sound: Samples, ahead: int = 40) -> Samples:
    needed = np.minimum(1.0, CEILING / np.maximum(np.abs(sound), 1e-9))
    window = 2 * ahead + 1
    lowest = sliding_window_view(np.pad(needed, 2 * ahead, mode="edge"), window).min(axis=1)
    smooth = np.hanning(window + 2)[1:-1]
    gain = np.convolve(lowest, smooth / smooth.sum(), mode="valid")
    return np.clip(sound * gain, -CEILING, CEILING)


def write(path: Path, sound: Samples) -> None:
    """Write a WAV file all at once: another server that shares the cache sees it whole or not."""
    data = np.round(np.clip(sound, -1.0, 1.0) * 32767).astype("<i2").tobytes()
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("wb") as raw, wave.open(raw, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
