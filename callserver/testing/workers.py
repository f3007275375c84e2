"""Call workers without media: they note their commands and, being polite, answer as real ones do.

::

    pool = FakePool(LoopClock())
    ...                                    # the code under test takes a worker
    worker = await pool.taken()
    worker.arrive()                        # the caller's INVITE is there
    await worker.sent(PlayPrompts)         # … was answered and greeted
    worker.press(Leg.CUSTOMER, "1")
    worker.hang_up(Leg.CUSTOMER)           # the caller is gone

Events are never reported from within ``send``: a real worker's come from another process.
"""

import asyncio
import itertools
from collections.abc import Callable
from enum import Enum
from typing import TypeVar

from callserver.model import commands as do
from callserver.model import events as did
from callserver.model.answering import Answerer, Sign
from callserver.model.call import Leg, LegStats
from callserver.model.errors import NoWorker
from callserver.model.events import LegEnd, PlayEnd
from callserver.model.ports import Clock, WorkerListener
from callserver.testing.watch import PATIENCE_S, Watch

CommandT = TypeVar("CommandT", bound=do.Command)

JUDGED_S = 2.0
GREETING_S = 6.0
STATS = LegStats("PCMU", 500, 0, 1.0, 500, 0, 1.0, 20.0)


class Callee(Enum):
    """How a dialled phone behaves."""

    ANSWERS = (None, 0)
    RINGS = (None, 180)  # until the ring time-out, as nobody is there
    IS_BUSY = (LegEnd.BUSY, 486)
    DECLINES = (LegEnd.DECLINED, 603)
    IS_AWAY = (LegEnd.UNREACHABLE, 408)
    IS_SILENT = (None, 100)  # says nothing at all: neither rings nor ends
    IS_MACHINE = (None, 200)  # answers, and plays a greeting


