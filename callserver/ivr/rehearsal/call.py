"""A pretended call: the ``CallControl`` of the rehearsal. Time passes only here."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any, NoReturn

from callserver.ivr.rehearsal.knowledge import asked_before, system_value, tomorrow
from callserver.ivr.rehearsal.story import (
    Caller,
    Given,
    Leave,
    Miss,
    Moment,
    Press,
    Silence,
    Speak,
    Talk,
    Turn,
    What,
)
from callserver.ivr.rehearsal.ways import Trail
from callserver.ivr.variables import is_system
from callserver.model.call import Ending, Reason, Result
from callserver.model.callback import Callback, Window
from callserver.model.dial import Dial, DialEnd, nearest
from callserver.model.errors import OutsideError
from callserver.model.flow import SERVED, Frame, Message, Value, Waited, WaitEnd
from callserver.model.outside import Request
from callserver.model.overflow import Wait
from callserver.model.talk import TargetKind
from callserver.model.ticket import Ticket

CHARS_PER_S = 15.0
PATIENCE_S = 3600.0
"""In a queue where no agent answers."""
RING_S = 30.0
"""At somebody who is called and does not answer."""
TRANSFERRED = Ending(Result.TRANSFERRED, Reason.THIRD_HUNG_UP)


class Over(BaseException):
    """The call is over while a step runs, as cancellation ends it in a real one."""


class PretendedCall:
    """A call with a caller who is played by somebody. Everything that happens is told to them."""

    def __init__(self, given: Given, caller: Caller, trail: Trail) -> None:
        self._given = given
        self._caller = caller
        self._trail = trail
        self._after_s = 0.0
        self._step = ""
        self._language = given.language
        self._keys: deque[str] = deque()
        self._dropped = ""
        self._silent_until = 0.0
        self._own: dict[str, Value] = {n: v for n, v in given.known.items() if not is_system(n)}
        self._secret = set[str]()
        self._activity = 0
        self._served: Ending | None = None

    @property
    def variables(self) -> Mapping[str, Value]:
        """Those of the flow; instead of secret values there are dots."""
        return {n: "••••" if n in self._secret else value for n, value in self._own.items()}

    def _tell(self, what: What, text: str = "", voice: str = "") -> None:
        self._caller.witness(Moment(self._after_s, self._step, what, text, voice))

    # --- the place ------------------------------------------------------------------------------

    def enter(self, place: Sequence[Frame]) -> None:
        self._trail.enter(place)
        self._step = str(place[-1].step)
        self._tell(What.STEP, " › ".join(str(frame.step) for frame in place))

    @property
    def activity(self) -> int:
        return self._activity

    def now(self) -> float:
        return self._given.at.timestamp() + self._after_s

    # --- what is known --------------------------------------------------------------------------

    @property
    def language(self) -> str:
        return self._language

    def speak(self, language: str) -> None:
        self._language = language
        self._tell(What.NOTE, f"the language is {language} now")

    def variable(self, name: str) -> Value:
        if is_system(name):
            return system_value(self._given, name, self._language, self._after_s)
        return self._own.get(name)

    def set(self, values: Mapping[str, Value], *, secret: bool = False) -> None:
        self._own.update(values)
        for name, value in values.items():
            (self._secret.add if secret else self._secret.discard)(name)
            self._tell(What.NOTE, f"{name} = {'••••' if secret else _shown(value)}")

    def is_secret(self, name: str) -> bool:
        return name in self._secret

    async def contact(self, number: str) -> Mapping[str, Value] | None:
        return None  # the contacts are not asked in a rehearsal

    # --- other people's servers -----------------------------------------------------------------

    async def ask(self, request: Request) -> Any:
        raise OutsideError("nobody is asked in a rehearsal")

    def tell(self, request: Request) -> None:
        self._tell(What.NOTE, f"{request.destination} would be told: {dict(request.body or {})}")

    # --- sound and keys -------------------------------------------------------------------------

    async def play(self, files: Sequence[str], *, barge_in: bool) -> None:
        for voice, pieces in groupby((file.partition(":") for file in files), lambda cut: cut[0]):
            said = " ".join(text for _, _, text in pieces)
            if barge_in and self._key_waits():
                self._tell(What.CUT, said, voice)
                continue
            self._tell(What.SAYS, said, voice)
            self._after_s += 0.3 + len(said) / CHARS_PER_S

    async def digit(self, timeout_s: float, *, secret: bool = False) -> str | None:
        until = self._after_s + timeout_s
        while not self._key_waits():
            left = until - self._after_s
            if left <= 0:
                self._tell(What.SILENCE, f"{timeout_s:g}")
                return None
            if self._silent_until <= self._after_s:
                self._act(Turn(left, secret=secret))
            self._after_s += max(0.0, min(self._silent_until - self._after_s, left))
        key = self._keys.popleft()
        self._activity += 1
        self._tell(What.KEY, "•" if secret else key)
        return key

    def _act(self, turn: Turn) -> None:
        match self._caller.turn(turn):
            case Press(keys):
                self._keys.extend(keys)
                self._after_s += 0.5
            case Silence(seconds):
                self._silent_until = self._after_s + seconds
            case Leave() | Talk() | Miss() | Speak():
                self._leave()

    def _leave(self) -> NoReturn:
        self._tell(What.LEAVES)
        raise Over

    def _key_waits(self) -> bool:
        if self._dropped and self._keys:
            if self._keys[0] == self._dropped:
                self._keys.popleft()
            self._dropped = ""
        return bool(self._keys)

    def missed(self) -> None:
        return

    def swallow(self, key: str) -> None:
        self._dropped = key

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        self._tell(What.NOTE, "the recording is silent from here")
        yield
        self._tell(What.NOTE, "the recording goes on")

    async def wait(self, seconds: float, *, barge_in: bool) -> None:
        if not (barge_in and self._key_waits()):
            self._after_s += seconds

    # --- messages -------------------------------------------------------------------------------

    async def record(
        self, opening: Sequence[str], mailbox: str, max_s: float, silence_s: float
    ) -> Message:
        await self.play(opening, barge_in=True)
        self._keys.clear()
        self._tell(What.MESSAGE, mailbox)
        self._activity += 1
        match self._caller.turn(Turn(max_s, message=True)):
            case Speak(seconds):
                voice_s = min(seconds, max_s)
                self._served = self._served or Ending(Result.VOICEMAIL, Reason.MESSAGE_LEFT)
                self._after_s += voice_s
            case Leave() | Talk() | Miss():
                self._leave()
            case _:
                voice_s = 0.0
                self._after_s += silence_s or max_s
        return Message("message", f"{self._language}:the message", voice_s)

    def discard(self, message: str) -> None:
        self._tell(What.NOTE, "the message is thrown away")

    # --- what the caller wants ------------------------------------------------------------------

    def dialable(self, number: str) -> str | None:
        return number if number.removeprefix("+").isdigit() else None

    def windows(
        self, queue: str, number: str, hours: int, days: int, most: int
    ) -> Sequence[Window]:
        return tomorrow(self._given.at, hours, most) if days else ()

    def call_back(
        self, queue: str, priority: int, number: str, window: Window | None = None
    ) -> None:
        when = "" if window is None else f", {window.spoken}"
        self._tell(What.NOTE, f"{queue} is to call back {number}{when}")
        self._served = self._served or Ending(Result.CALLBACK, Reason.CALLBACK_REQUESTED)

    def expected(self, queue: str, number: str) -> Wait | None:
        return None  # nobody works in a rehearsal

    def waits_for(self, queue: str) -> Callback | None:
        open_ones = self.variable("caller.open_callbacks")
        return asked_before(self._given, queue, self._language) if open_ones else None

    def call_off(self, request: Callback) -> None:
        self._tell(What.NOTE, f"{request.queue} is not to call back any more")

    def surveyed(self, question: str) -> None:
        """It is heard anyway."""

    def answered(self, question: str, answer: str) -> None:
        self._tell(What.NOTE, f"{question}: {answer}")

    # --- ways out -------------------------------------------------------------------------------

    async def queue(
        self,
        queue: str,
        priority: int,
        ticket: Ticket,
        keys: Collection[str],
        timeout_s: float | None,
    ) -> Waited:
        self._tell(What.QUEUE, queue)
        until = self._after_s + (timeout_s or PATIENCE_S)
        while timeout_s is None or self._after_s < until:
            turn = Turn(max(until - self._after_s, 1.0), queue=queue, ends=timeout_s is not None)
            match self._caller.turn(turn):
                case Talk(wait_s, talk_s):
                    self._after_s += wait_s + talk_s
                    self._activity += 1
                    self._tell(What.AGENT, f"{talk_s:g}")
                    return SERVED
                case Silence(seconds) | Speak(seconds):
                    self._after_s += seconds
                case Press(pressed):
                    self._after_s += 0.5
                    first = next((key for key in pressed if key in keys), None)
                    if first is not None:
                        self._activity += 1
                        self._keys.extend(pressed.partition(first)[2])
                        self._tell(What.KEY, first)
                        return Waited(WaitEnd.KEY, first)
                    self._tell(What.NOTE, f"key {pressed} does nothing here")
                case Leave() | Miss():
                    self._leave()
        self._tell(What.SILENCE, f"{timeout_s:g}")
        return Waited(WaitEnd.TIMEOUT)

    async def dial(self, dial: Dial) -> DialEnd:
        ends = []
        for parties in dial.rounds:
            ring_s = max(party.ring_s or RING_S for party in parties)
            end = self._ring(", ".join(str(party.target) for party in parties), ring_s)
            if end is DialEnd.ANSWERED:
                outside = any(party.target.kind is not TargetKind.AGENT for party in parties)
                if dial.given and outside:
                    self._served = self._served or TRANSFERRED
                return end
            ends.append(end)
        return nearest(ends)

    def _ring(self, who: str, ring_s: float) -> DialEnd:
        self._tell(What.RINGS, who)
        until = self._after_s + ring_s
        while (left_s := until - self._after_s) > 0:
            if self._silent_until > self._after_s:
                self._after_s = min(self._silent_until, until)
                continue
            match self._caller.turn(Turn(left_s, rings=who, ends=True)):
                case Talk(wait_s, talk_s):
                    self._after_s += min(wait_s, left_s) + talk_s
                    self._activity += 1
                    self._tell(What.TALK, f"{talk_s:g}")
                    return DialEnd.ANSWERED
                case Miss(why):
                    return why
                case Silence(seconds) | Speak(seconds):
                    self._silent_until = self._after_s + seconds
                case Press(pressed):
                    self._after_s += 0.5
                    self._tell(What.NOTE, f"key {pressed} does nothing here")
                case Leave():
                    self._leave()
        return DialEnd.NO_ANSWER

    async def hang_up(self, ending: Ending | None = None) -> NoReturn:
        self._trail.end()
        ending = self._served or ending
        self._tell(What.ENDS, "" if ending is None else str(ending))
        raise Over


def _shown(value: Value) -> str:
    return "nothing" if value is None else str(value)
