"""WAV files in and out, 16-bit PCM, also while somebody still writes them."""

import struct
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from callserver.testing.tones import RATE, Samples


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """What a WAV file holds: samples per second, and one array of samples per channel."""

    rate: int
    channels: tuple[Samples, ...]

    @property
    def seconds(self) -> float:
        return len(self.channels[0]) / self.rate


def read(path: Path | str) -> Sound:
    """The sound of a file. A recorder writes the sizes into the header when it closes the file, so
    a data size of 0, or one beyond the end, means "all that is there". Raises ``ValueError`` for
    what is not 16-bit PCM WAV."""
    content = Path(path).read_bytes()
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise ValueError(f"{path}: not a WAV file")
    at, rate, channels = 12, 0, 0
    while at + 8 <= len(content):
        kind, size = struct.unpack_from("<4sI", content, at)
        at += 8
        if kind == b"fmt ":
            coding, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", content, at)
            if coding not in (1, 0xFFFE) or bits != 16:
                raise ValueError(f"{path}: not 16-bit PCM")
        if kind == b"data":
            end = at + size if 0 < size <= len(content) - at else len(content)
            frames = (end - at) // (2 * channels)
            flat = np.frombuffer(content, dtype="<i2", count=frames * channels, offset=at)
            parted = flat.reshape(-1, channels)
            return Sound(rate, tuple(parted[:, one].astype(np.int16) for one in range(channels)))
        at += size + size % 2
    raise ValueError(f"{path}: no sound in it")


def write(path: Path | str, *channels: Samples, rate: int = RATE) -> None:
    """A 16-bit PCM file of channels of equal length."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.stack(channels, axis=1).astype("<i2").tobytes())
