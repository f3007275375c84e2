"""Whether the disks have room for recordings."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from callserver.model.record import WhyUnrecorded

MIB: Final = 1 << 20
# Recording goes on when there is a tenth more than it stopped at, so that it does not stop and go
# with every recording that is made.
MORE: Final = 10


@dataclass(frozen=True, slots=True)
class NoRoom:
    """``why`` is for records, ``text`` for people."""

    why: WhyUnrecorded
    text: str


class Room:
    """The folders that recordings are written to; less than ``limit`` bytes is too little."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.missing: NoRoom | None = None

    def look(self, free: Mapping[str, int | OSError]) -> NoRoom | None:
        """So much is free on the disk of each folder, or it cannot be said."""
        limit = self._limit + (self._limit // MORE if self.missing is not None else 0)
        self.missing = None
        for folder, bytes_free in free.items():
            if isinstance(bytes_free, OSError):
                text = f"{folder}: {bytes_free.strerror}; nothing is recorded until it is back"
                self.missing = NoRoom(WhyUnrecorded.WRITE_FAILED, text)
            elif bytes_free < limit:
                text = (
                    f"{folder}: {bytes_free // MIB} MiB are free, recording.min_free_mib asks for "
                    f"{self._limit // MIB}; nothing is recorded until there is room"
                )
                self.missing = NoRoom(WhyUnrecorded.DISK_LOW, text)
        return self.missing


def free(folders: Iterable[Path]) -> dict[str, int | OSError]:
    """Bytes that are free on the disk of each folder, which is made if somebody tidied up."""
    found: dict[str, int | OSError] = {}
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            disk = os.statvfs(folder)
            found[str(folder)] = disk.f_bavail * disk.f_frsize
        except OSError as error:
            found[str(folder)] = error
    return found
