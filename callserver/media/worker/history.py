"""What a call has been through, kept for a controller that was not there to see it.

Events that were sent may have died with the controller that read them; so a new one is told the
whole, and takes what its journal lacks.
"""

from collections.abc import Callable

from callserver.model import events as did
from callserver.model.call import Leg


class History:
    """``note`` hears every event; ``returned`` is what a new controller is told first."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._answered: list[did.LegAnswered] = []
        self._ended: list[did.LegEnded] = []
        self._held: list[did.LegHeld] = []
        self._resumed: list[did.LegResumed] = []
        self._digits: list[did.DigitReceived] = []
        self._last: list[did.Event] = []
        self._messages: list[did.MessageRecorded] = []
        self._recorded: list[did.RecordingStarted] = []
        self._judged: list[did.AnswerJudged] = []
        self._unrecorded: list[did.RecordingStopped] = []
        self._alone_since = 0.0

    def note(self, event: did.Event, *, alone: bool) -> None:
        match event:
            case did.LegAnswered():
                self._answered.append(event)
            case did.LegEnded():
                self._ended.append(event)
            case did.LegHeld() if alone:
                self._held.append(event)
            case did.LegResumed() if alone:
                self._resumed.append(event)
            case did.DigitReceived() if alone:
                self._digits.append(event)
            case did.RecordingStarted():
                self._recorded.append(event)
            case did.MessageRecorded():
                self._messages.append(event)
            case did.AnswerJudged():
                self._judged.append(event)
            case did.RecordingStopped():
                self._unrecorded.append(event)
            case did.CallEmpty():
                self._last.append(event)

    def parted(self) -> None:
        """The controller is gone; the time counts from the first call of this."""
        self._alone_since = self._alone_since or self._now()

    def returned(self, ringing: tuple[Leg, ...], rung: tuple[str, ...]) -> list[did.Event]:
        """What to tell a new controller, in order."""
        told = did.WorkerReturned(
            alone_since=self._alone_since,
            answered=tuple(self._answered),
            ended=tuple(self._ended),
            ringing=ringing,
            held=tuple(self._held),
            resumed=tuple(self._resumed),
            digits=tuple(self._digits),
            recording_since=self._recorded[0].at if self._recorded else 0.0,
            at=self._now(),
            messages=tuple(self._messages),
            recorded=tuple(self._recorded),
            unrecorded=tuple(self._unrecorded),
            rung=rung,
            judged=tuple(self._judged),
        )
        self._alone_since = 0.0
        for since_alone in (self._held, self._resumed, self._digits):
            since_alone.clear()
        return [told, *self._last]
