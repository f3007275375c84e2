"""Flows that dial under everything that can happen, in any order, controllers that die included.

What must always hold: whoever was called is accounted for, nobody rings on when nobody wants them,
and the call ends once.
"""

import asyncio
from collections import Counter, deque
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from callserver.call import record as records
from callserver.call.directory import Callee
from callserver.call.inbound import CallSession
from callserver.call.messages import taken
from callserver.call.progress import progress
from callserver.call.restore import OpenCall, place
from callserver.config import Config
from callserver.ivr.flow import Flow
from callserver.model import commands as do
from callserver.model import events as did
from callserver.model import facts as f
from callserver.model import talk_facts as t
from callserver.model.call import Arrival, Leg, Phase
from callserver.model.connectors import NobodyAsked
from callserver.model.errors import NotAllowed, OnACall
from callserver.model.events import LegEnd
from callserver.model.people import CallerPast
from callserver.model.record import CallRecord
from callserver.model.talk import Target
from callserver.recording.taping import Taping
from callserver.testing.control import FakePrompts
from tests.ivr.talk import flow

STEPS = [
    "dial: [agent:anna, agent:boris, external:+371, place:desk]",
    "dial: [agent:anna, agent:boris, external:+371], how: at_once",
    "dial: agent:anna",
    "dial: external:+371",
    "transfer: external:+371",
    "transfer: agent:anna",
]
WHO = ["anna", "boris", "external:+371", "place:desk"]
NO = [LegEnd.BUSY, LegEnd.DECLINED, LegEnd.NO_ANSWER, LegEnd.UNREACHABLE]
ARRIVAL = Arrival("sip", "100", "+37120000001", "Jane", "provider", None, "", 0.0)


@cache
def read(step: str) -> Flow:
    after = ", next: bye" if step.startswith("dial") else ""
    ring = f"{{{step}{after}, otherwise: bye}}"
    return flow(f"start: ring\nsteps: {{ring: {ring}, bye: {{hangup: closed}}}}")


class Directory:
    """Some cannot be called; counts who is."""

    def __init__(self, busy: str, away: str) -> None:
        self.busy, self.away = busy, away
        self.running = Counter[str]()

    def find(self, target: Target, asker: str, line: str) -> Callee:
        if target.name == self.busy:
            raise OnACall("on a call")
        if target.name == self.away:
            raise NotAllowed("no phone")
        return Callee((do.DialTarget("sip:x"),), target.name, "", target.agent, 5.0)

    def began(self, callee: Callee, asker: str, tag: str) -> None:
        assert asker == "flow:test"
        assert not self.running[tag], "called twice at the same time"
        self.running[tag] = 1

    def ended(self, callee: Callee, asker: str, tag: str) -> None:
        self.running[tag] = 0


class TalkDesk:
    def __init__(self) -> None:
        self.talking = set[str]()

    def agent_turned(self, *arguments: Any) -> None:
        """Nobody holds here."""

    def agent_took_over(self, call: str, queue: str, agent: str) -> None:
        self.talking.add(agent)

    def agent_finished(self, call: str, agent: str) -> None:
        self.talking.discard(agent)


