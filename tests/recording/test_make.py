"""The stereo file: left and right, whole or not at all, the same answer twice."""

import hashlib
import json
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from callserver.media.wire import MakeRecording, RecordingPart
from callserver.recording import make
from callserver.recording.make import make_recording
from callserver.testing import frequency, tones, wav

PATH = "2031/04/26/200000-c1.wav"


@pytest.fixture
def job(tmp_path: Path) -> MakeRecording:
    tracks = tmp_path / "tracks"
    tracks.mkdir()
    wav.write(tracks / "left.wav", tones.tone(440, seconds=2.5))
    wav.write(tracks / "right.wav", tones.tone(880, seconds=1.5))
    return MakeRecording(
        call="c1",
        parts=(RecordingPart(str(tracks / "left.wav"), str(tracks / "right.wav")),),
        root=str(tmp_path / "recordings"),
        path=PATH,
        started_at=1_935_000_000.5,
        facts={"left": "+37120000012", "right": "anna"},
    )


def test_left_and_right_are_joined_and_the_shorter_one_is_filled_up(job: MakeRecording) -> None:
    done = make_recording(job)
    assert done.error == ""
    assert (done.call, done.path, done.started_at) == ("c1", PATH, job.started_at)
    assert (done.duration_s, done.sample_rate, done.repaired) == (2.5, 8000, False)
    file = Path(job.root) / PATH
    sound = wav.read(file)
    left, right = sound.channels
    assert (sound.rate, len(left), len(right)) == (8000, 20000, 20000)
    assert frequency.share(left, 440) == 1
    assert frequency.share(right[:12000], 880) == 1
    assert not np.any(right[12000:])
    assert done.size == file.stat().st_size == 44 + 20000 * 4
    assert done.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_sidecar_tells_what_it_is(job: MakeRecording) -> None:
    done = make_recording(job)
    sidecar = json.loads((Path(job.root) / PATH).with_suffix(".json").read_text())
    assert sidecar == {
        "left": "+37120000012",
        "right": "anna",
        "call": "c1",
        "file": "200000-c1.wav",
        "sha256": done.sha256,
        "size": done.size,
        "duration_s": 2.5,
        "sample_rate": 8000,
        "channels": 2,
        "started_at": "2031-04-26T20:00:00.500000+00:00",
        "repaired": False,
        "gaps": [],
    }


def test_the_tracks_go_and_nothing_else_is_left(job: MakeRecording) -> None:
    make_recording(job)
    assert list(Path(job.parts[0].left).parent.iterdir()) == []
    names = {file.name for file in (Path(job.root) / PATH).parent.iterdir()}
    assert names == {"200000-c1.wav", "200000-c1.json"}


def test_making_it_twice_answers_the_same(job: MakeRecording) -> None:
    first = make_recording(job)
    assert make_recording(job) == first


def test_another_sound_in_its_place_is_not_taken_for_it(job: MakeRecording) -> None:
    make_recording(job)
    wav.write(Path(job.root) / PATH, tones.silence(1), tones.silence(1))
    assert "another sound" in make_recording(job).error


def test_joining_in_chunks_changes_nothing(
    job: MakeRecording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make, "CHUNK_S", 1)
    assert make_recording(job).error == ""
    left, right = wav.read(Path(job.root) / PATH).channels
    assert np.array_equal(left, tones.tone(440, seconds=2.5))
    assert np.array_equal(right[:12000], tones.tone(880, seconds=1.5))


def test_a_missing_side_is_silence(job: MakeRecording) -> None:
    Path(job.parts[0].right).unlink()
    assert make_recording(job).error == ""
    _, right = wav.read(Path(job.root) / PATH).channels
    assert not np.any(right)


def test_two_tracks_without_sound_are_empty(job: MakeRecording) -> None:
    wav.write(job.parts[0].left, tones.silence(0))
    Path(job.parts[0].right).unlink()
    done = make_recording(job)
    assert (done.error, done.path) == ("empty", PATH)
    assert Path(job.parts[0].left).exists()


@pytest.mark.parametrize(
    "path", ["../out.wav", "/tmp/out.wav", "a/../../out.wav", "link/out.wav", "sound.mp3", "."]
)
def test_nothing_is_written_outside_the_folder(job: MakeRecording, path: str) -> None:
    root = Path(job.root)
    root.mkdir()
    (root / "link").symlink_to(root.parent)
    before = sorted(root.parent.rglob("*"))
    assert "not a .wav below" in make_recording(replace(job, path=path)).error
    assert sorted(root.parent.rglob("*")) == before


def test_different_rates_are_refused_and_the_tracks_stay(job: MakeRecording) -> None:
    wav.write(job.parts[0].right, tones.tone(880, seconds=1, rate=16000), rate=16000)
    assert "sample rate" in make_recording(job).error
    assert Path(job.parts[0].left).exists()
    assert Path(job.parts[0].right).exists()


