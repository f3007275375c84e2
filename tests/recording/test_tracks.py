"""Mono tracks as a worker leaves them: whole, cut off, empty, or something else."""

import struct
from pathlib import Path

import numpy as np
import pytest

from callserver.recording.tracks import TrackError, mend, opened
from callserver.testing import tones, wav


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    file = tmp_path / "track.wav"
    wav.write(file, tones.tone(440, seconds=1))
    return file


def zero_lengths(file: Path) -> None:
    """What PJSIP leaves when its process dies: zeros where the lengths belong."""
    content = bytearray(file.read_bytes())
    content[4:8] = content[40:44] = bytes(4)
    file.write_bytes(content)


def test_a_whole_track_is_left_alone(whole: Path) -> None:
    before = whole.read_bytes()
    track, mended = opened(whole)
    assert (track.frames, track.rate, mended) == (8000, 8000, False)
    assert track.read(8000) == before[44:]
    assert track.read(10) == bytes(20)
    track.close()
    assert whole.read_bytes() == before


def test_the_track_of_a_dead_worker_gets_its_lengths(whole: Path) -> None:
    before = whole.read_bytes()
    zero_lengths(whole)
    track, mended = opened(whole)
    track.close()
    assert (track.frames, mended) == (8000, True)
    assert whole.read_bytes() == before


@pytest.mark.parametrize("cut", [1, 2, 3, 1000, 15999])
def test_a_track_cut_anywhere_keeps_its_whole_frames(whole: Path, cut: int) -> None:
    whole.write_bytes(whole.read_bytes()[:-cut])
    zero_lengths(whole)
    track, mended = opened(whole)
    track.close()
    assert (track.frames, mended) == ((16000 - cut) // 2, cut != 16000)


def test_a_length_beyond_the_end_is_corrected(whole: Path) -> None:
    content = bytearray(whole.read_bytes())
    content[40:44] = struct.pack("<I", 1 << 31)
    whole.write_bytes(content)
    assert mend(whole)
    assert np.array_equal(wav.read(whole).channels[0], tones.tone(440, seconds=1))


@pytest.mark.parametrize("size", [0, 10, 11, 12, 20, 36, 43, 44])
def test_a_worker_that_died_before_its_first_sound_left_nothing(whole: Path, size: int) -> None:
    whole.write_bytes(whole.read_bytes()[:size])
    track, _ = opened(whole)
    assert track.frames == 0
    assert track.read(2) == bytes(4)
    track.close()


def test_a_track_never_written_is_empty(tmp_path: Path) -> None:
    track, mended = opened(tmp_path / "none.wav")
    assert (track.frames, mended) == (0, False)


@pytest.mark.parametrize("content", [b"ID3" + bytes(100), b"RIFF\0\0\0\0AVI " + bytes(100)])
def test_what_is_no_wav_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "odd.wav"
    file.write_bytes(content)
    with pytest.raises(TrackError, match=r"odd\.wav"):
        opened(file)
    assert file.read_bytes() == content


def test_stereo_is_no_track(tmp_path: Path) -> None:
    file = tmp_path / "stereo.wav"
    wav.write(file, tones.silence(0.1), tones.silence(0.1))
    with pytest.raises(TrackError, match="mono"):
        opened(file)
