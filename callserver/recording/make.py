"""Makes the stereo file of an ended call from its two mono tracks. Runs in ``media/maker``.

The tracks are joined by pydub a minute at a time, so that the memory does not grow with the call.
The file appears under its name only when it is whole, on disk and verified; then the tracks go.
Making it again after that answers the same.
"""

import contextlib
import hashlib
import json
import warnings
import wave
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from callserver.media.wire import MakeRecording, RecordingDone, not_made
from callserver.recording.appearing import appearing
from callserver.recording.tracks import Track, TrackError, opened

with warnings.catch_warnings():
    # pydub looks for an ffmpeg, which WAV does not need, and for a module Python 3.13 dropped.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

CHUNK_S = 60
CHANNELS = 2
_BYTES_PER_SAMPLE = 2


class MakeError(Exception):
    """The file cannot be made; the message says why. The tracks stay where they are."""


@dataclass(frozen=True, slots=True)
class _Made:
    sha256: str
    frames: int
    rate: int
    size: int


def make_recording(job: MakeRecording) -> RecordingDone:
    """Do it. Never raises: what went wrong stands in ``error`` of the answer."""
    try:
        return _make(job)
    except (MakeError, TrackError, OSError, wave.Error) as error:
        return not_made(job, str(error))


def _make(job: MakeRecording) -> RecordingDone:
    target = _below(Path(job.root), job.path)
    if (done := _made_before(job, target)) is not None:
        return done
    left, left_mended = opened(Path(job.left))
    right, right_mended = opened(Path(job.right))
    with contextlib.closing(left), contextlib.closing(right):
        rates = {track.rate for track in (left, right) if track.frames}
        if not rates:
            raise MakeError("empty")
        if len(rates) > 1:
            raise MakeError(f"the tracks differ in sample rate: {sorted(rates)}")
        target.parent.mkdir(parents=True, exist_ok=True)
        made = _write(target, left, right, rates.pop())
    done = RecordingDone(
        call=job.call,
        path=job.path,
        sha256=made.sha256,
        duration_s=made.frames / made.rate,
        sample_rate=made.rate,
        size=made.size,
        started_at=job.started_at,
        repaired=left_mended or right_mended,
        error="",
    )
    _write_sidecar(target.with_suffix(".json"), job, done)
    for track in (job.left, job.right):
        Path(track).unlink(missing_ok=True)
    return done


def _below(root: Path, path: str) -> Path:
    """The file's place, which must lie below ``root`` whatever links and dots say."""
    top = root.resolve()
    target = (top / path).resolve()
    if not target.is_relative_to(top) or target.suffix != ".wav":
        raise MakeError(f"{path}: not a .wav below {root}")
    return target


def _made_before(job: MakeRecording, target: Path) -> RecordingDone | None:
    """The answer of an earlier run that ended before it could tell."""
    if Path(job.left).exists() or Path(job.right).exists() or not target.exists():
        return None
    said = json.loads(target.with_suffix(".json").read_text(encoding="utf-8"))
    made = _verify(target)
    if said["sha256"] != made.sha256:
        raise MakeError(f"{job.path}: is there already with another sound")
    return replace(
        not_made(job, ""),
        sha256=made.sha256,
        duration_s=made.frames / made.rate,
        sample_rate=made.rate,
        size=made.size,
        repaired=bool(said["repaired"]),
    )


def _joined(left: Track, right: Track, rate: int) -> Iterator[bytes]:
    """Stereo sound, a chunk at a time; the shorter track is filled up with silence."""
    frames = max(left.frames, right.frames)
    for start in range(0, frames, CHUNK_S * rate):
        count = min(CHUNK_S * rate, frames - start)
        sides = [
            AudioSegment(
                track.read(count), sample_width=_BYTES_PER_SAMPLE, frame_rate=rate, channels=1
            )
            for track in (left, right)
        ]
        yield AudioSegment.from_mono_audiosegments(*sides).raw_data


def _write(target: Path, left: Track, right: Track, rate: int) -> _Made:
    frames = max(left.frames, right.frames)
    written = hashlib.sha256()
    with appearing(target) as hidden:
        with wave.open(str(hidden), "wb") as sound:
            sound.setnchannels(CHANNELS)
            sound.setsampwidth(_BYTES_PER_SAMPLE)
            sound.setframerate(rate)
            sound.setnframes(frames)
            for chunk in _joined(left, right, rate):
                written.update(chunk)
                sound.writeframes(chunk)
        made = _verify(hidden, written.digest())
        if made.frames != frames:
            raise MakeError(f"{target.name}: {made.frames} frames on disk, not {frames}")
    return made


def _verify(file: Path, sound_digest: bytes | None = None) -> _Made:
    """Read the file back: its shape, its sound, its hash."""
    with wave.open(str(file), "rb") as sound:
        shape = (sound.getnchannels(), sound.getsampwidth())
        frames, rate = sound.getnframes(), sound.getframerate()
        heard = hashlib.sha256()
        while data := sound.readframes(CHUNK_S * rate):
            heard.update(data)
    if shape != (CHANNELS, _BYTES_PER_SAMPLE) or sound_digest not in (None, heard.digest()):
        raise MakeError(f"{file.name}: what was written reads differently")
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return _Made(digest, frames, rate, file.stat().st_size)


def _write_sidecar(target: Path, job: MakeRecording, done: RecordingDone) -> None:
    content = {
        **job.facts,
        "call": job.call,
        "file": Path(job.path).name,
        "sha256": done.sha256,
        "size": done.size,
        "duration_s": done.duration_s,
        "sample_rate": done.sample_rate,
        "channels": CHANNELS,
        "started_at": datetime.fromtimestamp(job.started_at, UTC).isoformat(),
        "repaired": done.repaired,
    }
    with appearing(target) as hidden:
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        hidden.write_text(text, encoding="utf-8")
