"""The voice messages of a call: recorded by its worker, kept after the call unless discarded.

Most callers end a message by hanging up, so nothing of this waits for the flow: what was started
and not discarded is kept when the call is over, and when nobody was there to see the end of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from callserver.model import facts as f
from callserver.model import message_facts as m
from callserver.model.call import Ending, Leg, Reason, Result
from callserver.model.commands import RecordMessage, StopMusic
from callserver.model.events import MessageEnd, MessageRecorded
from callserver.model.flow import SHORTEST_S
from callserver.model.ids import new_id

if TYPE_CHECKING:
    from callserver.call.call import Call
    from callserver.model.record import CallRecord
    from callserver.recording.library import Recordings

LEFT = Ending(Result.VOICEMAIL, Reason.MESSAGE_LEFT)


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that was started. ``ended`` None: it is being recorded, or nobody saw the end."""

    message: str
    mailbox: str
    started_at: float
    ended: m.MessageEnded | None = None

    @property
    def is_empty(self) -> bool:
        """It is known that nothing was said."""
        return self.ended is not None and self.ended.voice_s < SHORTEST_S


def taken(facts: Iterable[f.Fact]) -> dict[str, Taken]:
    """The messages of one call that are neither discarded nor kept yet (pure)."""
    found: dict[str, Taken] = {}
    for fact in facts:
        match fact:
            case m.MessageStarted():
                found[fact.message] = Taken(fact.message, fact.mailbox, fact.at)
            case m.MessageEnded() if fact.message in found:
                found[fact.message] = replace(found[fact.message], ended=fact)
            case m.MessageDiscarded():
                found.pop(fact.message, None)
            case m.VoicemailLeft():
                found.pop(fact.voicemail, None)
            case _:
                pass
    return found


class Messages:
    """Those of one call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._taken: dict[str, Taken] = {}
        self._news = asyncio.Event()

    def take_up(self, before: Mapping[str, Taken], ended: Iterable[MessageRecorded]) -> None:
        """After a restart; ``ended`` is what the worker knows of."""
        self._taken = dict(before)
        for event in ended:
            self.on_recorded(event)
        self._serve()

    def on_recorded(self, event: MessageRecorded) -> None:
        """A message is complete; twice is once."""
        one = self._taken.get(event.message)
        if one is None or one.ended is not None:
            return
        call = self._call
        times = (event.duration_s, event.voice_s, event.quiet_s)
        fact = m.MessageEnded(call.id, event.at, event.message, event.end, *times)
        call.note(fact)
        self._taken[event.message] = replace(one, ended=fact)
        self._serve()
        self._news.set()

    def _serve(self) -> None:
        """A caller who left a message has been served, if nobody else did before."""
        call = self._call
        left = any(one.ended and not one.is_empty for one in self._taken.values())
        if left and call.served is None:
            call.served = LEFT
        elif not left and call.served == LEFT:
            call.served = None

    def last(self) -> str | None:
        """The message that was taken last and not discarded."""
        return next(reversed(self._taken), None)

    def start(self, mailbox: str, max_s: float, silence_s: float) -> str:
        """Record a message from now on."""
        call, message = self._call, new_id()
        at = call.now()
        call.note(m.MessageStarted(call.id, at, message, mailbox))
        self._taken[message] = Taken(message, mailbox, at)
        file = call.house.recordings.message(call.id, message)
        call.send(StopMusic(Leg.CUSTOMER))
        call.send(RecordMessage(Leg.CUSTOMER, message, file, max_s, silence_s))
        return message

    async def end(self, message: str) -> m.MessageEnded:
        """Wait until it is complete. When its caller has hung up there is nobody to go on with: the
        call ends here, a moment later."""
        while (ended := self._taken[message].ended) is None or ended.end is MessageEnd.GONE:
            self._news.clear()
            await self._news.wait()
        return ended

    def discard(self, message: str) -> None:
        """Nobody shall hear it."""
        call = self._call
        if self._taken.pop(message, None) is not None:
            call.note(m.MessageDiscarded(call.id, call.now(), message))
            call.house.recordings.discard(call.id, message)
            self._serve()

    async def keep(self) -> None:
        """The call is over, its worker has closed all files: keep what is there."""
        record = self._call.house.journal.record(self._call.id)
        if record is not None and self._taken:
            house = self._call.house
            await keep(record, self._taken, house.recordings, house.journal.note, self._call.now())
        self._taken = {}


async def keep(
    record: CallRecord,
    left: Mapping[str, Taken],
    recordings: Recordings,
    note: Callable[[f.Fact], None],
    now: float,
) -> None:
    """Keep the messages of a call that is over; empty ones are discarded."""
    for one in left.values():
        if one.is_empty:
            note(m.MessageDiscarded(record.id, now, one.message))
            recordings.discard(record.id, one.message)
        else:
            quiet_s = one.ended.quiet_s if one.ended is not None else 0.0
            where = (one.mailbox, one.started_at, quiet_s)
            await recordings.keep_message(record, one.message, *where)