class Worker:
    """A worker as it is: commands and events wait on their way, and it outlives the controller."""

    token, sip_port = "w", 1

    def __init__(self) -> None:
        self.commands = deque[do.Command]()
        self.events = deque[did.Event]()
        self.connected = True
        self.customer = True
        self.rings: dict[str, do.DialLeg] = {}
        self.seat = ""
        self.empty = False
        self.time = 100.0
        self.answered: list[did.LegAnswered] = []
        self.ended: list[did.LegEnded] = []

    def send(self, command: do.Command) -> None:
        self.commands.append(command)

    def _tell(self, event: did.Event) -> None:
        self.time += 1.0
        if isinstance(event, did.LegAnswered):
            self.answered.append(event)
        if isinstance(event, did.LegEnded):
            self.ended.append(event)
        if self.connected:
            self.events.append(event)

    def work(self) -> None:
        """Carry out the next command."""
        match self.commands.popleft():
            case do.AnswerLeg() if self.customer:
                self._tell(did.LegAnswered(Leg.CUSTOMER, "c", "PCMU", self.time))
            case do.DialLeg(who=who) as order if not self.seat and who not in self.rings:
                self.rings[who] = order
            case do.HangUpLeg(Leg.AGENT):
                self.no(list(self.rings), LegEnd.RELEASED)
                self.hang_up(LegEnd.RELEASED)
            case do.EndCall() if not self.empty:
                self.no(list(self.rings), LegEnd.RELEASED)
                self.hang_up(LegEnd.RELEASED)
                self.leave(LegEnd.RELEASED)
                self.empty = True
                self._tell(did.CallEmpty(self.time))

    def no(self, whom: list[str], why: LegEnd) -> None:
        for who in whom:
            del self.rings[who]
            self._tell(did.LegEnded(Leg.AGENT, who, why, 487, None, self.time, who))

    def pick_up(self, who: str) -> None:
        del self.rings[who]
        self.seat = who
        self._tell(did.LegAnswered(Leg.AGENT, who, "PCMU", self.time, who))
        self.no(list(self.rings), LegEnd.RELEASED)

    def hang_up(self, why: LegEnd) -> None:
        if self.seat:
            self._tell(did.LegEnded(Leg.AGENT, self.seat, why, 200, None, self.time))
            self.seat = ""
            if not self.connected:
                self.leave(LegEnd.RELEASED)  # who is left alone is let go

    def leave(self, why: LegEnd) -> None:
        if self.customer:
            self.customer = False
            self._tell(did.LegEnded(Leg.CUSTOMER, "c", why, 200, None, self.time))
            if not self.connected:
                self.no(list(self.rings), LegEnd.RELEASED)
                self.hang_up(LegEnd.RELEASED)

    def returned(self) -> did.WorkerReturned:
        ringing = (Leg.AGENT,) if self.rings else ()
        told = (tuple(self.answered), tuple(self.ended), ringing, (), (), (), 0.0, self.time)
        return did.WorkerReturned(100.0, *told, rung=tuple(self.rings))


