"""Keeps a voice message: a mono file without the silence at its end, and a tone to begin with.

A message is minutes long at most, so no process of its own is needed: it is copied in a thread.
"""

import contextlib
import hashlib
import json
import math
import struct
import wave
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from callserver.recording.appearing import appearing
from callserver.recording.tracks import TrackError, opened

LEFT_QUIET_S = 0.5
"""So much of the silence at the end stays."""
_BYTES_PER_FRAME = 2
_TONE_HZ, _TONE_S, _TONE_RATE, _TONE_PEAK = 1000, 0.3, 8000, 6000


@dataclass(frozen=True, slots=True)
class Kept:
    """The file that is there now."""

    sha256: str
    duration_s: float
    sample_rate: int
    size: int
    repaired: bool


class NotKept(Exception):
    """The message cannot be kept; the text says why. What was recorded stays where it was."""


def keep(
    recorded: Path, root: Path, path: str, quiet_s: float, facts: dict[str, str], started_at: float
) -> Kept:
    """Make ``root/path`` and what is told of it beside it, of what the worker recorded; that goes
    then. ``quiet_s`` is the silence at its end. Raises :class:`NotKept`."""
    target = root / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        kept = _copy(recorded, target, max(quiet_s - LEFT_QUIET_S, 0.0))
        _describe(target, kept, facts, started_at)
        recorded.unlink(missing_ok=True)
    except (TrackError, OSError, wave.Error) as error:
        raise NotKept(str(error)) from error
    return kept


def _copy(recorded: Path, target: Path, cut_s: float) -> Kept:
    track, repaired = opened(recorded)
    with contextlib.closing(track):
        frames = max(track.frames - int(cut_s * track.rate), 0)
        if not frames:
            raise NotKept("empty")
        sound = track.read(frames)
    with appearing(target) as hidden:
        with wave.open(str(hidden), "wb") as written:
            written.setnchannels(1)
            written.setsampwidth(_BYTES_PER_FRAME)
            written.setframerate(track.rate)
            written.writeframes(sound)
        content = hidden.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return Kept(digest, frames / track.rate, track.rate, len(content), repaired)


def _describe(target: Path, kept: Kept, facts: dict[str, str], started_at: float) -> None:
    content = {
        **facts,
        "file": target.name,
        "sha256": kept.sha256,
        "duration_s": kept.duration_s,
        "sample_rate": kept.sample_rate,
        "channels": 1,
        "started_at": datetime.fromtimestamp(started_at, UTC).isoformat(),
        "repaired": kept.repaired,
    }
    with appearing(target.with_suffix(".json")) as hidden:
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        hidden.write_text(text, encoding="utf-8")


def write_tone(file: Path) -> None:
    """The tone after which a message begins. Raises ``OSError``."""
    count = int(_TONE_S * _TONE_RATE)
    turn = 2 * math.pi * _TONE_HZ / _TONE_RATE
    samples = [int(_TONE_PEAK * math.sin(turn * n)) for n in range(count)]
    with appearing(file) as hidden, wave.open(str(hidden), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(_BYTES_PER_FRAME)
        sound.setframerate(_TONE_RATE)
        sound.writeframes(struct.pack(f"<{count}h", *samples))
