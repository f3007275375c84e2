"""Makes the stereo file of an ended call from its mono tracks. Runs in ``media/maker``.

The tracks are joined by pydub a minute at a time, so that the memory does not grow with the call.
The file appears under its name only when it is whole, on disk and verified; then the tracks go.
Making it again after that answers the same.
"""

import contextlib
import hashlib
import json
import warnings
import wave
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from callserver.media.wire import MakeRecording, RecordingDone, not_made
from callserver.recording.appearing import appearing
from callserver.recording.parts import BYTES_PER_SAMPLE, Gap, Timeline
from callserver.recording.tracks import TrackError

with warnings.catch_warnings():
    # pydub looks for an ffmpeg, which WAV does not need, and for a module Python 3.13 dropped.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

CHUNK_S = 60
CHANNELS = 2


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
    with contextlib.closing(Timeline(job.parts)) as timeline:
        if not timeline.frames:
            raise MakeError("empty")
        target.parent.mkdir(parents=True, exist_ok=True)
        made = _write(target, timeline)
        gaps = timeline.gaps(job.missed_s, job.stopped)
    done = RecordingDone(
        call=job.call,
        path=job.path,
        sha256=made.sha256,
        duration_s=made.frames / made.rate,
        sample_rate=made.rate,
        size=made.size,
        started_at=job.started_at,
        repaired=timeline.repaired,
        error="",
    )
    _write_sidecar(target.with_suffix(".json"), job, done, gaps)
    _drop_tracks(job)
    return done


def _tracks(job: MakeRecording) -> list[Path]:
    return [Path(track) for part in job.parts for track in (part.left, part.right)]


def _drop_tracks(job: MakeRecording) -> None:
    for track in _tracks(job):
        track.unlink(missing_ok=True)


def _below(root: Path, path: str) -> Path:
    """The file's place, which must lie below ``root`` whatever links and dots say."""
    top = root.resolve()
    target = (top / path).resolve()
    if not target.is_relative_to(top) or target.suffix != ".wav":
        raise MakeError(f"{path}: not a .wav below {root}")
    return target


def _made_before(job: MakeRecording, target: Path) -> RecordingDone | None:
    """The answer of an earlier run that ended before it could tell, or before the tracks were
    gone."""
    sidecar = target.with_suffix(".json")
    left_over = any(track.exists() for track in _tracks(job))
    if not target.exists() or (left_over and not sidecar.exists()):
        return None
    said = json.loads(sidecar.read_text(encoding="utf-8"))
    made = _verify(target)
    if said["sha256"] != made.sha256:
        if left_over:
            return None
        raise MakeError(f"{job.path}: is there already with another sound")
    _drop_tracks(job)
    return replace(
        not_made(job, ""),
        sha256=made.sha256,
        duration_s=made.frames / made.rate,
        sample_rate=made.rate,
        size=made.size,
        repaired=bool(said["repaired"]),
    )


def _joined(timeline: Timeline) -> Iterator[bytes]:
    """Stereo sound, a chunk at a time."""
    for stretch in timeline.stretches(CHUNK_S * timeline.rate):
        sides = [
            AudioSegment(side, sample_width=BYTES_PER_SAMPLE, frame_rate=timeline.rate, channels=1)
            for side in stretch
        ]
        yield AudioSegment.from_mono_audiosegments(*sides).raw_data


def _write(target: Path, timeline: Timeline) -> _Made:
    frames = timeline.frames
    written = hashlib.sha256()
    with appearing(target) as hidden:
        with wave.open(str(hidden), "wb") as sound:
            sound.setnchannels(CHANNELS)
            sound.setsampwidth(BYTES_PER_SAMPLE)
            sound.setframerate(timeline.rate)
            sound.setnframes(frames)
            for chunk in _joined(timeline):
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
    if shape != (CHANNELS, BYTES_PER_SAMPLE) or sound_digest not in (None, heard.digest()):
        raise MakeError(f"{file.name}: what was written reads differently")
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return _Made(digest, frames, rate, file.stat().st_size)


def _write_sidecar(
    target: Path, job: MakeRecording, done: RecordingDone, gaps: Sequence[Gap]
) -> None:
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
        "gaps": [asdict(gap) for gap in gaps],
    }
    with appearing(target) as hidden:
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        hidden.write_text(text, encoding="utf-8")