class Dials(RuleBasedStateMachine):
    @initialize(
        step=st.sampled_from(STEPS),
        busy=st.sampled_from(["", "anna", "boris", "+371"]),
        away=st.sampled_from(["", "anna", "desk"]),
    )
    def begin(self, step: str, busy: str, away: str) -> None:
        self.flow = read(step)
        self.busy, self.away = busy, away
        self.worker = Worker()
        self.facts: list[f.Fact] = []
        self.deaths = 0
        self.loop = asyncio.new_event_loop()
        self.loop.time = lambda: 0.0  # type: ignore[method-assign]  # no timer is ever due
        self.start(self.new_session())
        self.session.begin(self.worker)
        self.session.on_event(did.LegArrived(Leg.CUSTOMER, "c", 100.0))
        self.turn()

    def new_session(self) -> CallSession:
        self.records: dict[str, CallRecord] = {}
        self.directory = Directory(self.busy, self.away)
        self.desk = TalkDesk()

        async def past(*_: Any) -> CallerPast:
            return CallerPast()

        async def contact(*_: Any) -> None:
            return None

        async def keep() -> None:
            return None

        def taping(call: str, send: Any, note: Any) -> Taping:
            return Taping(call, lambda part: (), lambda: None, send, note)

        def resume(record: CallRecord) -> None:
            self.records[record.id] = record

        house: Any = SimpleNamespace(
            clock=SimpleNamespace(now=lambda: self.worker.time),
            journal=SimpleNamespace(note=self.note, record=self.records.get, resume=resume),
            prompts=FakePrompts(),
            ringback="ringback",
            directory=self.directory,
            desk=SimpleNamespace(agent_finished=self.desk.agent_finished),
            talk_desk=self.desk,
            recordings=SimpleNamespace(taping=taping, tone="tone"),
            callers=SimpleNamespace(past=past, contact=contact),
            lookup=NobodyAsked(),
            config=Config(),
        )
        return CallSession("c", ARRIVAL, self.flow, "en", house)

    def start(self, session: CallSession) -> None:
        self.session = session

        async def run() -> None:
            self.task = asyncio.create_task(session.run())

        self.loop.run_until_complete(run())

    def note(self, fact: f.Fact) -> None:
        self.facts.append(fact)
        if isinstance(fact, f.CallOffered):
            self.records["c"] = records.begin(fact)
        else:
            self.records["c"] = records.fold(self.records["c"], fact)

    def turn(self) -> None:
        async def step() -> None:
            for _ in range(12):
                await asyncio.sleep(0)

        self.loop.run_until_complete(step())

    def cancel(self) -> None:
        """Everything that runs."""
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.turn()

    @property
    def over(self) -> bool:
        return self.task.done()

    # what happens

    @rule()
    def worker_works(self) -> None:
        if self.worker.commands:
            self.worker.work()

    @rule()
    def word_arrives(self) -> None:
        if self.worker.events and not self.over:
            event = self.worker.events.popleft()

            async def hear() -> None:
                self.session.on_event(event)

            self.loop.run_until_complete(hear())

    @rule()
    def time_passes(self) -> None:
        self.turn()

    @rule(who=st.sampled_from(WHO))
    def answers(self, who: str) -> None:
        if who in self.worker.rings:
            self.worker.pick_up(who)

    @rule(who=st.sampled_from(WHO), why=st.sampled_from(NO))
    def says_no(self, who: str, why: LegEnd) -> None:
        if who in self.worker.rings:
            self.worker.no([who], why)

    @rule()
    def other_side_hangs_up(self) -> None:
        self.worker.hang_up(LegEnd.HUNG_UP)

    @rule(really=st.integers(0, 5))
    def customer_hangs_up(self, really: int) -> None:
        if really == 0:
            self.worker.leave(LegEnd.HUNG_UP)

    @rule(
        lost=st.sampled_from([0, 0, 1, 2]),
        meanwhile=st.sampled_from(["", "no", "yes", "bye"]),
        at_once=st.sampled_from(["", "no", "yes", "bye"]),
    )
    def controller_dies(self, lost: int, meanwhile: str, at_once: str) -> None:
        """The last facts may be lost that it noted, and what was on its way always is. Phones do
        something ``meanwhile``, and ``at_once`` when the next one listens."""
        if self.over or self.deaths >= 3 or len(self.facts) < 4 + lost:
            return
        self.deaths += 1
        kept = self.facts[: len(self.facts) - lost]
        self.worker.connected = False
        self.worker.commands.clear()
        self.worker.events.clear()
        self.cancel()  # whatever it still does is done by nobody
        self.facts[:] = kept
        self.worker.commands.clear()
        self.phones_do(meanwhile)
        self.worker.connected = True
        record = records.begin(cast(f.CallOffered, kept[0]))
        for fact in kept[1:]:
            record = records.fold(record, fact)
        if record.ending is not None:
            return
        before = OpenCall(record, place(kept), progress(kept), taken(kept))
        session = self.new_session()

        async def resume() -> None:
            session.resume(before, self.worker.returned(), self.worker)
            self.phones_do(at_once)
            while self.worker.events:  # before anything runs
                session.on_event(self.worker.events.popleft())

        self.loop.run_until_complete(resume())
        if self.worker.empty:
            self.worker.events.append(did.CallEmpty(self.worker.time))
        self.start(session)
        self.turn()
        if self.worker.seat and not self.worker.commands and not self.worker.events:
            assert session.view().phase is Phase.TALKING, "they talk, and nobody knows it"

    def phones_do(self, what: str) -> None:
        match what, next(iter(self.worker.rings), ""):
            case "no", who if who:
                self.worker.no([who], LegEnd.BUSY)
            case "yes", who if who:
                self.worker.pick_up(who)
            case "bye", _:
                self.worker.hang_up(LegEnd.HUNG_UP)

    # what holds

    @invariant()
    def the_call_ends_once_and_nothing_broke(self) -> None:
        ended = [one for one in self.facts if isinstance(one, f.CallEnded)]
        assert len(ended) <= 1
        if ended:
            assert ended[0].ending.reason not in ("internal_error", "flow_error"), ended
        if self.over:
            assert self.task.exception() is None

    def teardown(self) -> None:
        if not hasattr(self, "task"):
            return
        for _ in range(200):  # everything comes to its end by itself, if it is let
            self.turn()
            if self.over:
                break
            if self.worker.commands:
                self.worker_works()
            elif self.worker.events:
                self.word_arrives()
            elif self.worker.rings:
                self.worker.no([next(iter(self.worker.rings))], LegEnd.NO_ANSWER)
            elif self.worker.seat:
                self.worker.hang_up(LegEnd.HUNG_UP)
        try:
            assert self.over, (self.facts, self.worker.commands, self.worker.events)
            self.the_call_ends_once_and_nothing_broke()
            assert isinstance(self.facts[-1], f.CallEnded)
            assert (self.worker.rings, self.worker.seat) == ({}, "")
            assert not +self.directory.running
            assert self.desk.talking == set()
            answered = [one for one in self.facts if isinstance(one, t.DialAnswered)]
            assert len(answered) <= sum(one.leg is Leg.AGENT for one in self.worker.answered)
        finally:
            self.cancel()
            self.loop.close()


TestDials = Dials.TestCase
TestDials.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
cast(Any, TestDials).__doc__ = Dials.__doc__
