"""Mono tracks as the worker wrote them: 16-bit PCM WAV. The header gets its lengths when the file
is closed, so a worker that died leaves zeros there, and the sound is all the rest of the file."""

import struct
import wave
from pathlib import Path
from typing import BinaryIO

_RIFF = struct.Struct("<4sI4s")
_CHUNK = struct.Struct("<4sI")
_BYTES_PER_FRAME = 2
_MIN_FORMAT_BYTES = 16


class TrackError(Exception):
    """Not a track; the message says what it is instead."""


def mend(file: Path) -> bool:
    """Write the true lengths into the header if it says something else; True when it did.

    A file too short for a header has no sound and is left alone. Raises :class:`TrackError`.
    """
    with file.open("r+b") as content:
        size = file.stat().st_size
        data_at = _find_data(content, size)
        if data_at is None:
            return False
        content.seek(4)
        (whole,) = struct.unpack("<I", content.read(4))
        content.seek(data_at - 4)
        (said,) = struct.unpack("<I", content.read(4))
        there = (size - data_at) // _BYTES_PER_FRAME * _BYTES_PER_FRAME
        if whole and (said == there or 0 < said < there):
            return False
        content.seek(4)
        content.write(struct.pack("<I", data_at - 8 + there))
        content.seek(data_at - 4)
        content.write(struct.pack("<I", there))
    return True


def _find_data(content: BinaryIO, size: int) -> int | None:
    """Where the sound begins (RIFF chunks, each with a 4-letter name and a length)."""
    head = content.read(_RIFF.size)
    if len(head) < _RIFF.size:
        return None
    riff, _, kind = _RIFF.unpack(head)
    if (riff, kind) != (b"RIFF", b"WAVE"):
        raise TrackError(f"begins with {head[:4]!r}, is no WAV file")
    while len(chunk := content.read(_CHUNK.size)) == _CHUNK.size:
        name, length = _CHUNK.unpack(chunk)
        if name == b"data":
            return content.tell()
        if name == b"fmt " and length < _MIN_FORMAT_BYTES:
            raise TrackError("has a broken format")
        if content.tell() + length > size:
            return None
        content.seek(length + length % 2, 1)
    return None


class Track:
    """A mended track, read from its beginning; ``None`` for one that was never written."""

    def __init__(self, file: Path | None) -> None:
        self.frames = 0
        self.rate = 0
        self._wave: wave.Wave_read | None = None
        if file is None:
            return
        try:
            self._wave = wave.open(str(file), "rb")  # noqa: SIM115 - closed by close()
        except (EOFError, wave.Error) as error:
            raise TrackError(str(error) or "ends before its sound") from error
        if (self._wave.getnchannels(), self._wave.getsampwidth()) != (1, _BYTES_PER_FRAME):
            raise TrackError("is not mono with 16 bit")
        self.frames = self._wave.getnframes()
        self.rate = self._wave.getframerate()

    def read(self, frames: int) -> bytes:
        """So many frames, with silence after the end."""
        data = self._wave.readframes(frames) if self._wave is not None else b""
        return data + bytes(frames * _BYTES_PER_FRAME - len(data))

    def close(self) -> None:
        if self._wave is not None:
            self._wave.close()


def opened(file: Path) -> tuple[Track, bool]:
    """The track in ``file`` and whether it had to be mended. Raises :class:`TrackError`,
    ``OSError``."""
    try:
        mended = mend(file)
        # The worker died before the header reached the disk: nothing was recorded.
        short = file.stat().st_size <= _RIFF.size + 2 * _CHUNK.size + _MIN_FORMAT_BYTES
        return Track(None if short else file), mended
    except FileNotFoundError:
        return Track(None), False
    except TrackError as error:
        raise TrackError(f"{file.name}: {error}") from error
