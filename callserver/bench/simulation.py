"""Callers and agents in virtual time around the real switchboard: no clock, no phones, the same
decisions.

An event is a moment and something to do. Between events the switchboard is told when one of its own
deadlines comes, as the router does it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from math import inf

from callserver.acd.decisions import Decision, Offer
from callserver.acd.switchboard import Switchboard
from callserver.model.events import LegEnd
from callserver.model.ticket import NOTHING, Ticket

Draw = Callable[[], float]


@dataclass(slots=True)
class Caller:
    """One call. Times are seconds, ``inf`` for what did not happen. ``patience_s`` is how long they
    wait at most, ``talk_s`` how long they will talk."""

    queue: str
    joined_at: float
    patience_s: float
    talk_s: float
    answered_at: float = inf
    left_at: float = inf

    @property
    def waited_s(self) -> float:
        return min(self.answered_at, self.left_at) - self.joined_at


class Simulation:
    """``ring_s`` draws how long a phone rings until it is answered, ``missed`` says of every
    ringing whether nobody comes (then it rings ``give_up_s``)."""

    def __init__(
        self,
        board: Switchboard,
        ring_s: Draw,
        missed: Callable[[], bool] = lambda: False,
        give_up_s: float = 15.0,
    ) -> None:
        self.board = board
        self.now = 0.0
        self.callers: dict[str, Caller] = {}
        self._ring_s = ring_s
        self._missed = missed
        self._give_up_s = give_up_s
        self._numbers = count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []

    def at(self, moment: float, what: Callable[[], None]) -> None:
        """Let something happen then."""
        heappush(self._events, (moment, next(self._numbers), what))

    def run(self) -> None:
        """Until nothing is left to happen but the switchboard's own deadlines."""
        while self._events:
            moment, _, what = heappop(self._events)
            self._let_time_pass(moment)
            self.now = moment
            what()

    def _let_time_pass(self, until: float) -> None:
        while (deadline := self.board.next_deadline()) is not None and deadline <= until:
            self.now = max(deadline, self.now)
            self.act(self.board.tick(self.now))

    def join(
        self,
        queue: str,
        talk_s: float,
        patience_s: float = inf,
        priority: int = 0,
        ticket: Ticket = NOTHING,
    ) -> None:
        """A caller comes now."""
        call = f"c{len(self.callers)}"
        self.callers[call] = Caller(queue, self.now, patience_s, talk_s)
        if patience_s < inf:
            self.at(self.now + patience_s, lambda: self._give_up(call))
        self.act(self.board.join(call, queue, priority, self.now, self.now, ticket))

    def act(self, decisions: list[Decision]) -> None:
        """Ring the phones that are to be rung."""
        for decision in decisions:
            if isinstance(decision, Offer):
                self._ring(decision.call, decision.agent)

    def _ring(self, call: str, agent: str) -> None:
        if self._missed():
            self.at(self.now + self._give_up_s, lambda: self._miss(call, agent))
        elif rings_s := self._ring_s():
            self.at(self.now + rings_s, lambda: self._answer(call, agent))
        else:
            self._answer(call, agent)

    def _answer(self, call: str, agent: str) -> None:
        if self.board.rings(call, agent):
            caller = self.callers[call]
            caller.answered_at = self.now
            self.at(self.now + caller.talk_s, lambda: self._finish(call, agent))
            self.act(self.board.answered(call, agent, self.now))

    def _miss(self, call: str, agent: str) -> None:
        self.act(self.board.missed(call, agent, LegEnd.NO_ANSWER, self.now))

    def _finish(self, call: str, agent: str) -> None:
        self.act(self.board.finished(call, agent, self.now))

    def _give_up(self, call: str) -> None:
        caller = self.callers[call]
        if caller.answered_at == inf:
            caller.left_at = self.now
            self.act(self.board.leave(call, self.now))
