"""Recordings of the calls in progress: where their tracks lie, and their stereo file afterwards.

The tracks are named after the call, so that those of a call that was cut off can be found and
mended by whoever comes later.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from callserver import log
from callserver.config import Config
from callserver.media.wire import MakeRecording, RecordingDone
from callserver.metrics import Metrics
from callserver.model.call import Leg
from callserver.model.commands import Track
from callserver.model.facts import Fact, RecordingFailed, RecordingMade
from callserver.model.ids import new_id
from callserver.model.message_facts import VoicemailLeft
from callserver.model.ports import Clock
from callserver.model.record import CallRecord
from callserver.recording import voicemail
from callserver.recording.naming import recording_path, voicemail_path

_log = log.get("recording")

Maker = Callable[[MakeRecording], Awaitable[RecordingDone]]
Note = Callable[[Fact], None]

_MESSAGE = ".message.wav"


class Recordings:
    """One per controller."""

    def __init__(
        self, config: Config, maker: Maker, note: Note, clock: Clock, metrics: Metrics
    ) -> None:
        self._enabled = config.recording.enabled
        self._root = config.recording.dir.absolute()
        self._tracks = config.tracks_dir.absolute()
        self._maker = maker
        self._note = note
        self._clock = clock
        self._metrics = metrics

    def prepare(self) -> None:
        """Make the folders. Raises ``OSError``."""
        self._root.mkdir(parents=True, exist_ok=True)
        self._tracks.mkdir(parents=True, exist_ok=True, mode=0o700)
        voicemail.write_tone(Path(self.tone))

    def tracks(self, call: str) -> tuple[Track, ...]:
        """What to record of a conversation; empty when recording is off."""
        if not self._enabled:
            return ()
        return tuple(Track(leg, str(self._track(call, leg))) for leg in (Leg.CUSTOMER, Leg.AGENT))

    async def make(self, call: str, started_at: float, parties: dict[str, str]) -> None:
        """Make the stereo file of an ended call from its tracks and journal it."""
        done = await self._maker(
            MakeRecording(
                call=call,
                left=str(self._track(call, Leg.CUSTOMER)),
                right=str(self._track(call, Leg.AGENT)),
                root=str(self._root),
                path=recording_path(call, started_at),
                started_at=started_at,
                facts=parties,
            )
        )
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
            )
        )

    def left_messages(self) -> tuple[str, ...]:
        """The calls whose messages lie here and were not kept yet."""
        return tuple({file.name.split(".")[0] for file in self._tracks.glob(f"*{_MESSAGE}")})

    def leftovers(self) -> tuple[str, ...]:
        """The calls whose tracks lie here and were never made into a file."""
        suffix = f".{Leg.CUSTOMER}.wav"
        return tuple(file.name.removesuffix(suffix) for file in self._tracks.glob(f"*{suffix}"))

    def _track(self, call: str, leg: Leg) -> Path:
        return self._tracks / f"{call}.{leg}.wav"
