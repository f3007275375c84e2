"""Room on the disk for the tracks that are being written, taken ahead.

The library keeps quiet when a write fails, and the sound that it could not write is missing in the
middle of the track from then on. So room is taken from the disk before it is needed; when none can
be had, there is still enough for what is said until the tracks are closed.
"""

import ctypes
import errno
import os
from collections.abc import Iterable

# 16 bit at 8000 Hz: 16 seconds are taken at once, when less than 4 are left.
STEP_BYTES = 1 << 18
AHEAD_BYTES = 64_000
# A track grows twice a second and more. One that has not in so many looks, a second apart, is not
# written. (Looks and not seconds: when the worker itself was stopped, nothing was to be written.)
STILL_LOOKS = 3

_KEEP_SIZE = 1  # FALLOC_FL_KEEP_SIZE of linux/falloc.h; the standard library cannot say it
_CANNOT = frozenset({errno.EOPNOTSUPP, errno.ENOSYS})

_fallocate = ctypes.CDLL(None, use_errno=True).fallocate
_fallocate.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_long, ctypes.c_long)


class _Ahead:
    """One file."""

    def __init__(self, file: str) -> None:
        self._descriptor = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
        self._taken = 0
        self._size = -1
        self._still = 0

    def look(self) -> str:
        state = os.fstat(self._descriptor)
        if not state.st_nlink:
            return "somebody has deleted the track"
        if state.st_size != self._size:
            self._size, self._still = state.st_size, 0
        else:
            self._still += 1
            if self._still >= STILL_LOOKS:
                return "the disk takes nothing any more"
        if self._taken - self._size >= AHEAD_BYTES:
            return ""
        if _fallocate(self._descriptor, _KEEP_SIZE, self._taken, STEP_BYTES):
            code = ctypes.get_errno()
            return "" if code in _CANNOT else os.strerror(code)
        self._taken += STEP_BYTES
        return ""

    def give_back(self) -> None:
        """What was taken and not used."""
        try:
            os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size)
        except OSError:
            pass
        finally:
            os.close(self._descriptor)


class Reserve:
    """For files that exist and grow."""

    def __init__(self, files: Iterable[str]) -> None:
        """Raises ``OSError``."""
        self._files: list[_Ahead] = []
        try:
            for file in files:
                self._files.append(_Ahead(file))
        except OSError:
            self.close()
            raise

    def look(self) -> str:
        """Why the files cannot grow any further; empty: they can."""
        try:
            return next(filter(None, [file.look() for file in self._files]), "")
        except OSError as error:
            return error.strerror or str(error)

    def close(self) -> None:
        """The files are complete."""
        for file in self._files:
            file.give_back()
        self._files.clear()
