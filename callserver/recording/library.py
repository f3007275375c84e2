"""Recordings of the calls in progress: where their tracks lie, and their stereo file afterwards.

The tracks are named after the call, so that those of a call that was cut off can be found and
mended by whoever comes later.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from callserver import log
from callserver.config import Config
from callserver.media.wire import MakeRecording, RecordingDone
from callserver.metrics import Metrics
from callserver.model.call import Leg
from callserver.model.commands import Command, Track
from callserver.model.facts import Fact
from callserver.model.ids import new_id
from callserver.model.message_facts import VoicemailLeft
from callserver.model.ports import Clock
from callserver.model.record import CallRecord
from callserver.model.recording_facts import RecordingFailed, RecordingMade
from callserver.recording import voicemail
from callserver.recording.gaps import around, parts
from callserver.recording.naming import (
    recording_path,
    track_name,
    track_of,
    voicemail_path,
)
from callserver.recording.room import MIB, NoRoom, Room, free
from callserver.recording.taping import Taping

_log = log.get("recording")

LOOK_S = 1.0

Maker = Callable[[MakeRecording], Awaitable[RecordingDone]]
Note = Callable[[Fact], None]

_MESSAGE = ".message.wav"


class Recordings:
    """One per controller. ``on_room`` is called when there is room again after there was none."""

    def __init__(
        self, config: Config, maker: Maker, note: Note, clock: Clock, metrics: Metrics
    ) -> None:
        self.on_room: Callable[[], None] = lambda: None
        self._enabled = config.recording.enabled
        self._root = config.recording.dir.absolute()
        self._tracks = config.tracks_dir.absolute()
        self._maker = maker
        self._note = note
        self._clock = clock
        self._metrics = metrics
        self._room = Room(config.recording.min_free_mib * MIB)
        self._tapings: dict[str, Taping] = {}
        self._making: set[str] = set()

    @property
    def trouble(self) -> str:
        """Why nothing is recorded; empty: all is well."""
        missing = self._room.missing
        return missing.text if missing is not None and self._enabled else ""

    def prepare(self) -> None:
        """Make the folders, and look whether there is room. Raises ``OSError``."""
        self._root.mkdir(parents=True, exist_ok=True)
        self._tracks.mkdir(parents=True, exist_ok=True, mode=0o700)
        voicemail.write_tone(Path(self.tone))
        self._look(free((self._root, self._tracks)))

    async def watch(self) -> None:
        """Look at the disks again and again, and let the calls be recorded or not."""
        while True:
            await asyncio.sleep(LOOK_S)
            # A network disk that is gone may hold whoever looks at it.
            self._look(await asyncio.to_thread(free, (self._root, self._tracks)))
            now = time.monotonic()
            for taping in tuple(self._tapings.values()):
                taping.review(now)

    def taping(
        self, call: str, send: Callable[[Command], None], note: Callable[[Fact], None]
    ) -> Taping:
        """The recording of a call that begins, or goes on after a restart."""
        taping = Taping(call, lambda part: self._files(call, part), self._missing, send, note)
        self._tapings[call] = taping
        return taping

    def drop(self, call: str) -> None:
        """The call is over, with all that :meth:`make` does."""
        self._tapings.pop(call, None)

    async def make(self, record: CallRecord, started_at: float, parties: Mapping[str, str]) -> None:
        """Make the stereo file of an ended call from its tracks and journal it."""
        call = record.id
        self._making.add(call)
        try:
            done = await self._maker(self._job(record, started_at, parties))
        finally:
            self._making.discard(call)
        if done.error:
            self._metrics.recordings.labels("failed").inc()
            _log.error("recording_failed", call=call, error=done.error, kept_in=str(self._tracks))
            self._note(RecordingFailed(call, self._clock.now(), done.error))
            return
        self._metrics.recordings.labels("repaired" if done.repaired else "made").inc()
        self._note(
            RecordingMade(
                call=call,
                at=self._clock.now(),
                recording=new_id(),
                path=done.path,
                sha256=done.sha256,
                duration_s=done.duration_s,
                sample_rate=done.sample_rate,
                size=done.size,
                started_at=done.started_at,
                repaired=done.repaired,
            )
        )

    # -- messages

    @property
    def tone(self) -> str:
        """The file of the tone after which a message begins."""
        return str(self._tracks / "tone.wav")

    def message(self, call: str, message: str) -> str:
        """Where the worker writes a message to."""
        return str(self._tracks / f"{call}.{message}{_MESSAGE}")

    def discard(self, call: str, message: str) -> None:
        """Nobody shall hear this message."""
        Path(self.message(call, message)).unlink(missing_ok=True)

    async def keep_message(
        self, call: CallRecord, message: str, mailbox: str, started_at: float, quiet_s: float
    ) -> None:
        """Make a file of a message, without the ``quiet_s`` at its end, and journal it."""
        path = voicemail_path(message, started_at)
        facts = {"call": call.id, "customer": call.number, "line": call.line, "mailbox": mailbox}
        recorded = Path(self.message(call.id, message))
        try:
            kept = await asyncio.to_thread(
                voicemail.keep, recorded, self._root, path, quiet_s, facts, started_at
            )
        except voicemail.NotKept as error:
            self._metrics.recordings.labels("failed").inc()
            _log.error("message_not_kept", call=call.id, error=str(error), left_in=str(recorded))
            self._note(RecordingFailed(call.id, self._clock.now(), str(error)))
            return
        self._metrics.recordings.labels("repaired" if kept.repaired else "made").inc()
        self._note(
            VoicemailLeft(
                call=call.id,
                at=self._clock.now(),
                voicemail=message,
                mailbox=mailbox,
                line=call.line,
                number=call.number,
                name=call.name,
                path=path,
                sha256=kept.sha256,
                duration_s=kept.duration_s,
                sample_rate=kept.sample_rate,
                size=kept.size,
                started_at=started_at,
                repaired=kept.repaired,
                queue=call.queue,
            )
        )

    def left_messages(self) -> tuple[str, ...]:
        """The calls whose messages lie here and were not kept yet."""
        calls = {file.name.split(".")[0] for file in self._tracks.glob(f"*{_MESSAGE}")}
        return tuple(call for call in calls if not self._in_use(call))

    def leftovers(self) -> tuple[str, ...]:
        """The calls whose tracks lie here though nobody records them or makes their file."""
        found = (track_of(file.name) for file in self._tracks.glob("*.wav"))
        calls = sorted({call for call, _ in filter(None, found)})
        return tuple(call for call in calls if not self._in_use(call))

    def _in_use(self, call: str) -> bool:
        return call in self._tapings or call in self._making

    def _job(
        self, record: CallRecord, started_at: float, parties: Mapping[str, str]
    ) -> MakeRecording:
        found = (track_of(file.name) for file in self._tracks.glob(f"{record.id}.*wav"))
        numbers = {part for call, part in filter(None, found) if call == record.id}
        missed_s, stopped = around(record)
        return MakeRecording(
            call=record.id,
            parts=parts(record, numbers, self._tracks),
            root=str(self._root),
            path=recording_path(record.id, started_at),
            started_at=started_at,
            facts=dict(parties),
            missed_s=missed_s,
            stopped=stopped,
        )

    def _files(self, call: str, part: int) -> tuple[Track, ...]:
        """The tracks of a part; none when recording is off."""
        if not self._enabled:
            return ()
        return tuple(
            Track(leg, str(self._tracks / track_name(call, part, leg)))
            for leg in (Leg.CUSTOMER, Leg.AGENT)
        )

    def _missing(self) -> NoRoom | None:
        return self._room.missing

    def _look(self, bytes_free: Mapping[str, int | OSError]) -> None:
        before = self._room.missing
        missing = self._room.look(bytes_free)
        for folder, name in ((self._root, "recordings"), (self._tracks, "tracks")):
            known = bytes_free[str(folder)]
            if isinstance(known, int):
                self._metrics.recording_free_bytes.labels(name).set(known)
        if missing is not None and before is None and self._enabled:
            _log.error("nothing_is_recorded", why=missing.text)
        elif missing is None and before is not None:
            _log.info("recording_goes_on")
            self.on_room()
