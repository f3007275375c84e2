"""The two sides of a recording, put together from its parts, with silence between them.

A part ends when the disk was full, say, and the next one begins where the conversation was by then:
so every word stands in the file where it was said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from callserver.media.wire import RecordingPart
from callserver.recording.tracks import Track, TrackError, opened

BYTES_PER_SAMPLE = 2


@dataclass(frozen=True, slots=True)
class Gap:
    """``from_s`` to ``to_s`` of the file (before 0: before it begins; None: to the end of the
    conversation) nothing was recorded."""

    from_s: float
    to_s: float | None
    why: str


@dataclass(frozen=True, slots=True)
class _Placed:
    start: int
    left: Track
    right: Track
    why: str

    @property
    def frames(self) -> int:
        return max(self.left.frames, self.right.frames)

    @property
    def end(self) -> int:
        return self.start + self.frames


class Timeline:
    """Opened and mended parts in their places. Raises :class:`TrackError`, ``OSError``."""

    def __init__(self, parts: Sequence[RecordingPart]) -> None:
        self.repaired = False
        self._opened: list[Track] = []
        try:
            sides = [(self._open(part.left), self._open(part.right)) for part in parts]
            self.rate = self._common_rate()
        except BaseException:
            self.close()
            raise
        self._placed: list[_Placed] = []
        for part, (left, right) in zip(parts, sides, strict=True):
            if left.frames or right.frames:
                start = max(round(part.after_s * self.rate), self.frames)
                self._placed.append(_Placed(start, left, right, part.why))

    @property
    def frames(self) -> int:
        return self._placed[-1].end if self._placed else 0

    def gaps(self, missed_s: float, stopped: str) -> list[Gap]:
        """Where nothing was recorded, in order."""
        gaps: list[Gap] = []
        end = -missed_s
        for part in self._placed:
            start = part.start / self.rate
            if part.why and end < start:
                gaps.append(Gap(round(end, 3), round(start, 3), part.why))
            end = part.end / self.rate
        if stopped:
            gaps.append(Gap(round(end, 3), None, stopped))
        return gaps

    def stretches(self, most: int) -> Iterator[tuple[bytes, bytes]]:
        """Left and right, at most so many frames at a time; the shorter track of a part is filled
        up with silence."""
        at = 0
        for part in self._placed:
            for count in _pieces(part.start - at, most):
                yield _silence(count), _silence(count)
            for count in _pieces(part.frames, most):
                yield part.left.read(count), part.right.read(count)
            at = part.end

    def close(self) -> None:
        for track in self._opened:
            track.close()

    def _open(self, file: str) -> Track:
        track, mended = opened(Path(file))
        self._opened.append(track)
        self.repaired = self.repaired or mended
        return track

    def _common_rate(self) -> int:
        rates = {track.rate for track in self._opened if track.frames}
        if len(rates) > 1:
            raise TrackError(f"the tracks differ in sample rate: {sorted(rates)}")
        return rates.pop() if rates else 0


def _pieces(frames: int, most: int) -> Iterator[int]:
    for start in range(0, frames, most):
        yield min(most, frames - start)


def _silence(frames: int) -> bytes:
    return bytes(frames * BYTES_PER_SAMPLE)
