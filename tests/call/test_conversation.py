"""Conversations under everything that can happen, in any order: requests, answers, hang-ups.

What must always hold: the facts tell who talks with whom (so a restart finds it again), the worker
was told the same, everybody who was called is accounted for, and nobody is left behind at the end.
"""

import asyncio
from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from callserver.call.call import Call
from callserver.call.consultation import cancel, complete, consult, merge, swap, transfer
from callserver.call.conversation import Conversation
from callserver.call.directory import Callee
from callserver.call.supervision import leave, supervise, take_over
from callserver.call.talk import Talk, edges, follow
from callserver.config import Config
from callserver.model import facts as f
from callserver.model.agent import AgentState
from callserver.model.call import Arrival, Leg
from callserver.model.commands import Command, DialLeg, HangUpLeg, SetBridge
from callserver.model.errors import NotAllowed
from callserver.model.events import LegAnswered, LegEnd, LegEnded
from callserver.model.overflow import Overflow
from callserver.model.ports import WaitingCall
from callserver.model.talk import SupervisorMode, Target, TargetKind
from callserver.model.ticket import Ticket
from callserver.testing.control import FakePrompts
from callserver.testing.phones import FakePhones

OURS = (Leg.AGENT, Leg.THIRD, Leg.SUPERVISOR)
TARGETS = (
    Target(TargetKind.AGENT, "bob"),
    Target(TargetKind.EXTERNAL, "+37129999999"),
    Target(TargetKind.QUEUE, "billing"),
)


class Directory:
    """Everybody can be called who is not; counts who is."""

    def __init__(self) -> None:
        self.running = Counter[str]()
        self.busy = set[str]()

    def has_queue(self, name: str) -> None:
        pass

    def find(self, target: Target, asker: str, line: str) -> Callee:
        agent = target.name if target.kind is TargetKind.AGENT else None
        if agent == asker or agent in self.busy:
            raise NotAllowed("on a call")
        return Callee((), target.name, "", agent, 5.0)

    def began(self, callee: Callee, asker: str, tag: str) -> None:
        self.running[tag] += 1
        self.busy.add(callee.agent or "")

    def ended(self, callee: Callee, asker: str, tag: str) -> None:
        self.running[tag] -= 1
        self.busy.discard(callee.agent or "")


class TalkDesk:
    """Who talks, as the distribution sees it."""

    def __init__(self) -> None:
        self.talking = {"anna"}

    def agent_turned(self, call: str, agent: str, state: AgentState) -> None:
        assert agent in self.talking

    def agent_took_over(self, call: str, queue: str, agent: str) -> None:
        self.talking.add(agent)

    def agent_finished(self, call: str, agent: str) -> None:
        self.talking.discard(agent)


class Desk:
    """A queue in which the agent who asks may wait; the machine offers colleagues."""

    def __init__(self) -> None:
        self.waiting: WaitingCall | None = None
        self.reserved = set[str]()
        self.asked = set[str]()

    def join(
        self,
        call: str,
        queue: str,
        waiting: WaitingCall,
        priority: int,
        entered_at: float,
        ticket: Ticket,
    ) -> None:
        assert call == "c.asks"
        assert ticket.one_by_one
        self.waiting = waiting

    def leave(self, call: str) -> None:
        self.waiting = None
        self.reserved.clear()

    def agent_answered(self, call: str, agent: str) -> None:
        assert agent in self.reserved
        self.waiting = None
        self.reserved.clear()
        self.asked.add(agent)

    def agent_missed(self, call: str, agent: str, why: LegEnd) -> None:
        assert agent in self.reserved
        self.reserved.discard(agent)

    def agent_finished(self, call: str, agent: str) -> None:
        self.asked.discard(agent)


class Worker:
    """A worker whose phones do what the machine says; it hangs up legs as it is told."""

    token, sip_port = "w", 1

    def __init__(self) -> None:
        self.bridge: tuple[tuple[Leg, Leg], ...] | None = None
        self.legs: dict[Leg, bool] = {Leg.AGENT: True}
        self.leaving: list[Leg] = []

    def send(self, command: Command) -> None:
        match command:
            case SetBridge(wanted):
                self.bridge = wanted
            case DialLeg(leg):
                assert leg not in self.legs, "a leg that is still there was called"
                self.legs[leg] = False
            case HangUpLeg(leg) if leg in self.legs:
                self.leaving.append(leg)


