"""An independent pair of eyes: follows the decisions of a switchboard and knows nothing of how they
were made. What it holds against them is written as slowly and plainly as possible."""

from dataclasses import dataclass, field

from callserver.acd.decisions import AgentMoved, Announce, Decision, Offer
from callserver.config.sections import Agents
from callserver.model.agent import AgentState as State

Place = tuple[float, float, int]


@dataclass
class Seat:
    """An agent as the decisions told."""

    queues: tuple[str, ...]
    state: State = State.SIGNED_OUT
    call: str | None = None
    idle_since: float = 0.0
    until: float | None = None


@dataclass
class Caller:
    """A waiting caller, as the test let them in."""

    queue: str
    place: Place
    rung: str | None = None


@dataclass
class Watcher:
    """``own`` is the agent whose own doing (a request, a phone or an account taken away) is under
    way, the only one whose wrap-up may end early."""

    rules: Agents
    seats: dict[str, Seat] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)
    talks: dict[str, str] = field(default_factory=dict)
    own: str | None = None
    offers: int = 0

    def see(self, decisions: list[Decision], now: float, own: str | None) -> None:
        self.own = own
        for decision in decisions:
            match decision:
                case AgentMoved():
                    assert decision.at == now
                    self._see_move(decision)
                case Offer():
                    self._see_offer(decision)
                case Announce():
                    self._see_announcement(decision)

    def unoffered(self, queues: tuple[str, ...]) -> list[Place]:
        """Places of those in these queues for whom nobody is rung, best first."""
        waiting = (caller for caller in self.callers.values() if caller.queue in queues)
        return sorted(caller.place for caller in waiting if caller.rung is None)

    def ready(self, queue: str) -> list[tuple[float, str]]:
        """Ready agents of a queue, longest idle first."""
        return sorted(
            (seat.idle_since, name)
            for name, seat in self.seats.items()
            if seat.state is State.READY and queue in seat.queues
        )

    def _see_move(self, move: AgentMoved) -> None:
        seat, before = self.seats[move.agent], self.seats[move.agent].state
        if before is State.WRAP_UP and self.own != move.agent:
            assert seat.until is not None and move.at >= seat.until, "wrap-up cut short"
        if move.state is State.READY and before is not State.RINGING:
            by_itself = seat.until is not None and self.own != move.agent
            seat.idle_since = seat.until if by_itself and seat.until is not None else move.at
        if move.state is State.RINGING:
            assert move.call is not None
            assert before is State.READY, "only a ready agent is rung"
            assert (seat.idle_since, move.agent) == self.ready(self.callers[move.call].queue)[0]
        if move.state is State.TALKING:
            assert (before, move.call) == (State.RINGING, seat.call)
        seat.until = None
        if move.state is State.WRAP_UP:
            seat.until = move.at + self.rules.wrap_up_s
        elif move.state is State.PAUSED and move.reason not in self.rules.pause_reasons:
            assert before is State.RINGING
            seat.until = move.at + self.rules.missed_pause_s
        seat.state, seat.call = move.state, move.call

    def _see_offer(self, offer: Offer) -> None:
        caller, seat = self.callers[offer.call], self.seats[offer.agent]
        assert (seat.state, seat.call) == (State.RINGING, offer.call)
        assert caller.rung is None, "one call to two agents"
        assert caller.queue in seat.queues
        assert caller.place == self.unoffered(seat.queues)[0], "somebody was passed over"
        caller.rung = offer.agent
        self.offers += 1

    def _see_announcement(self, announcement: Announce) -> None:
        caller = self.callers[announcement.call]
        assert caller.rung is None, "told the place while an agent is rung"
        assert not self.ready(caller.queue), "told the place while an agent is free"
        places = sorted(one.place for one in self.callers.values() if one.queue == caller.queue)
        assert announcement.notice.position == places.index(caller.place) + 1

    def check(self) -> None:
        """What holds whenever nothing is under way."""
        rung = {caller.rung: call for call, caller in self.callers.items() if caller.rung}
        assert len(rung) == sum(caller.rung is not None for caller in self.callers.values())
        for name, seat in self.seats.items():
            if seat.state is State.RINGING:
                assert rung.get(name) == seat.call, "rings without a call"
            elif seat.state is State.TALKING:
                assert seat.call is not None and self.talks.get(seat.call) == name, "a ghost talks"
            else:
                assert seat.call is None
                assert name not in rung
            if seat.state is State.READY:
                assert not self.unoffered(seat.queues), "ready and idle while a caller waits"
