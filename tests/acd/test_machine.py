"""The promises of the switchboard under any order of happenings (``watcher`` says which)."""

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from callserver.acd.decisions import Decision
from callserver.config.queues import Agents, Queue, Routing
from callserver.model.agent import AgentState as State
from callserver.model.errors import NotAllowed
from callserver.model.events import LegEnd
from tests.acd.story import new_board, profile
from tests.acd.watcher import Caller, Seat, Watcher

RULES = Agents(wrap_up_s=10, missed_pause_s=25)
QUEUES = {"red": Queue(announce_position_s=30), "blue": Queue(announce_position_s=7)}
NAMES = ("anna", "bela", "cora", "dora")

names = st.sampled_from(NAMES)
picks = st.integers(0, 99)
serving = st.sampled_from([("red",), ("blue",), ("red", "blue"), ()])
whys = st.sampled_from(list(LegEnd))
wishes = st.sampled_from(
    [(State.READY, ""), (State.PAUSED, "lunch"), (State.PAUSED, "break"), (State.SIGNED_OUT, "")]
)


class Floor(RuleBasedStateMachine):
    """Four agents, two queues, and everything that can happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.board = new_board(RULES, QUEUES, Routing(priority_s=0))
        self.watcher = Watcher(RULES)
        self.made = 0
        for name, queues in zip(NAMES, [("red",), ("red", "blue"), ("blue",)], strict=False):
            self.account_saved(name, queues, 1)

    def pairs(self, state: State) -> list[tuple[str, str]]:
        """Who rings or talks, with which call."""
        seats = self.watcher.seats.items()
        return [(seat.call, name) for name, seat in seats if seat.state is state and seat.call]

    def see(self, decisions: list[Decision], own: str | None = None) -> None:
        self.watcher.see(decisions, self.now, own)

    # Callers

    def let_in(self, call: str, queue: str, priority: int, waited: int) -> None:
        entered_at = self.now - waited
        self.made += 1
        self.watcher.callers[call] = Caller(queue, (-priority, entered_at, self.made))
        self.see(self.board.join(call, queue, priority, entered_at, self.now))

    def let_out(self, call: str) -> None:
        self.watcher.callers.pop(call, None)
        self.watcher.talks.pop(call, None)
        self.see(self.board.leave(call, self.now))

    @rule(queue=st.sampled_from(list(QUEUES)), priority=st.integers(0, 2), waited=st.integers(0, 9))
    def caller_joins(self, queue: str, priority: int, waited: int) -> None:
        self.let_in(f"c{self.made}", queue, priority, waited)

    @rule(queue=st.sampled_from(list(QUEUES)), pick=picks)
    @precondition(lambda self: self.watcher.callers or self.watcher.talks)
    def caller_goes_to_another_queue(self, queue: str, pick: int) -> None:
        calls = [*self.watcher.callers, *self.watcher.talks]
        call = calls[pick % len(calls)]
        self.let_out(call)
        self.let_in(call, queue, 0, 0)

    @rule(pick=picks)
    @precondition(lambda self: self.watcher.callers or self.watcher.talks)
    def caller_hangs_up(self, pick: int) -> None:
        calls = [*self.watcher.callers, *self.watcher.talks]
        self.let_out(calls[pick % len(calls)])

    # Agents and their phones

    @rule(name=names, queues=serving, phones=st.integers(0, 2))
    def account_saved(self, name: str, queues: tuple[str, ...], phones: int) -> None:
        self.watcher.seats.setdefault(name, Seat(queues)).queues = queues
        decisions = self.board.enroll(profile(name, queues), phones, self.now)
        self.see(decisions, own=None if phones else name)

    @rule(name=names)
    def account_removed(self, name: str) -> None:
        if name in self.board.agents:
            self.see(self.board.dismiss(name, self.now), own=name)
            if name not in self.board.agents:
                assert self.watcher.seats[name].state is State.SIGNED_OUT

    @rule(name=names, phones=st.integers(0, 2))
    def phones_come_and_go(self, name: str, phones: int) -> None:
        decisions = self.board.phones(name, phones, self.now)
        self.see(decisions, own=None if phones else name)

    @rule(name=names, wish=wishes)
    def agent_asks(self, name: str, wish: tuple[State, str]) -> None:
        if name in self.board.agents:
            try:
                self.see(self.board.request(name, *wish, self.now), own=name)
            except NotAllowed:
                assert self.watcher.seats[name].state is State.SIGNED_OUT

    @rule(pick=picks)
    @precondition(lambda self: self.pairs(State.RINGING))
    def agent_answers(self, pick: int) -> None:
        pairs = self.pairs(State.RINGING)
        self.answer(*pairs[pick % len(pairs)])

    def answer(self, call: str, agent: str) -> None:
        del self.watcher.callers[call]
        self.watcher.talks[call] = agent
        self.see(self.board.answered(call, agent, self.now))

    @rule(pick=picks, why=whys)
    @precondition(lambda self: self.pairs(State.RINGING))
    def agent_misses(self, pick: int, why: LegEnd) -> None:
        pairs = self.pairs(State.RINGING)
        call, agent = pairs[pick % len(pairs)]
        self.watcher.callers[call].rung = None
        self.see(self.board.missed(call, agent, why, self.now))
        assert self.watcher.seats[agent].state in (State.PAUSED, State.SIGNED_OUT)

    @rule(pick=picks)
    @precondition(lambda self: self.pairs(State.TALKING))
    def conversation_ends(self, pick: int) -> None:
        pairs = self.pairs(State.TALKING)
        self.finish(*pairs[pick % len(pairs)])

    def finish(self, call: str, agent: str) -> None:
        del self.watcher.talks[call]
        self.see(self.board.finished(call, agent, self.now))

    @rule(name=names, pick=picks, why=whys)
    def word_comes_too_late(self, name: str, pick: int, why: LegEnd) -> None:
        """What is said about two who have nothing to do with each other changes nothing."""
        call = f"c{pick % (self.made + 1)}"
        if (call, name) not in self.pairs(State.RINGING):
            assert self.board.answered(call, name, self.now) == []
            assert self.board.missed(call, name, why, self.now) == []
        if (call, name) not in self.pairs(State.TALKING):
            assert self.board.finished(call, name, self.now) == []

    # Time

    @rule(seconds=st.sampled_from([0.5, 3, 7, 11, 60]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.tick()

    @rule()
    @precondition(lambda self: self.board.next_deadline() is not None)
    def next_deadline_comes(self) -> None:
        deadline = self.board.next_deadline()
        assert deadline is not None and deadline > self.now, "a deadline was not served"
        self.now = deadline
        self.tick()

    def tick(self) -> None:
        self.see(self.board.tick(self.now))
        for seat in self.watcher.seats.values():
            assert seat.until is None or seat.until > self.now, "kept longer than the rule says"

    # What always holds

    @invariant()
    def promises_hold(self) -> None:
        self.watcher.check()
        for name, seat in self.watcher.seats.items():
            agent = self.board.agents.get(name)
            if agent is None:
                assert seat.state is State.SIGNED_OUT
            else:
                assert (agent.state, agent.call) == (seat.state, seat.call)
                assert agent.until == seat.until
                assert agent.idle_since == seat.idle_since or seat.state is not State.READY
                assert agent.phones or seat.state in (
                    State.SIGNED_OUT,
                    State.RINGING,
                    State.TALKING,
                )
        assert sum(map(len, self.board.queues.values())) == len(self.watcher.callers)

    def teardown(self) -> None:
        """Nobody starves: with one willing agent, all who wait are served, one after the other."""
        for name in NAMES[1:]:
            self.account_removed(name)
        self.account_saved("anna", ("red", "blue"), 1)
        for _ in range(len(self.watcher.callers) + len(self.watcher.talks) + 1):
            for call, agent in self.pairs(State.RINGING):
                self.answer(call, agent)
            for call, agent in self.pairs(State.TALKING):
                self.finish(call, agent)
            self.agent_asks("anna", (State.READY, ""))
            self.promises_hold()
        assert not self.watcher.callers


Floor.TestCase.settings = settings(max_examples=80, stateful_step_count=60, deadline=None)
TestFloor = Floor.TestCase