class Conversations(RuleBasedStateMachine):
    @initialize(queue=st.sampled_from([None, "support"]))
    def begin(self, queue: str | None) -> None:
        self.loop = asyncio.new_event_loop()
        self.directory, self.desk, self.worker = Directory(), TalkDesk(), Worker()
        self.queue = Desk()
        self.facts: list[f.Fact] = []
        house: Any = SimpleNamespace(
            clock=SimpleNamespace(now=lambda: 1.0),
            journal=SimpleNamespace(note=self.facts.append),
            prompts=FakePrompts(),
            ringback="ringback",
            directory=self.directory,
            desk=self.queue,
            recordings=SimpleNamespace(taping=lambda *parts: None),
            phones=FakePhones("carol", "dan"),
            config=Config(),
            talk_desk=self.desk,
        )
        arrival = Arrival("sip", "100", "+37120000001", "Jane", "provider", None, "", 0.0)
        self.call = Call("c", arrival, "en", house)
        self.call.worker, self.call.queue, self.call.entered_at = self.worker, queue, 0.5
        self.call.people[Leg.AGENT] = self.call.agent = "anna"
        self.call.legs.begin(Leg.CUSTOMER)
        self.call.legs.begin(Leg.AGENT)
        self.call.note(f.AgentAnswered("c", 1.0, "anna"))
        self.outcome: Any = None
        self.free = 0
        self.loop.run_until_complete(self._start())

    async def _start(self) -> None:
        def free() -> None:
            self.free += 1
            self.desk.talking.discard("anna")

        self.conversation = Conversation(self.call, Talk(Leg.AGENT, "anna"), free)
        self.task = asyncio.create_task(self.conversation.run())
        await asyncio.sleep(0)

    @property
    def over(self) -> bool:
        return self.call.conversation is None

    def turn(self) -> None:
        """Let the conversation notice that it is over, and its phones hang up."""

        async def step() -> None:
            for _ in range(3):
                await asyncio.sleep(0)
            while self.over and self.worker.leaving:
                self.hang_up(self.worker.leaving.pop(0), LegEnd.RELEASED)
                for _ in range(3):
                    await asyncio.sleep(0)

        self.loop.run_until_complete(step())

    def ask(self, act: Any, *arguments: Any) -> None:
        if self.over:
            return
        before = len(self.facts), self.conversation.talk

        async def run() -> None:
            try:
                act(self.call, self.conversation, *arguments)
            except NotAllowed:
                assert (len(self.facts), self.conversation.talk) == before, "refused, yet done"

        self.loop.run_until_complete(run())
        self.turn()

    def hang_up(self, leg: Leg, why: LegEnd) -> None:
        if self.worker.legs.pop(leg, None) is None:
            return
        event = LegEnded(leg, "", why, 200, None, 1.0)
        self.call.legs.ended(event)
        if self.call.conversation is not None:
            self.call.conversation.on_ended(event)

    # what people do

    @rule(whom=st.sampled_from(TARGETS))
    def consults(self, whom: Target) -> None:
        self.ask(consult, whom)

    @rule(whom=st.sampled_from(TARGETS))
    def gives_away(self, whom: Target) -> None:
        self.ask(transfer, whom)

    @rule(whom=st.sampled_from(TARGETS[:2]))
    def gives_away_by_phone(self, whom: Target) -> None:
        self.ask(transfer, whom, lambda code: None)

    @rule(act=st.sampled_from([swap, merge, complete, cancel, leave]))
    def steers(self, act: Any) -> None:
        self.ask(act)

    @rule(who=st.sampled_from(["boss", "bob"]), mode=st.sampled_from(SupervisorMode))
    def supervises(self, who: str, mode: SupervisorMode) -> None:
        self.ask(supervise, who, mode)

    @rule(who=st.sampled_from(["boss", "bob"]))
    def takes_over(self, who: str) -> None:
        self.ask(take_over, who)

    # what the queue does that is asked

    @rule(agent=st.sampled_from(["carol", "dan", "eve"]))
    def offers(self, agent: str) -> None:
        if self.queue.waiting is not None and agent not in self.queue.reserved:
            self.queue.reserved.add(agent)
            self.queue.waiting.offer(agent)

    @rule(agent=st.sampled_from(["carol", "dan"]))
    def retracts(self, agent: str) -> None:
        if self.queue.waiting is not None and agent in self.queue.reserved:
            self.queue.reserved.discard(agent)
            self.queue.waiting.retract(agent)

    @rule()
    def diverts(self) -> None:
        if self.queue.waiting is not None and not self.queue.reserved:
            waiting, self.queue.waiting = self.queue.waiting, None
            waiting.divert(Overflow.CLOSED, "")
            self.turn()

    # what happens to their phones

    @rule(leg=st.sampled_from(OURS))
    def answers(self, leg: Leg) -> None:
        if self.worker.legs.get(leg) is False and leg not in self.worker.leaving:
            self.worker.legs[leg] = True
            event = LegAnswered(leg, "sip", "PCMU", 1.0)
            self.call.legs.answered(event)
            if self.call.conversation is not None:
                self.call.conversation.on_answered(event)
            self.turn()

    @rule(leg=st.sampled_from(OURS), why=st.sampled_from([LegEnd.HUNG_UP, LegEnd.BUSY]))
    def hangs_up(self, leg: Leg, why: LegEnd) -> None:
        async def run() -> None:
            self.hang_up(leg, why)

        self.loop.run_until_complete(run())
        self.turn()

    @rule()
    def phones_obey(self) -> None:
        async def run() -> None:
            leaving, self.worker.leaving = self.worker.leaving, []
            for leg in leaving:
                self.hang_up(leg, LegEnd.RELEASED)

        self.loop.run_until_complete(run())
        self.turn()

    @rule()
    def customer_hangs_up(self) -> None:
        if not self.over:
            self.task.cancel()
            self.turn()

    # what holds

    @invariant()
    def the_facts_tell_who_talks_with_whom(self) -> None:
        told: Talk | None = None
        for fact in self.facts:
            told = follow(told, fact)
        if self.over:
            assert told is None or told.agent is None
        else:
            assert told == self.conversation.talk

    @invariant()
    def the_worker_was_told_the_same(self) -> None:
        if not self.over and self.worker.bridge is not None:
            assert self.worker.bridge == edges(self.conversation.talk)

    @invariant()
    def who_sits_there_is_there(self) -> None:
        talk = None if self.over else self.conversation.talk
        if talk is None:
            return
        for leg in (talk.seat, talk.third and talk.third.leg, talk.watcher and Leg.SUPERVISOR):
            asked = talk.third is not None and talk.third.target.kind is TargetKind.QUEUE
            if not (asked and talk.third is not None and leg is talk.third.leg):
                assert leg is None or leg in self.worker.legs
        assert talk.agent is None or talk.agent in self.desk.talking

    @invariant()
    def at_the_end_nobody_is_left_behind(self) -> None:
        if self.over:
            assert self.worker.legs == {}
            assert self.desk.talking == set()
            assert (self.queue.waiting, self.queue.asked) == (None, set())
            assert self.free >= 1
            assert not +self.directory.running

    @invariant()
    def every_agent_who_began_has_finished_at_the_end(self) -> None:
        began = Counter(one.agent for one in self.facts if isinstance(one, f.AgentAnswered))
        ended = Counter(one.agent for one in self.facts if isinstance(one, f.AgentFinished))
        assert ended <= began
        if self.over:
            assert ended == began

    def teardown(self) -> None:
        if not hasattr(self, "loop"):
            return
        if not self.over:
            self.task.cancel()
            self.turn()
        self.loop.run_until_complete(asyncio.gather(self.task, return_exceptions=True))
        self.loop.close()


TestConversations = Conversations.TestCase
TestConversations.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
cast(Any, TestConversations).__doc__ = Conversations.__doc__


@pytest.mark.parametrize("ends", ["the customer hangs up", "the agent thinks better of it"])
def test_whom_a_queue_found_is_free_when_the_question_ends(ends: str) -> None:
    story = Conversations()
    story.begin(None)
    story.consults(Target(TargetKind.QUEUE, "billing"))
    story.offers("carol")
    story.answers(Leg.THIRD)
    assert story.queue.asked == {"carol"}
    if ends == "the customer hangs up":
        story.customer_hangs_up()
    else:
        story.steers(cancel)
        story.phones_obey()
    assert story.queue.asked == set()
    story.teardown()
