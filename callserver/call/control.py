"""The call as its flow sees it: implements ``CallControl``."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, NoReturn

from callserver.call import acquaintance, talk, toll
from callserver.call.call import Call
from callserver.call.dialled import Dialled, caught_up
from callserver.call.dialling import Dialling
from callserver.call.knowledge import Knowledge
from callserver.call.progress import Progress
from callserver.call.reconcile import Now
from callserver.call.restore import OpenCall
from callserver.call.visit import QueueVisit
from callserver.model import facts as f
from callserver.model.call import Ending, Leg, Phase, Reason, Result
from callserver.model.callback import Callback, Window
from callserver.model.caller_facts import CallbackRequested, SurveyAnswered
from callserver.model.commands import MuteRecording, StopMusic
from callserver.model.dial import Dial, DialEnd, Party
from callserver.model.events import MessageEnd
from callserver.model.flow import SERVED, Frame, Message, Value, Waited, WaitEnd
from callserver.model.outside import Request
from callserver.model.overflow import Wait
from callserver.model.survey import About
from callserver.model.survey_facts import SurveyAsked
from callserver.model.talk import Target, TargetKind
from callserver.model.ticket import NOTHING, Ticket

WAITING = frozenset({Phase.QUEUED, Phase.RINGING})
IN_A_QUEUE = frozenset({Phase.QUEUED, Phase.RINGING, Phase.TALKING})


class FlowControl:
    """Of one call. ``end`` ends it; it cancels the flow where it stands."""

    def __init__(self, call: Call, line_name: str, end: Callable[[Ending], None]) -> None:
        self.knowledge = Knowledge(call, line_name)
        self._call = call
        self._end = end
        self._activity = 0
        self._flow = ""
        self._resumed: tuple[Frame, ...] = ()
        self._before: tuple[OpenCall, Now] | None = None

    def take_up(self, before: OpenCall, now: Now) -> None:
        """After a restart: go on where the last controller left the call."""
        progress: Progress = before.progress
        self._before = (before, now)
        self._resumed = progress.place
        self._call.language = progress.language or self._call.language
        self.knowledge.set(progress.variables, secret=False)
        self._call.keypad.replay(progress.keys)
        self._call.send(MuteRecording(False))
        if before.record.talking_at is None:
            self._call.entered_at = before.place.entered_at

    def flow_over(self) -> Ending:
        """How the call ends when nothing else happens."""
        return self._call.served or Ending(Result.ANSWERED, Reason.FLOW_ENDED)

    # --- the place ------------------------------------------------------------------------------

    def enter(self, place: Sequence[Frame]) -> None:
        call = self._call
        self._flow = place[-1].flow
        if tuple(place) == self._resumed:
            return  # journaled already, and the keys since then still count
        self._resumed = ()
        *stack, here = place
        call.note(
            f.StepEntered(
                call.id, call.now(), here.flow, here.version, here.step, stack=tuple(stack)
            )
        )

    @property
    def activity(self) -> int:
        return self._activity

    def now(self) -> float:
        return self._call.now()

    # --- what is known --------------------------------------------------------------------------

    @property
    def language(self) -> str:
        return self._call.language

    def speak(self, language: str) -> None:
        call = self._call
        if language != call.language:
            call.language = language
            call.note(f.LanguageChosen(call.id, call.now(), language))

    def variable(self, name: str) -> Value:
        return self.knowledge.variable(name)

    def set(self, values: Mapping[str, Value], *, secret: bool = False) -> None:
        call = self._call
        self.knowledge.set(values, secret=secret)
        shown, hidden = ({}, tuple(values)) if secret else (dict(values), ())
        if values:
            call.note(f.VariablesSet(call.id, call.now(), shown, hidden))

    def is_secret(self, name: str) -> bool:
        return self.knowledge.is_secret(name)

    async def contact(self, number: str) -> Mapping[str, Value] | None:
        return await self.knowledge.contact(number)

    # --- other people's servers -----------------------------------------------------------------

    async def ask(self, request: Request) -> Any:
        return await self._call.house.outside.ask(request)

    def tell(self, request: Request) -> None:
        self._call.house.outside.tell(request)

    # --- sound and keys -------------------------------------------------------------------------

    async def play(self, files: Sequence[str], *, barge_in: bool) -> None:
        if not (barge_in and self._call.keypad.pressed):
            await self._call.player.play(files, barge_in=barge_in)

    async def digit(self, timeout_s: float, *, secret: bool = False) -> str | None:
        call = self._call
        key = await call.keypad.next(timeout_s)
        if key is None:
            return None
        digit, again = key
        self._activity += 1
        if not (again or secret):
            call.note(f.DigitPressed(call.id, call.now(), digit))
        return digit

    def missed(self) -> None:
        self._call.note(f.InputMissed(self._call.id, self._call.now()))

    def swallow(self, key: str) -> None:
        self._call.keypad.swallow(key, self._call.now())

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        if self._resumed:  # half a secret went with the last controller: it is asked for again
            self._call.keypad.clear()
        self._call.send(MuteRecording(True))
        try:
            yield
        finally:
            self._call.send(MuteRecording(False))

    async def wait(self, seconds: float, *, barge_in: bool) -> None:
        await self._call.keypad.wait(seconds, until_pressed=barge_in)

    # --- messages -------------------------------------------------------------------------------

    async def record(
        self, opening: Sequence[str], mailbox: str, max_s: float, silence_s: float
    ) -> Message:
        call = self._call
        message = call.messages.last() if self._resumed else None
        if message is None:
            await self.play(opening, barge_in=True)
            call.keypad.clear()
            await self.play((call.house.recordings.tone,), barge_in=False)
            message = call.messages.start(mailbox, max_s, silence_s)
        ended = await call.messages.end(message)
        self._activity += 1
        if ended.end is MessageEnd.KEY and call.keypad.pressed:
            await call.keypad.next(0.0)
        return Message(message, call.house.recordings.message(call.id, message), ended.voice_s)

    def discard(self, message: str) -> None:
        self._call.messages.discard(message)

    # --- what the caller wants ------------------------------------------------------------------

    def dialable(self, number: str) -> str | None:
        return self._call.house.directory.dialable(number)

    def windows(
        self, queue: str, number: str, hours: int, days: int, most: int
    ) -> Sequence[Window]:
        return self._call.house.asked().windows(queue, number, hours, days, most)

    def call_back(
        self, queue: str, priority: int, number: str, window: Window | None = None
    ) -> None:
        call, caller = self._call, self._call.arrival
        now = call.now()
        who = (number, caller.name, caller.dialled, queue, max(priority, call.priority))
        asked = CallbackRequested(
            call.id, now, *who, call.entered_at or now, language=call.language
        )
        if window is not None:
            begin, end = window.begin, window.end
            asked = replace(asked, entered_at=begin, not_before=begin, not_after=end)
        call.note(asked)
        if call.served is None:
            call.served = Ending(Result.CALLBACK, Reason.CALLBACK_REQUESTED)

    def expected(self, queue: str, number: str) -> Wait | None:
        return self._call.house.asked().expected(queue, number)

    def waits_for(self, queue: str) -> Callback | None:
        number = self._call.arrival.number
        return self._call.house.asked().waits(queue, number) if number else None

    def call_off(self, request: Callback) -> None:
        self._call.house.asked().call_off(request.call)

    def surveyed(self, question: str) -> None:
        call, record = self._call, self._call.house.journal.record(self._call.id)
        about = call.about
        if about is None:
            queue, agent = (record.queue, record.agent) if record is not None else (None, None)
            about = About(queue or "", agent or "", "")
        told = (question, about.queue, about.agent, about.of)
        call.note(SurveyAsked(call.id, call.now(), *told))

    def answered(self, question: str, answer: str) -> None:
        self._call.note(SurveyAnswered(self._call.id, self._call.now(), question, answer))

    # --- ways out -------------------------------------------------------------------------------

    async def queue(
        self,
        queue: str,
        priority: int,
        ticket: Ticket,
        keys: Collection[str],
        timeout_s: float | None,
    ) -> Waited:
        call = self._call
        if (dialled := self._dialled) is not None:  # the queue had sent the caller outside
            return await self._outside(dialled.target)
        before, self._before = self._before, None
        began, call.exits = call.now(), keys
        if self._resumed and before is not None:
            began = before[0].progress.since or began
        else:
            call.keypad.clear()  # nobody who pressed a menu's key twice wants out of the queue
        watch = asyncio.create_task(self._watch(keys, timeout_s, began), name=f"call.{call.id}.out")
        try:
            ended = await self._wait_and_talk(queue, priority, ticket, before)
        finally:
            watch.cancel()
            self._activity += 1
            call.visit = None
        if ended.end is WaitEnd.SERVED:
            call.keypad.clear()  # keys of the conversation mean nothing to what follows
            call.entered_at = None
        else:
            call.send(StopMusic(Leg.CUSTOMER))
        kind, _, number = ended.what.partition(":")
        if ended.end is WaitEnd.SENT_ON and kind == TargetKind.EXTERNAL:
            return await self._outside(Target(TargetKind.EXTERNAL, number))
        return ended

    async def _outside(self, target: Target) -> Waited:
        """A queue gives the caller to a number outside."""
        end = await self.dial(Dial((Party(target),), music=True, given=True))
        return SERVED if end is DialEnd.ANSWERED else Waited(WaitEnd.SENT_ON, target.kind)

    @property
    def _dialled(self) -> Dialled | None:
        """How far the dialling was in which a restart found the call."""
        return None if self._before is None else self._before[0].place.dialled

    async def _wait_and_talk(
        self,
        queue: str,
        priority: int,
        ticket: Ticket,
        before: tuple[OpenCall, Now] | None,
    ) -> Waited:
        call = self._call
        ticket = replace(ticket, language=call.language)
        known, options = call.contact, call.house.config.lookup
        priority, ticket = acquaintance.place(known, options, priority, ticket)
        if before is not None and _in_a_queue(before):
            record, place = before[0].record, before[0].place
            at = place.queue or record.queue or queue  # given from one queue to another
            visit = QueueVisit(call, at, priority)
            await visit.go_on(record.phase, place, before[1])
        else:
            visit = QueueVisit(call, queue, priority, call.entered_at, ticket)
            await visit.run()
        return visit.ended

    async def _watch(self, keys: Collection[str], timeout_s: float | None, began: float) -> None:
        """Take the caller out of the queue by key or time."""
        call = self._call
        with suppress(TimeoutError):
            left_s = None if timeout_s is None else max(began + timeout_s - call.now(), 0.0)
            async with asyncio.timeout(left_s):
                while (key := await self._key_of(keys)) is None:
                    pass
                if call.visit is not None:
                    call.visit.leave(Waited(WaitEnd.KEY, key))
                return
        if call.visit is not None:
            call.visit.leave(Waited(WaitEnd.TIMEOUT))

    async def _key_of(self, keys: Collection[str]) -> str | None:
        """The next key, when it is one of these and the caller waits; any other is dropped."""
        call = self._call
        pressed = await call.keypad.next(None)
        if pressed is None or pressed[0] not in keys or call.phase not in WAITING:
            return None
        if not pressed[1]:
            call.note(f.DigitPressed(call.id, call.now(), pressed[0]))
        return pressed[0]

    async def dial(self, dial: Dial) -> DialEnd:
        call = self._call
        call.keypad.clear()  # keys mean nothing here
        try:
            return await self._dial(Dialling(call, dial, toll.flow(self._flow)))
        finally:
            self._activity += 1
            call.visit = None
            call.keypad.clear()

    async def _dial(self, dialling: Dialling) -> DialEnd:
        call = self._call
        before, self._before = self._before, None
        if before is None:
            end = await dialling.run()
        elif before[0].place.dialled is None and _in_a_queue(before):
            # whoever answered had given the caller to a queue
            await self._wait_and_talk("", call.priority, NOTHING, before)
            return DialEnd.ANSWERED
        else:
            place, now = before[0].place, before[1]
            was = caught_up(place.dialled, now.facts)
            end = await dialling.run(was, talk.caught_up(place.talk, now.facts), now.events)
        if (onward := dialling.onward) is not None:
            await QueueVisit(call, onward.queue, call.priority, onward.entered_at).run()
        if end is DialEnd.ANSWERED:
            call.entered_at = None
        return end

    async def hang_up(self, ending: Ending | None = None) -> NoReturn:
        self._end(self._call.served or ending or self.flow_over())
        while True:
            await asyncio.Event().wait()  # never set: cancellation is on its way


def _in_a_queue(before: tuple[OpenCall, Now]) -> bool:
    """Whether the caller waited or talked there, before the restart or at it."""
    return bool(IN_A_QUEUE & {before[0].record.phase, before[1].phase})