def test_a_folder_that_cannot_be_written_is_said(job: MakeRecording) -> None:
    root = Path(job.root)
    root.mkdir()
    (root / "2031").write_text("in the way")
    done = make_recording(job)
    assert done.error
    assert Path(job.parts[0].left).exists()


def test_a_disk_that_reads_differently_is_noticed(
    job: MakeRecording, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(target: Path) -> None:
        data = bytearray(target.read_bytes())
        data[1000] ^= 1
        target.write_bytes(data)

    verify = make._verify

    def verified(file: Path, digest: bytes | None = None) -> make._Made:
        broken(file)
        return verify(file, digest)

    monkeypatch.setattr(make, "_verify", verified)
    assert "reads differently" in make_recording(job).error
    assert not (Path(job.root) / PATH).exists()
    assert Path(job.parts[0].left).exists()


def test_an_hour_takes_no_more_memory_than_a_minute(job: MakeRecording, tmp_path: Path) -> None:
    hour = tmp_path / "hour.wav"
    wav.write(hour, np.zeros(3600 * 8000, dtype=np.int16))
    tracemalloc.start()
    done = make_recording(replace(job, parts=(RecordingPart(str(hour), job.parts[0].right),)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (done.error, done.duration_s) == ("", 3600.0)
    assert peak < 20_000_000


# -- parts and gaps


def parted(job: MakeRecording, *parts: tuple[float, float, str]) -> MakeRecording:
    """A recording of parts given as (seconds of sound, where it begins, why not before)."""
    folder = Path(job.parts[0].left).parent
    made = []
    for n, (seconds, after_s, why) in enumerate(parts):
        left, right = folder / f"c1.{n}.customer.wav", folder / f"c1.{n}.agent.wav"
        wav.write(left, tones.tone(440 + 100 * n, seconds=seconds))
        wav.write(right, tones.tone(880, seconds=seconds - 0.02))
        made.append(RecordingPart(str(left), str(right), after_s, why))
    return replace(job, parts=tuple(made))


def sidecar_gaps(job: MakeRecording) -> object:
    return json.loads((Path(job.root) / PATH).with_suffix(".json").read_text())["gaps"]


def test_what_was_said_after_a_gap_stands_where_it_was_said(job: MakeRecording) -> None:
    job = parted(job, (2.0, 0.0, ""), (1.0, 5.0, "disk_low"))
    done = make_recording(job)
    assert (done.error, done.duration_s, done.repaired) == ("", 6.0, False)
    left, right = wav.read(Path(job.root) / PATH).channels
    assert frequency.share(left[:16000], 440) == 1
    assert not np.any(left[16000:40000]) and not np.any(right[16000:40000])
    assert frequency.share(left[40000:], 540) == 1
    assert sidecar_gaps(job) == [{"from_s": 2.0, "to_s": 5.0, "why": "disk_low"}]
    assert list(Path(job.parts[0].left).parent.glob("c1.*")) == []
    assert make_recording(job) == done


def test_gaps_before_the_beginning_and_up_to_the_end_are_told(job: MakeRecording) -> None:
    job = replace(parted(job, (2.0, 0.0, "write_failed")), missed_s=12.5, stopped="disk_low")
    assert make_recording(job).duration_s == 2.0
    assert sidecar_gaps(job) == [
        {"from_s": -12.5, "to_s": 0.0, "why": "write_failed"},
        {"from_s": 2.0, "to_s": None, "why": "disk_low"},
    ]


def test_a_part_that_nobody_knows_the_time_of_follows_the_one_before(job: MakeRecording) -> None:
    job = parted(job, (2.0, 0.0, ""), (1.0, 0.0, ""), (1.0, 1.0, "disk_low"))
    assert make_recording(job).duration_s == 4.0
    assert sidecar_gaps(job) == []


def test_an_empty_part_is_no_part(job: MakeRecording) -> None:
    job = parted(job, (1.0, 0.0, ""), (0.02, 2.0, "disk_low"), (1.0, 4.0, "write_failed"))
    for side in (job.parts[1].left, job.parts[1].right):
        Path(side).write_bytes(b"")
    assert make_recording(job).duration_s == 5.0
    assert sidecar_gaps(job) == [{"from_s": 1.0, "to_s": 4.0, "why": "write_failed"}]


def test_a_maker_that_died_between_file_and_tracks_does_not_spoil_the_file(
    job: MakeRecording,
) -> None:
    tracks = {Path(track): Path(track).read_bytes() for track in _files(job)}
    done = make_recording(job)
    Path(job.parts[0].right).write_bytes(tracks[Path(job.parts[0].right)])  # left is gone already
    assert make_recording(job) == done
    left, _ = wav.read(Path(job.root) / PATH).channels
    assert frequency.share(left, 440) == 1
    assert not Path(job.parts[0].right).exists()


def _files(job: MakeRecording) -> list[str]:
    return [file for part in job.parts for file in (part.left, part.right)]
