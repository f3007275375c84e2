"""An independent pair of eyes: follows the decisions of a switchboard and knows nothing of how they
were made. What it holds against them is written as slowly and plainly as possible."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf

from callserver.acd.decisions import AgentMoved, Announce, Decision, Divert, Offer, Retract
from callserver.config.queues import Agents, Queue, Routing
from callserver.model.agent import THERE, Profile
from callserver.model.agent import AgentState as State
from callserver.model.ticket import Ticket

Place = tuple[float, float, float]
TALKS = (State.TALKING, State.HOLD, State.CONSULT)


@dataclass
class Seat:
    """An agent as the decisions told."""

    profile: Profile
    state: State = State.SIGNED_OUT
    reason: str = ""
    call: str | None = None
    since: float = 0.0
    until: float | None = None


@dataclass
class Caller:
    """A waiting caller, as the test let them in. ``key`` sorts them within their queue; by hand it
    may be any. ``round_at``: the first of the phones that ring began."""

    queue: str
    ticket: Ticket
    entered_at: float
    since: float
    key: Place
    own_until: float = -inf
    rung: set[str] = field(default_factory=set)
    round_at: float = 0.0


@dataclass
class Watcher:
    """``own`` is the agent whose own doing (a request, a phone or an account taken away) is under
    way, the only one whose wrap-up may end early; ``picked`` is picked by hand."""

    rules: Agents
    routing: Routing
    queues: Mapping[str, Queue]
    seats: dict[str, Seat] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)
    talks: dict[str, str] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    own: str | None = None
    picked: str | None = None
    now: float = 0.0
    offers: int = 0

    def see(
        self,
        decisions: list[Decision],
        now: float,
        own: str | None = None,
        picked: str | None = None,
    ) -> None:
        self.own, self.picked, self.now = own, picked, now
        for decision in decisions:
            match decision:
                case AgentMoved():
                    self._see_move(decision)
                case Offer():
                    self._see_offer(decision)
                case Retract():
                    self._see_retract(decision)
                case Announce():
                    self._see_announcement(decision)
                case Divert():
                    self._see_divert(decision)

    # Who may have whom

    def allowed(self, seat: Seat, caller: Caller) -> bool:
        """Whether this agent may take this caller now."""
        profile, ticket = seat.profile, caller.ticket
        if caller.queue not in profile.queues:
            return False
        if caller.own_until > self.now:
            return ticket.agent == profile.username
        config = self.queues[caller.queue]
        levels, most, any_language = 0, config.first_penalty, False
        for step in config.widen:
            if caller.entered_at + step.after_s <= self.now:
                levels, most, any_language = step.levels, step.penalty, step.any_language
        if config.strategy == "tiers":
            opened = sum(
                caller.entered_at + tier * config.tier_after_s <= self.now for tier in range(1, 11)
            )
            most = opened if opened < 10 else None
        speaks = not profile.languages or ticket.language in profile.languages
        return (
            (most is None or profile.queues[caller.queue] <= most)
            and (not ticket.language or any_language or speaks)
            and all(
                profile.skills.get(skill, 0) >= level - levels
                for skill, level in ticket.skills.items()
                if level > levels
            )
        )

    def urgency(self, caller: Caller) -> Place:
        rank, moment, number = caller.key
        waited, weight = self.now - moment, self.queues[caller.queue].weight
        return (rank, -waited * weight if waited > 0 else -waited / weight, number)

    def ready(self, caller: Caller) -> Iterator[Seat]:
        """Ready agents who may take this caller."""
        for seat in self.seats.values():
            if seat.state is State.READY and self.allowed(seat, caller):
                yield seat

    def wants_more(self, caller: Caller) -> bool:
        """Whether another phone may ring."""
        config = self.queues[caller.queue]
        if not caller.rung or config.strategy == "ring_all":
            return len(caller.rung) < (config.ring_at_most if config.strategy == "ring_all" else 1)
        if config.strategy != "progressive":
            return False
        steps = (self.now - caller.round_at) / config.ring_more_after_s
        return len(caller.rung) < config.ring_at_most and len(caller.rung) <= int(steps + 1e-6)

    # What was decided

    def _is_wish(self, move: AgentMoved, seat: Seat) -> bool:
        """Nothing but what comes after the present state is another now."""
        same = (move.state, move.call, move.until) == (seat.state, seat.call, seat.until)
        return same and seat.state in (*TALKS, State.RINGING, State.WRAP_UP, State.BUSY)

    def _see_move(self, move: AgentMoved) -> None:
        assert move.at == self.now
        seat = self.seats[move.agent]
        before = seat.state
        if self._is_wish(move, seat):
            return
        if before is State.WRAP_UP and self.own != move.agent:
            kept = move.state is State.WRAP_UP or (seat.until is not None and move.at >= seat.until)
            assert kept or move.state is State.BUSY, "wrap-up cut short"
        if before is State.WRAP_UP and move.state is State.WRAP_UP:
            assert move.until is not None and seat.until is not None and move.until > seat.until
        if move.state is State.RINGING:
            assert move.call is not None
            assert before is State.READY or self.picked == move.agent, "only a ready agent is rung"
        if move.state in TALKS:
            assert move.call == seat.call and before in (State.RINGING, *TALKS)
        if move.state is State.WRAP_UP and before in TALKS:
            assert move.until == self.now + self.rules.wrap_up_s
        imposed = move.state is State.PAUSED and move.reason not in self.rules.pause_reasons
        if imposed and before is State.RINGING:
            pauses = (self.rules.missed_pause_s, self.rules.missed_rest_s)
            assert move.until is not None, "a pause that never ends"
            assert self.now < move.until <= self.now + max(pauses)
        if move.state is not before:
            seat.since = self.now
        seat.state, seat.reason = move.state, move.reason
        seat.call, seat.until = move.call, move.until
        if move.state not in THERE:
            for caller in self.callers.values():
                if caller.ticket.agent == move.agent:
                    caller.own_until = -inf

    def _see_offer(self, offer: Offer) -> None:
        caller, seat = self.callers[offer.call], self.seats[offer.agent]
        assert (seat.state, seat.call) == (State.RINGING, offer.call)
        assert offer.agent not in caller.rung
        if self.picked != offer.agent:
            assert self.allowed(seat, caller)
            assert not caller.rung or self.wants_more(caller), "one call to two agents"
            self._check_order(seat, caller)
            self._check_agent(seat, caller)
        caller.round_at = caller.round_at if caller.rung else self.now
        caller.rung.add(offer.agent)
        self.offers += 1

    def _check_order(self, seat: Seat, caller: Caller) -> None:
        mine = self.urgency(caller)
        for other in self.callers.values():
            if other is caller or other.rung or not self.allowed(seat, other):
                continue
            assert not caller.rung, "a second phone rings while somebody waits alone"
            if self.urgency(other) < mine:
                config = self.queues[caller.queue]
                starves = self.now - other.key[1] >= config.match_bound_s
                assert config.strategy == "best_match", "somebody was passed over"
                assert other.queue == caller.queue and not starves, "somebody starves"

    def _check_agent(self, seat: Seat, caller: Caller) -> None:
        if self.queues[caller.queue].strategy != "best_match":
            penalties = [one.profile.queues[caller.queue] for one in self.ready(caller)]
            assert seat.profile.queues[caller.queue] <= min(penalties, default=99), "penalty"

    def _see_retract(self, retract: Retract) -> None:
        caller = self.callers.get(retract.call)
        if caller is not None:
            caller.rung.remove(retract.agent)

    def _see_announcement(self, announcement: Announce) -> None:
        caller = self.callers[announcement.call]
        assert not caller.rung, "told the place while an agent is rung"
        assert not any(self.ready(caller)), "told the place while an agent is free"
        places = sorted(one.key for one in self.callers.values() if one.queue == caller.queue)
        position, wait = announcement.notice.position, announcement.notice.wait
        assert position in (None, places.index(caller.key) + 1)
        assert wait is None or 0 <= wait.low <= wait.high < inf

    def _see_divert(self, divert: Divert) -> None:
        caller = self.callers.pop(divert.call)
        assert caller.queue == divert.queue
        assert not caller.rung, "sent away while an agent is rung"

    # What holds whenever nothing is under way

    def check(self) -> None:
        rung: dict[str, str] = {}
        for call, caller in self.callers.items():
            for agent in caller.rung:
                assert agent not in rung, "one agent for two calls"
                rung[agent] = call
        for name, seat in self.seats.items():
            if seat.state is State.RINGING:
                assert rung.pop(name, None) == seat.call, "rings without a call"
            elif seat.state in TALKS:
                assert seat.call is not None and self.talks.get(seat.call) == name, "a ghost talks"
            else:
                assert seat.call is None
        assert not rung, "rung, and knows nothing of it"
        assert len(set(self.talks.values())) == len(self.talks)
        idle = [seat for seat in self.seats.values() if seat.state is State.READY]
        for caller in self.callers.values() if idle else ():
            if not caller.rung or self.wants_more(caller):
                for seat in idle:
                    assert not self.allowed(seat, caller), "ready and idle while a caller waits"
