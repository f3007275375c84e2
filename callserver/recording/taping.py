"""Whether one call is being recorded, and what goes on record when it is not.

A recording has parts. The first, number 0, begins when an agent answers; it ends with the call,
unless the disk has no room or refuses: then the conversation goes on without, and when there is
room again, the next part begins.
"""

from collections.abc import Callable, Sequence

from callserver import log
from callserver.model.call import Leg, Phase
from callserver.model.commands import Command, StartRecording, StopRecording, Track
from callserver.model.events import RecordingStarted, RecordingStopped
from callserver.model.facts import Fact
from callserver.model.record import CallRecord, WhyUnrecorded
from callserver.model.recording_facts import RecordingPaused, RecordingResumed
from callserver.recording.naming import part_of
from callserver.recording.room import NoRoom

_log = log.get("recording")

# A disk that refuses is not asked at once again.
RETRY_S = 10.0


class Taping:
    """One call's. ``files`` names the tracks of a part (none: nothing is to be recorded), ``room``
    says whether there is any. ``since`` is when its first part began."""

    def __init__(
        self,
        call: str,
        files: Callable[[int], tuple[Track, ...]],
        room: Callable[[], NoRoom | None],
        send: Callable[[Command], None],
        note: Callable[[Fact], None],
    ) -> None:
        self.call = call
        self.since: float | None = None
        self._files = files
        self._room = room
        self._send = send
        self._note = note
        self._part = 0
        self._runs = False
        self._in_gap = False
        self._stopping: WhyUnrecorded | None = None
        self._starting = False
        self._called = Leg.AGENT
        self._withheld: WhyUnrecorded | None = None
        self._retry_at = 0.0
        self._over = False

    def tracks(self, leg: Leg) -> tuple[Track, ...]:
        """What the worker shall record from the moment this leg answers, which is being called;
        tracks that run go on."""
        self._called = leg
        if self._in_gap:
            return ()
        missing = self._room()
        self._withheld = missing.why if missing is not None and not self._runs else None
        return () if self._withheld is not None else self._files(self._part)

    def answered(self, leg: Leg, at: float) -> None:
        """A leg is up; a conversation begins when it is the one that was called for it."""
        if leg is self._called and self._withheld is not None and not self._runs and self._files(0):
            self._pause(at, self._withheld)

    def started(self, event: RecordingStarted) -> None:
        """The worker records."""
        self.since = self.since or event.at
        self._runs, self._starting = True, False
        if self._in_gap:
            self._in_gap = False
            self._note(RecordingResumed(self.call, event.at, self._part, event.after_s))
            _log.info("recording_resumed", call=self.call)

    def stopped(self, event: RecordingStopped, now: float) -> None:
        """The worker records no more, or could not begin. ``now``: monotonic seconds."""
        self._runs = self._starting = False
        why, self._stopping = self._stopping, None
        if event.error:
            why = WhyUnrecorded.WRITE_FAILED
            self._retry_at = now + RETRY_S
            _log.error("recording_broken", call=self.call, error=event.error)
        if why is None or self._over:
            return
        self._part += 1
        self._pause(event.at, why)

    def review(self, now: float) -> None:
        """Stop when there is no room, go on when there is. ``now``: monotonic seconds."""
        missing = self._room()
        if self._over:
            return
        if missing is not None and self._runs and self._stopping is None:
            self._stopping = missing.why
            self._send(StopRecording())
        may_start = self._in_gap and not self._starting and now >= self._retry_at
        if missing is None and may_start:
            self._starting = True
            self._send(StartRecording(self._files(self._part)))

    def take_up(
        self,
        record: CallRecord,
        events: Sequence[RecordingStarted | RecordingStopped],
        *,
        ended: bool,
    ) -> None:
        """After a restart: what the worker did, in order. What the journal does not know goes on
        record now. ``ended``: the call ended meanwhile."""
        gaps = record.gaps
        self._in_gap = bool(gaps) and gaps[-1].until is None
        begins_in_gap = bool(gaps) and bool(events) and gaps[0].since < events[0].at
        known = {gap.since for gap in gaps} | {gap.until for gap in gaps}
        if events and not begins_in_gap:
            known.add(events[0].at)
        for event in events:
            self._part = part_of(event.files[0])
            if isinstance(event, RecordingStarted):
                self._taken_up_start(event, seen=event.at in known)
            else:
                over = ended and not event.error
                self._taken_up_stop(event, seen=over or event.at in known)
        talks = record.phase is Phase.TALKING and record.talking_at is not None
        missing = self._room()
        if talks and not events and missing is not None and self._files(0):
            self._pause(record.talking_at or 0.0, missing.why)

    def _taken_up_start(self, event: RecordingStarted, *, seen: bool) -> None:
        if seen:
            self.since, self._runs = self.since or event.at, True
        else:
            self.started(event)

    def _taken_up_stop(self, event: RecordingStopped, *, seen: bool) -> None:
        if seen:
            self._runs = False
            self._part += 1
        else:
            # Only a controller asks for it while the call goes on, and for this reason.
            self._stopping = WhyUnrecorded.DISK_LOW
            self.stopped(event, 0.0)

    def close(self) -> None:
        """The call ends; what the worker stops now was to end."""
        self._over = True

    def _pause(self, at: float, why: WhyUnrecorded) -> None:
        self._withheld = None
        if not self._in_gap:
            self._in_gap = True
            self._note(RecordingPaused(self.call, at, why))
            _log.warning("recording_paused", call=self.call, why=why)
