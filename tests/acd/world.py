"""A small call centre in which anything may happen, in any order, under a watcher's eyes.

``pick(n)`` is where all chance comes from: a number below ``n``. So the same happenings are walked
through by the hundred thousand (``test_walk``) and shrunk to the shortest story that fails
(``test_machine``).
"""

from collections.abc import Callable
from dataclasses import replace
from math import inf

from callserver.acd.decisions import Decision, Offer, Retract
from callserver.acd.entry import Place, place_of
from callserver.acd.switchboard import Switchboard
from callserver.config.queues import Agents, Queue, Routing
from callserver.model.agent import THERE, Profile
from callserver.model.agent import AgentState as State
from callserver.model.errors import NotAllowed
from callserver.model.events import LegEnd
from callserver.model.ticket import Ticket
from tests.acd.props import CROWD, NAMES, QUEUES, STRATEGIES, WIDEN, WISHES
from tests.acd.watcher import TALKS, Caller, Seat, Watcher

Pick = Callable[[int], int]


class World:
    """Six agents, three queues."""

    def __init__(self, pick: Pick) -> None:
        self.pick = pick
        self.now = 1e9
        self.made = 0
        self.rules = Agents(
            wrap_up_s=(0, 10)[pick(2)], missed_pause_s=25, max_missed=1 + pick(2), missed_rest_s=4
        )
        self.routing = Routing(priority_s=(0, 60)[pick(2)])
        self.queues = {name: self._queue(number) for number, name in enumerate(QUEUES)}
        self.board = self._board()
        self.watcher = Watcher(self.rules, self.routing, self.queues)
        self.phones = dict.fromkeys(NAMES, 0)
        self.steps = (
            *(self.caller_joins,) * 5,
            self.caller_hangs_up,
            self.caller_goes_to_another_queue,
            *(self.agent_answers,) * 4,
            *(self.agent_misses,) * 2,
            *(self.conversation_ends,) * 4,
            self.conversation_turns,
            self.word_comes_too_late,
            self.account_saved,
            self.account_removed,
            *(self.phones_come_and_go,) * 2,
            *(self.agent_asks,) * 6,
            self.agent_wants_more_wrap_up,
            self.agent_calls_outside,
            self.agent_picks,
            self.caller_is_moved,
            self.priority_changes,
            self.queue_closes_or_opens,
            *(self.time_passes,) * 3,
            *(self.next_deadline_comes,) * 4,
            self.everything_restarts,
        )
        for name in NAMES:
            self.save_account(name, 1)

    def _queue(self, number: int) -> Queue:
        pick = self.pick
        strategy = STRATEGIES[pick(len(STRATEGIES))]
        return Queue.model_validate(
            {
                "strategy": strategy,
                "weight": (1, 1, 2.5)[pick(3)],
                "widen": [] if strategy == "tiers" else WIDEN[pick(2)],
                "first_penalty": None if strategy == "tiers" else (None, 0)[pick(2)],
                "tier_after_s": 7,
                "ring_at_most": 2 + pick(2),
                "ring_more_after_s": 3,
                "match_bound_s": 30,
                "announce_position_s": (0, 7, 30)[number],
                "max_wait_s": (0, 100)[pick(2)],
                "max_length": (0, 4)[pick(2)],
                "stay_needs": ("nobody", "signed_in")[pick(2)],
                "at_closing": ("serve", "overflow")[pick(2)],
                "return_s": 0,
            }
        )

    def _board(self) -> Switchboard:
        return Switchboard(self.rules, self.queues, lambda n: (self.made * 7919) % n, self.routing)

    def step(self) -> None:
        """One thing happens."""
        self.steps[self.pick(len(self.steps))]()
        self.check()

    def see(
        self, decisions: list[Decision], own: str | None = None, picked: str | None = None
    ) -> None:
        self.watcher.see(decisions, self.now, own, picked)

    def pairs(self, *states: State) -> list[tuple[str, str]]:
        """Who rings or talks, with which call."""
        seats = self.watcher.seats.items()
        return [(seat.call, name) for name, seat in seats if seat.state in states and seat.call]

    def _one_of(self, pairs: list[tuple[str, str]]) -> tuple[str, str] | None:
        return pairs[self.pick(len(pairs))] if pairs else None

    # Callers

    def caller_joins(self) -> None:
        if len(self.watcher.callers) < CROWD:
            pick = self.pick
            skills = {"german": 1 + pick(9)} if pick(4) == 0 else {}
            language = ("", "", "", "lv")[pick(4)]
            own = NAMES[pick(len(NAMES))] if pick(4) == 0 else ""
            self.let_in(f"c{self.made}", Ticket(skills, language, own), pick(3), pick(9))

    def let_in(self, call: str, ticket: Ticket, priority: int, waited: int) -> None:
        queue = QUEUES[self.pick(len(QUEUES))]
        self.made += 1
        entered_at = self.now - waited
        config = self.queues[queue]
        crowded = sum(one.queue == queue for one in self.watcher.callers.values())
        full = config.max_length and crowded >= config.max_length
        if not full and queue not in self.watcher.closed:
            seat = self.watcher.seats.get(ticket.agent)
            there = seat is not None and seat.state in THERE and queue in seat.profile.queues
            own_until = self.now + config.prefer_s if there else -inf
            decisions = self.board.join(call, queue, priority, entered_at, self.now, ticket)
            key = self._key(call, queue, priority, entered_at)
            caller = Caller(queue, ticket, entered_at, self.now, key, own_until)
            self.watcher.callers[call] = caller
            self.see(decisions)
        else:
            [sent] = self.board.join(call, queue, priority, entered_at, self.now, ticket)
            assert not isinstance(sent, Offer)

    def _key(self, call: str, queue: str, priority: int, entered_at: float) -> Place:
        """What sorts a caller; only the number that parts those who are equal is the board's."""
        places = [one.place for one in self.board.queues[queue] if one.call == call]
        number = places[0][2] if places else 0.0
        return place_of(priority, entered_at, number, self.routing.priority_s)

    def _some_call(self) -> str | None:
        calls = [*self.watcher.callers, *self.watcher.talks]
        return calls[self.pick(len(calls))] if calls else None

    def let_out(self, call: str) -> None:
        self.watcher.callers.pop(call, None)
        self.watcher.talks.pop(call, None)
        self.see(self.board.leave(call, self.now))

    def caller_hangs_up(self) -> None:
        if (call := self._some_call()) is not None:
            self.let_out(call)

    def caller_goes_to_another_queue(self) -> None:
        if (call := self._some_call()) is not None:
            self.let_out(call)
            self.let_in(call, Ticket(), 0, 0)

    def caller_is_moved(self) -> None:
        callers = self.watcher.callers
        if callers:
            call = [*callers][self.pick(len(callers))]
            queue = callers[call].queue
            position = 1 + self.pick(5)
            self.see(self.board.move(call, position, self.now))
            entries = list(self.board.queues[queue])
            assert entries[min(position, len(entries)) - 1].call == call
            callers[call].key = entries[min(position, len(entries)) - 1].place

    def priority_changes(self) -> None:
        callers = self.watcher.callers
        if callers:
            call = [*callers][self.pick(len(callers))]
            caller, priority = callers[call], self.pick(4)
            decisions = self.board.set_priority(call, priority, self.now)
            caller.key = self._key(call, caller.queue, priority, caller.entered_at)
            self.see(decisions)

    # Agents and their phones

    def save_account(self, name: str, phones: int) -> None:
        pick = self.pick
        queues = {queue: pick(3) for queue in QUEUES if pick(3)}
        skills = {"german": 1 + pick(10)} if pick(2) else {}
        languages = frozenset(("lv", "en")[: pick(3)])
        profile = Profile(name, name.title(), queues, skills, languages)
        seat = self.watcher.seats.setdefault(name, Seat(profile))
        seat.profile = profile
        for caller in self.watcher.callers.values():
            if caller.ticket.agent == name and caller.queue not in queues:
                caller.own_until = -inf
        self.phones[name] = phones
        decisions = self.board.enroll(profile, phones, self.now)
        self.see(decisions, own=None if phones else name)

    def account_saved(self) -> None:
        gone = [name for name in NAMES if name not in self.board.agents]
        name = gone[0] if gone else NAMES[self.pick(len(NAMES))]
        self.save_account(name, (0, 1, 1, 2)[self.pick(4)])

    def account_removed(self) -> None:
        name = NAMES[self.pick(len(NAMES))]
        if name in self.board.agents:
            self.see(self.board.dismiss(name, self.now), own=name)
            if name not in self.board.agents:
                assert self.watcher.seats[name].state is State.SIGNED_OUT

    def phones_come_and_go(self) -> None:
        name, phones = NAMES[self.pick(len(NAMES))], (0, 1, 1, 1, 1, 2)[self.pick(6)]
        if name in self.board.agents:
            self.phones[name] = phones
        self.see(self.board.phones(name, phones, self.now), own=None if phones else name)

    def agent_asks(self) -> None:
        name, wish = NAMES[self.pick(len(NAMES))], WISHES[self.pick(len(WISHES))]
        if name in self.board.agents:
            try:
                self.see(self.board.request(name, *wish, self.now), own=name)
            except NotAllowed:
                assert self.watcher.seats[name].state is State.SIGNED_OUT

    def agent_wants_more_wrap_up(self) -> None:
        for name, seat in self.watcher.seats.items():
            if seat.state is State.WRAP_UP:
                self.see(self.board.more_wrap_up(name, 5, self.now))
                return

    def agent_calls_outside(self) -> None:
        self.see(self.board.outside(NAMES[self.pick(len(NAMES))], self.pick(5) // 4, self.now))

    def agent_picks(self) -> None:
        callers = [*self.watcher.callers]
        name = NAMES[self.pick(len(NAMES))]
        if callers and name in self.board.agents:
            call = callers[self.pick(len(callers))]
            try:
                self.see(self.board.pick(call, name, self.now), own=name, picked=name)
            except NotAllowed:
                seat = self.watcher.seats[name]
                served = self.watcher.callers[call].queue in seat.profile.queues
                idle = seat.state in (State.READY, State.WRAP_UP, State.PAUSED)
                assert not (served and idle)

    def agent_answers(self) -> None:
        if (pair := self._one_of(self.pairs(State.RINGING))) is not None:
            self.answer(*pair)

    def answer(self, call: str, agent: str) -> None:
        caller = self.watcher.callers.pop(call)
        self.watcher.talks[call] = agent
        decisions = self.board.answered(call, agent, self.now)
        hushed = {one.agent for one in decisions if isinstance(one, Retract) and one.call == call}
        assert hushed == caller.rung - {agent}, "a loser stays reserved"
        self.see(decisions)

    def agent_misses(self) -> None:
        if (pair := self._one_of(self.pairs(State.RINGING))) is not None:
            call, agent = pair
            self.watcher.callers[call].rung.remove(agent)
            why = list(LegEnd)[self.pick(len(LegEnd))]
            self.see(self.board.missed(call, agent, why, self.now))
            assert self.watcher.seats[agent].state in (State.PAUSED, State.SIGNED_OUT, State.BUSY)

    def conversation_ends(self) -> None:
        if (pair := self._one_of(self.pairs(*TALKS))) is not None:
            self.finish(*pair)

    def finish(self, call: str, agent: str) -> None:
        del self.watcher.talks[call]
        self.see(self.board.finished(call, agent, self.now))

    def conversation_turns(self) -> None:
        if (pair := self._one_of(self.pairs(*TALKS))) is not None:
            self.see(self.board.turned(*pair, TALKS[self.pick(3)], self.now))

    def word_comes_too_late(self) -> None:
        """What is said about two who have nothing to do with each other changes nothing."""
        name, call = NAMES[self.pick(len(NAMES))], f"c{self.pick(self.made + 1)}"
        if (call, name) not in self.pairs(State.RINGING):
            assert self.board.answered(call, name, self.now) == []
            assert self.board.missed(call, name, LegEnd.BUSY, self.now) == []
        if (call, name) not in self.pairs(*TALKS):
            assert self.board.finished(call, name, self.now) == []
            assert self.board.turned(call, name, State.HOLD, self.now) == []

    # Queues and time

    def queue_closes_or_opens(self) -> None:
        queue, closed = QUEUES[self.pick(len(QUEUES))], self.pick(3) == 0
        (self.watcher.closed.add if closed else self.watcher.closed.discard)(queue)
        self.see(self.board.close(queue, closed, self.now))

    def time_passes(self) -> None:
        self.now += (0.5, 3, 7, 11, 60)[self.pick(5)]
        self.tick()

    def next_deadline_comes(self) -> None:
        deadline = self.board.next_deadline()
        if deadline is not None:
            assert deadline > self.now, "a deadline was not served"
            self.now = deadline
            self.tick()

    def tick(self) -> None:
        self.see(self.board.tick(self.now))
        for seat in self.watcher.seats.values():
            assert seat.until is None or seat.until > self.now, "kept longer than the rule says"

    def everything_restarts(self) -> None:
        """A new controller: agents are where the journal says, callers where they stood."""
        watcher, known = self.watcher, [*self.board.agents]
        entries = [entry for queue in self.board.queues.values() for entry in queue]
        self.board = board = self._board()
        for queue in watcher.closed:
            board.close(queue, True, self.now)
        for name in known:
            seat = watcher.seats[name]
            if seat.state is State.BUSY:
                seat.state = State.READY
            self.see(board.enroll(seat.profile, 0, self.now))
            told = (seat.state, seat.reason, seat.since, seat.call, seat.until)
            phones = self.phones[name]
            self.see(board.resume(name, *told, phones, self.now), own=None if phones else name)
        for name in NAMES:
            if name not in known:
                assert watcher.seats[name].state is State.SIGNED_OUT
        waiting, watcher.callers = watcher.callers, {}
        for entry in entries:
            caller = watcher.callers[entry.call] = waiting[entry.call]
            self._rejoin(entry.call, caller, entry.priority)
        self.see(board.settle({*watcher.callers, *watcher.talks}, self.now))

    def _rejoin(self, call: str, caller: Caller, priority: int) -> None:
        self.made += 1
        ringers = sorted(caller.rung)
        caller.since = self.now
        seat = self.watcher.seats.get(caller.ticket.agent)
        there = seat is not None and seat.state in THERE and caller.queue in seat.profile.queues
        caller.own_until = self.now + self.queues[caller.queue].prefer_s if there else -inf
        caller.round_at = self.now
        entered_at = caller.entered_at
        decisions = self.board.rejoin(
            call, caller.queue, priority, entered_at, ringers, self.now, caller.ticket
        )
        caller.key = self._key(call, caller.queue, priority, entered_at)
        self.see(decisions)

    # What always holds

    def check(self) -> None:
        self.watcher.check()
        agents = self.board.agents
        for name, seat in self.watcher.seats.items():
            agent = agents.get(name)
            if agent is None:
                assert seat.state is State.SIGNED_OUT
            else:
                assert (agent.state, agent.call, agent.until) == (seat.state, seat.call, seat.until)
        assert sum(map(len, self.board.queues.values())) == len(self.watcher.callers)

    def everybody_is_served(self) -> None:
        """Nobody starves: with one willing agent who can do all, all who wait are served, one after
        the other, whatever happened before."""
        for queue in QUEUES:
            self.watcher.closed.discard(queue)
            self.see(self.board.close(queue, False, self.now))
        for name in NAMES[1:]:
            if name in self.board.agents:
                self.see(self.board.dismiss(name, self.now), own=name)
        able = Profile("anna", "Anna", dict.fromkeys(QUEUES, 0), {"german": 10})
        self.watcher.seats["anna"] = replace(self.watcher.seats["anna"], profile=able)
        self.phones["anna"] = 1
        self.see(self.board.enroll(able, 1, self.now), own="anna")
        self.see(self.board.outside("anna", 0, self.now))
        for _ in range(2 * len(self.watcher.callers) + len(self.watcher.talks) + 2):
            for call, agent in self.pairs(State.RINGING):
                if self.watcher.seats[agent].call == call:
                    self.answer(call, agent)
            for call, agent in self.pairs(*TALKS):
                self.finish(call, agent)
            self.see(self.board.request("anna", State.READY, "", self.now), own="anna")
            self.check()
            self.now += 25  # nobody waits for an own agent any more
            self.tick()
        assert not self.watcher.callers, "somebody starves"
        self.see(self.board.tick(self.now))
