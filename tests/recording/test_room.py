"""Is there room? Less than the limit is none, and a little more than the limit is none yet."""

import errno
import os

from callserver.model.record import WhyUnrecorded
from callserver.recording.room import MIB, Room


def missing(room: Room, **free: float) -> WhyUnrecorded | None:
    found = room.look({name: int(mib * MIB) for name, mib in free.items()})
    assert found is room.missing
    return found.why if found else None


def test_less_than_the_limit_on_either_disk_is_too_little() -> None:
    room = Room(100 * MIB)
    assert missing(room, tracks=100, recordings=100) is None
    assert missing(room, tracks=100, recordings=99.9) is WhyUnrecorded.DISK_LOW
    assert room.missing is not None
    assert "recordings: 99 MiB are free, recording.min_free_mib asks for 100" in room.missing.text


def test_recording_goes_on_when_there_is_a_tenth_more() -> None:
    room = Room(100 * MIB)
    missing(room, tracks=50)
    assert missing(room, tracks=105) is WhyUnrecorded.DISK_LOW
    assert missing(room, tracks=110) is None
    assert missing(room, tracks=101) is None


def test_a_disk_that_is_gone_is_told_as_what_it_is() -> None:
    room = Room(MIB)
    error = OSError(errno.EIO, os.strerror(errno.EIO))
    found = room.look({"tracks": 5 * MIB, "recordings": error})
    assert found is not None
    assert (found.why, found.text.split(";")[0]) == (
        WhyUnrecorded.WRITE_FAILED,
        "recordings: Input/output error",
    )
