"""Arithmetic on sound: mono float arrays, full scale 1.0. Runs in render children only."""

import os
import wave
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

RATE = 8000
"""Samples per second of every file a call worker plays."""

CEILING = 0.89
"""-1 dBFS: nothing is louder, so that G.711 has room."""

Samples = NDArray[np.float64]


def resample(sound: Samples, rate: int, taps: int = 96, cutoff_hz: float = 3600.0) -> Samples:
    """From ``rate`` to 8000 samples a second.

    A Kaiser-windowed low-pass, evaluated at each output instant (polyphase): what lies above
    ``cutoff_hz`` would fold down into the telephone band as hiss and whistles.
    """
    if rate == RATE or not sound.size:
        return sound
    up = RATE // np.gcd(RATE, rate)
    down = rate // np.gcd(RATE, rate)
    width = max(taps, round(taps * rate / 22050))
    offset = np.arange(up)[:, None] / up
    time = np.arange(width)[None, :] - (width // 2 - 1) - offset
    cut = min(2 * cutoff_hz / rate, 1.0)
    inside = np.clip(1 - (time / (width / 2)) ** 2, 0, None)
    bank = cut * np.sinc(cut * time) * np.i0(8.0 * np.sqrt(inside)) / np.i0(8.0)
    bank /= bank.sum(axis=1, keepdims=True)
    length = sound.size * up // down
    steps = np.arange(length) * down
    padded = np.pad(sound, (width // 2 - 1, width))
    windows = sliding_window_view(padded, width)[steps // up]
    filtered: Samples = np.einsum("ij,ij->i", windows, bank[steps % up])
    return filtered


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
    with wave.open(str(part), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(data)
    part.replace(path)
