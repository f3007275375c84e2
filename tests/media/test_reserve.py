"""Room on the disk, taken before it is needed."""

from pathlib import Path

import pytest

from callserver.media.worker import reserve
from callserver.media.worker.reserve import AHEAD_BYTES, STEP_BYTES, STILL_LOOKS, Reserve
from tests.faults.faults import disk_of


def blocks(file: Path) -> int:
    """Bytes it takes on the disk."""
    return file.stat().st_blocks * 512


def test_there_is_always_room_for_the_next_seconds(tmp_path: Path) -> None:
    file = tmp_path / "track.wav"
    with file.open("wb", buffering=0) as track:
        it = Reserve([str(file)])
        for _ in range(100):
            assert it.look() == ""
            assert blocks(file) >= file.stat().st_size + AHEAD_BYTES
            track.write(bytes(16_000))
        it.close()
    assert file.stat().st_size == 1_600_000
    assert blocks(file) < 1_600_000 + 8192, "what was not needed is given back"


def test_a_full_disk_is_told_while_what_is_said_still_fits(tmp_path: Path) -> None:
    with disk_of(tmp_path, 1) as disk:
        file = disk / "track.wav"
        with file.open("wb", buffering=0) as track:
            it = Reserve([str(file)])
            written = 0
            while not (why := it.look()):
                written += track.write(bytes(16_000))
            assert why == "No space left on device"
            for _ in range(AHEAD_BYTES // 16_000 - 1):
                assert track.write(bytes(16_000)) == 16_000
            assert written > (1 << 20) - STEP_BYTES - AHEAD_BYTES
            it.close()


def test_a_track_that_does_not_grow_is_told(tmp_path: Path) -> None:
    file = tmp_path / "track.wav"
    file.write_bytes(b"1")
    it = Reserve([str(file)])
    assert [it.look() for _ in range(STILL_LOOKS)] == [""] * STILL_LOOKS
    assert it.look() == "the disk takes nothing any more"
    it.close()


def test_where_no_room_can_be_taken_ahead_tracks_are_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some network disks cannot."""
    monkeypatch.setattr(reserve, "_KEEP_SIZE", 0x40000000)  # nobody knows this mode: EOPNOTSUPP
    file = tmp_path / "track.wav"
    file.write_bytes(b"1")
    it = Reserve([str(file)])
    assert it.look() == ""
    it.close()
