"""The tracks of one call, which all begin and end on the same tick."""

import contextlib
import time
from collections.abc import Callable, Set
from pathlib import Path
from typing import Any

from callserver.media.pj.sound import Bridge, SoundError, record
from callserver.media.worker.reserve import Reserve
from callserver.model.call import Leg
from callserver.model.commands import Track
from callserver.model.events import Event, RecordingStarted, RecordingStopped


class Recorder:
    """``wire`` connects the bridge anew, ``tick`` lets it do so, ``emit`` takes the events,
    ``now`` is seconds since 1970."""

    def __init__(
        self,
        bridge: Bridge,
        wire: Callable[[], None],
        tick: Callable[[], None],
        now: Callable[[], float],
        emit: Callable[[Event], None],
    ) -> None:
        self._now = now
        self._bridge = bridge
        self._wire = wire
        self._tick = tick
        self._emit = emit
        self._tracks: dict[Leg, Any] = {}
        self._files: tuple[str, ...] = ()
        self._done: set[str] = set()
        self._reserve = Reserve(())
        self._first_at: float | None = None

    @property
    def legs(self) -> Set[Leg]:
        """Those that are recorded now."""
        return self._tracks.keys()

    def start(self, tracks: tuple[Track, ...]) -> None:
        """All tracks begin on the next tick, since no tick happens in between. Tracks that run go
        on: a second agent is heard on the track of the first. Those that were closed are never
        written again."""
        files = tuple(track.file for track in tracks)
        if (self._tracks and files == self._files) or not self._done.isdisjoint(files):
            return
        self.stop()
        self._done.update(files)
        begins = time.monotonic()
        recorders = {}
        try:
            for track in tracks:
                recorders[track.leg] = record(track.file)
            self._reserve = Reserve(files)
            trouble = self._reserve.look()
        except (SoundError, OSError) as error:
            trouble = str(error)
        if trouble:
            recorders.clear()
            self._reserve.close()
            for file in files:
                with contextlib.suppress(OSError):
                    Path(file).unlink()
            self._emit(RecordingStopped(files, trouble, self._now()))
            return
        self._tracks, self._files = recorders, files
        for leg, recorder in recorders.items():
            self._bridge.put(("track", leg), recorder)
        self._wire()
        self._first_at = begins if self._first_at is None else self._first_at
        self._emit(RecordingStarted(files, self._now(), begins - self._first_at))

    def look(self) -> None:
        """Once a second: can the tracks go on?"""
        if self._tracks and (trouble := self._reserve.look()):
            self.stop(trouble)

    def stop(self, error: str = "") -> None:
        if not self._tracks:
            return
        for leg in self._tracks:
            self._bridge.drop(("track", leg))
        self._tracks.clear()
        self._wire()
        # The library closes a file when its bridge has let go of it, on the next tick.
        self._tick()
        self._reserve.close()
        self._emit(RecordingStopped(self._files, error, self._now()))