class FakeWorker:
    """Implements ``CallWorker``. ``commands`` is all it was sent.

    ``callee`` is how the next dialled phone behaves, ``prompt_s`` how long each prompt lasts.
    """

    def __init__(
        self,
        token: str,
        listener: WorkerListener,
        clock: Clock,
        *,
        polite: bool,
        callee: Callee,
        prompt_s: float,
    ) -> None:
        self.commands: list[do.Command] = []
        self.callee = callee
        self.prompt_s = prompt_s
        self.lost = False
        self.ended = False
        self.legs: dict[Leg, str] = {}
        self.rung: dict[str, do.DialLeg] = {}
        self._token = token
        self._listener = listener
        self._clock = clock
        self._polite = polite
        self._playing: dict[Leg, do.PlayPrompts] = {}
        self._recording: tuple[str, ...] = ()
        self._seen = 0
        self._watch = Watch()

    @property
    def token(self) -> str:
        return self._token

    @property
    def sip_port(self) -> int:
        return 40000 + int(self._token.removeprefix("fake"))

    def send(self, command: do.Command) -> None:
        self.commands.append(command)
        if self._polite and not self.lost and not self.ended:
            self._soon(lambda: self._carry_out(command))
        self._watch.changed()

    async def sent(self, kind: type[CommandT], within: float = PATIENCE_S) -> CommandT:
        """The next command of a kind, after the last one asked for; those between are passed
        over. Raises ``TimeoutError``."""

        def find() -> int | None:
            rest = range(self._seen, len(self.commands))
            return next((one for one in rest if isinstance(self.commands[one], kind)), None)

        await self._watch.until(
            f"worker {self.token} is sent {kind.__name__}", lambda: find() is not None, within
        )
        place = find()
        assert place is not None
        self._seen = place + 1
        command = self.commands[place]
        assert isinstance(command, kind)
        return command

    # what a test lets happen

    def report(self, event: did.Event) -> None:
        """Any event; those below are the usual ones."""
        self._listener.on_event(event)

    def arrive(self, leg: Leg = Leg.CUSTOMER) -> None:
        """The INVITE of the call came to the worker."""
        self._enter(leg)
        self.report(did.LegArrived(leg, self.legs[leg], self._clock.now()))

    def answer(self, leg: Leg) -> None:
        """The phone was picked up."""
        self.report(did.LegAnswered(leg, self.legs[leg], "PCMU", self._clock.now()))

    def pick_up(self, who: str) -> None:
        """One of several who are rung for a leg; the others are released."""
        ring = self.rung.pop(who)
        leg = ring.leg
        self._enter(leg)
        told = (leg, self.legs[leg], "PCMU", self._clock.now(), who)
        self.report(did.LegAnswered(*told, ring.ring))
        self._release_rung()

    def end_ring(self, who: str, end: LegEnd, code: int) -> None:
        """One of them is rung no more."""
        ring = self.rung.pop(who, None)
        if ring is not None:
            told = (ring.leg, "", end, code, None, self._clock.now(), who)
            self.report(did.LegEnded(*told, ring.ring))

    def _release_rung(self) -> None:
        for who in tuple(self.rung):
            self.end_ring(who, LegEnd.RELEASED, 487)

    def hang_up(self, leg: Leg) -> None:
        """The far end hangs up."""
        self.end_leg(leg, LegEnd.HUNG_UP, 200)

    def end_leg(self, leg: Leg, end: LegEnd, code: int) -> None:
        """A leg ends in whatever way; what was played to it ends first."""
        if leg not in self.legs:
            return
        self._end_prompts(leg, PlayEnd.STOPPED)
        sip_call_id = self.legs.pop(leg)
        stats = STATS if code == 200 else None
        self.report(did.LegEnded(leg, sip_call_id, end, code, stats, self._clock.now()))

    def press(self, leg: Leg, digits: str, method: str = "rfc4733") -> None:
        """Keys of the far end; the first one cuts a prompt with barge-in short."""
        for digit in digits:
            self.report(did.DigitReceived(leg, digit, method, self._clock.now()))
            if leg in self._playing and self._playing[leg].barge_in:
                self._end_prompts(leg, PlayEnd.BARGED_IN)

    def hold(self, leg: Leg) -> None:
        self.report(did.LegHeld(leg, self._clock.now()))

    def resume(self, leg: Leg) -> None:
        self.report(did.LegResumed(leg, self._clock.now()))

    def lose(self) -> None:
        """The worker's process dies."""
        self.lost = True
        self.legs.clear()
        self.rung.clear()
        self._playing.clear()
        self._listener.on_worker_lost()

    # how a polite worker carries out commands

    def _soon(self, what: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_soon(lambda: None if self.lost else what())

    def _later(self, seconds: float, what: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(seconds, lambda: None if self.lost else what())

    def _enter(self, leg: Leg) -> None:
        self.legs[leg] = f"{leg}@{self.token}"

    def _carry_out(self, command: do.Command) -> None:
        match command:
            case do.AnswerLeg(leg) if leg in self.legs:
                self.answer(leg)
            case do.DialLeg(leg, who=who) if who and leg not in self.legs and who not in self.rung:
                self.rung[who] = command
                self._ring(command, self.callee)
            case do.StopRinging(_, who):
                self.end_ring(who, LegEnd.RELEASED, 487)
            case do.DialLeg(leg, who="") if leg not in self.legs:
                self._enter(leg)
                self._dial(command, self.callee)
            case do.PlayPrompts(leg) if leg in self.legs:
                self._play(command)
            case do.StopPrompts(leg):
                self._end_prompts(leg, PlayEnd.STOPPED)
            case do.StartRecording(tracks) if not self._recording:
                self._recording = tuple(track.file for track in tracks)
                self.report(did.RecordingStarted(self._recording, self._clock.now()))
            case do.StopRecording():
                self._stop_recording()
            case do.HangUpLeg(leg, code):
                self.end_leg(leg, LegEnd.RELEASED, code)
                self._release_rung()
            case do.EndCall():
                self._end_call()
            case _:
                pass

    def _dial(self, command: do.DialLeg, callee: Callee) -> None:
        leg, now = command.leg, self._clock.now()
        end, code = callee.value
        if not command.targets:
            end, code = LegEnd.UNREACHABLE, 503
        if end is LegEnd.UNREACHABLE:
            self.end_leg(leg, end, code)
            return
        if callee is Callee.IS_SILENT:
            return
        self.report(did.LegRinging(leg, self.legs[leg], now))
        if end is not None:
            self._soon(lambda: self.end_leg(leg, end, code))
        elif callee in (Callee.ANSWERS, Callee.IS_MACHINE):
            self._soon(lambda: self._answer(command, machine=callee is Callee.IS_MACHINE))
        else:
            self._later(command.ring_timeout_s, lambda: self._rang_out(leg))

    def _answer(self, command: do.DialLeg, *, machine: bool) -> None:
        leg, rules = command.leg, command.judge
        if leg not in self.legs:
            return
        self.answer(leg)
        if rules is None:
            return
        answerer = Answerer.MACHINE if machine else Answerer.HUMAN
        sign = Sign.LONG_GREETING if machine else Sign.SHORT_GREETING
        self._later(JUDGED_S, lambda: self._judge(leg, answerer, sign))
        if machine and rules.to_the_end:
            over_s = JUDGED_S + GREETING_S
            self._later(over_s, lambda: self._tell(leg, did.GreetingOver(leg, True, self._now())))

    def _judge(self, leg: Leg, answerer: Answerer, sign: Sign) -> None:
        self._tell(leg, did.AnswerJudged(leg, answerer, sign, JUDGED_S, self._now()))

    def _tell(self, leg: Leg, event: did.Event) -> None:
        """Unless the leg is gone."""
        if leg in self.legs:
            self.report(event)

    def _now(self) -> float:
        return self._clock.now()

    def _ring(self, command: do.DialLeg, callee: Callee) -> None:
        who, (end, code) = command.who, callee.value
        if not command.targets or end is LegEnd.UNREACHABLE:
            self.end_ring(who, LegEnd.UNREACHABLE, code or 503)
            return
        if callee is Callee.IS_SILENT:
            return
        self.report(did.LegRinging(command.leg, "", self._clock.now(), who))
        if end is not None:
            self._soon(lambda: self.end_ring(who, end, code))
        elif callee is Callee.ANSWERS:
            self._soon(lambda: self.pick_up(who) if who in self.rung else None)
        else:
            self._later(command.ring_timeout_s, lambda: self.end_ring(who, LegEnd.NO_ANSWER, 487))

    def _rang_out(self, leg: Leg) -> None:
        self.end_leg(leg, LegEnd.NO_ANSWER, 487)

    def _play(self, command: do.PlayPrompts) -> None:
        self._end_prompts(command.leg, PlayEnd.STOPPED)
        self._playing[command.leg] = command

        def finish() -> None:
            if self._playing.get(command.leg) is command:
                self._end_prompts(command.leg, PlayEnd.FINISHED)

        self._later(self.prompt_s * len(command.files), finish)

    def _end_prompts(self, leg: Leg, end: PlayEnd) -> None:
        playing = self._playing.pop(leg, None)
        if playing is not None:
            self.report(did.PromptsEnded(leg, playing.play, end, self._clock.now()))

    def _stop_recording(self) -> None:
        if self._recording:
            files, self._recording = self._recording, ()
            self.report(did.RecordingStopped(files, "", self._clock.now()))

    def _end_call(self) -> None:
        for leg in tuple(self.legs):
            self.end_leg(leg, LegEnd.RELEASED, 200)
        self._release_rung()
        self._stop_recording()
        self.ended = True
        self.report(did.CallEmpty(self._clock.now()))


class FakePool:
    """Implements ``WorkerPool``: gives ``capacity`` workers at a time and keeps them all."""

    def __init__(
        self,
        clock: Clock,
        *,
        capacity: int = 1000,
        polite: bool = True,
        callee: Callee = Callee.ANSWERS,
        prompt_s: float = 1.0,
    ) -> None:
        self.workers: list[FakeWorker] = []
        self.capacity = capacity
        self.callee = callee
        self._clock = clock
        self._polite = polite
        self._prompt_s = prompt_s
        self._numbers = itertools.count(1)
        self._taken = 0
        self._watch = Watch()

    async def take(self, listener: WorkerListener) -> FakeWorker:
        """Raises ``NoWorker`` when ``capacity`` workers carry a call."""
        busy = sum(not (worker.lost or worker.ended) for worker in self.workers)
        if busy >= self.capacity:
            raise NoWorker(f"all {self.capacity} workers carry a call")
        worker = FakeWorker(
            f"fake{next(self._numbers)}",
            listener,
            self._clock,
            polite=self._polite,
            callee=self.callee,
            prompt_s=self._prompt_s,
        )
        self.workers.append(worker)
        self._watch.changed()
        return worker

    async def taken(self, within: float = PATIENCE_S) -> FakeWorker:
        """The next worker that was taken, in order."""
        await self._watch.until(
            "a worker is taken", lambda: len(self.workers) > self._taken, within
        )
        self._taken += 1
        return self.workers[self._taken - 1]
