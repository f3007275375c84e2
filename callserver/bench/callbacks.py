"""``callserver bench callbacks``: callers and callbacks in virtual time, with the real switchboard
and the real plan.

A queue whose agents are nearly always busy. Some of those who wait long press the key and hang up,
and a tenth asked in the night; when their turn comes they are called, and answer, are busy, do not
answer, decline, or cannot be reached. Callers on the line have the place they came with, and give
up when their patience ends.
Those who are called back hear a greeting of 5 s and wait 25 s more on average; an agent's phone
rings for 4 s (a gamma distribution of shape 4), and one in fifty is not answered.
"""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC
from random import Random
from typing import Literal

from rich.console import Console
from rich.table import Table

from callserver.acd.switchboard import Switchboard
from callserver.bench.simulation import Simulation
from callserver.callback.book import Book
from callserver.callback.turns import Turns
from callserver.config.callbacks import Callbacks as Rules
from callserver.config.queues import Agents, Queue
from callserver.model import callback_facts as b
from callserver.model.agent import Profile
from callserver.model.callback import Callback, CallbackState, Outcome
from callserver.model.caller_facts import CallbackRequested
from callserver.model.facts import Fact
from callserver.model.live import Crowd
from callserver.model.ticket import Ticket

Mode = Literal["agent_first", "customer_first"]

QUEUE = "support"
TICKET = Ticket(callback=True)
AGENTS = 30
TALK_S, WRAP_UP_S, RING_S, WHISPER_S = 180.0, 15.0, 4.0, 3.0
PATIENCE_S = 600.0
SHARE = 0.5
NIGHT_S = 36_000.0
ASKS_AFTER_S = 45.0  # who still waits then may press the key
ASK = 0.5
BETWEEN_S = 5.8  # between two callers
GREETING_S = 5.0  # who is called back hears who calls,
HOLDS_S = 25.0  # and waits for an agent so long then, on average
RESERVED_MOST, LEFT_MOST = 0.05, 0.03

# What comes of calling a customer, and how long it rings until then (mean, at most).
FATES = (
    (Outcome.ANSWERED, 0.72, 9.0, 30.0),
    (Outcome.NO_ANSWER, 0.14, 30.0, 30.0),
    (Outcome.BUSY, 0.07, 2.0, 4.0),
    (Outcome.DECLINED, 0.03, 6.0, 20.0),
    (Outcome.FAILED, 0.04, 1.0, 3.0),
)


@dataclass(slots=True)
class Turn:
    """A callback that stands in the queue, or is being called."""

    request: Callback
    agent: str = ""
    reserved_at: float = 0.0
    customer_up: bool = False
    talks: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one run. ``overtaken``: callers on the line who came earlier and were still waiting when a
    callback got an agent; ``share`` is how many of the calls agents got while somebody waited on
    the line were callbacks; ``reserved`` the part of the agents' time in which one was kept free
    while a customer's phone rang, ``left`` the part of those who answered and hung up before an
    agent was there, ``unreserved`` how many answered with no agent kept for them."""

    mode: Mode
    requests: int
    attempts: int
    final: dict[str, int]
    unfinished: int
    called_twice: int
    overtaken: int
    share: float
    reserved: float
    left: float
    unreserved: int
    callers: int
    caller_wait_s: float
    callback_wait_s: float


class Mixed(Simulation):
    """``requests`` are made, then the day ends; the same for the same seed. A tenth of them came in
    the night."""

    def __init__(self, mode: Mode, requests: int, seed: int, share: float) -> None:
        self._chance = chance = Random(seed)  # noqa: S311 - repeatable, no secret
        self.rules = Rules(mode=mode, hours=(), share=share)
        queues = {QUEUE: Queue(callback=self.rules, announce_position_s=0)}
        board = Switchboard(Agents(wrap_up_s=WRAP_UP_S), queues, chance.randrange)
        super().__init__(
            board, lambda: chance.gammavariate(4, RING_S / 4), lambda: chance.random() < 0.02
        )
        self.wanted = requests
        self.book = Book()
        self.all: dict[str, Callback] = {}
        self.turns = Turns(self.book, queues, UTC, 300.0)
        self.made: dict[str, Turn] = {}
        self.served = Counter[str]()
        self.outcomes = Counter[Outcome]()
        self.waits: list[float] = []
        self.reserved_s = self.last_at = 0.0
        self.overtaken = self.twice = self.answered = self.unreserved = 0
        self._calls = 0
        self._look_at = float("inf")
        for number in range(AGENTS):
            name = f"agent{number}"
            board.enroll(Profile(name, name, {QUEUE: 0}), 1, 0.0)
        for number in range(requests // 10):
            self._ask(f"n{number}", number - NIGHT_S)
        self.at(0.0, self._next_caller)

    # -- callers on the line

    def _next_caller(self) -> None:
        chance = self._chance
        call = f"c{len(self.callers)}"
        self.join(QUEUE, chance.expovariate(1 / TALK_S), chance.expovariate(1 / PATIENCE_S))
        self.at(self.now + ASKS_AFTER_S, lambda: self._may_ask(call))
        self.last_at = self.now
        if len(self.all) < self.wanted:
            self.at(self.now + chance.expovariate(1 / BETWEEN_S), self._next_caller)
        self._plan()

    def _may_ask(self, call: str) -> None:
        caller = self.callers[call]
        waits = min(caller.answered_at, caller.left_at) == float("inf")
        if waits and len(self.all) < self.wanted and self._chance.random() < ASK:
            caller.left_at = self.now
            self.act(self.board.leave(call, self.now))
            self._ask(call, caller.joined_at)
            self._plan()

    def _ask(self, call: str, entered_at: float) -> None:
        who = (f"+4930{len(self.all):07}", "", "", QUEUE, 0)
        self._note(CallbackRequested(call, self.now, *who, entered_at))

    def _answer(self, call: str, agent: str) -> None:
        turn = self.made.get(call)
        if turn is not None and self.board.rings(call, agent):
            self.act(self.board.answered(call, agent, self.now))
            self._talk(call, turn, agent)
        elif turn is None and call in self.callers:
            if self.board.rings(call, agent):
                self.turns.caller_served(QUEUE)
                self.served["caller"] += self._waiting > 1
            super()._answer(call, agent)
        self._plan()

    def _finish(self, call: str, agent: str) -> None:
        super()._finish(call, agent)
        self._plan()

    @property
    def _waiting(self) -> int:
        return sum(not entry.ticket.callback for entry in self.board.queues[QUEUE])

    # -- callbacks

    def _note(self, fact: Fact) -> None:
        for one in self.book.follow(fact):
            self.all[one.call] = one
            self.twice += sum(tried.outcome is None for tried in one.attempts) > 1
            self.twice += isinstance(fact, b.CallbackDialled) and one.state != CallbackState.OPEN

    def _plan(self) -> None:
        """As the server does it after whatever happened."""
        queue = self.board.queues[QUEUE]
        crowd = Crowd(self._waiting, dict(queue.agents), closed=False)
        requests = self.turns.waiting()[QUEUE]
        steps = self.turns.look(QUEUE, requests, crowd, (), (), self.now)
        for request, state in steps.close:
            self._withdraw(request)
            self._note(b.CallbackClosed(request, self.now, state))
        for request in steps.withdraw:
            self._withdraw(request)
        for one in steps.stand:
            self._calls += 1
            call = f"b{self._calls}"
            self.made[call] = Turn(one)
            self.turns.stands(one.call)
            place = (one.priority, one.entered_at)
            self.act(self.board.join(call, QUEUE, *place, self.now, TICKET))
        if steps.look_at is not None and steps.look_at < self._look_at:
            self._look_at = steps.look_at
            self.at(max(steps.look_at, self.now), self._look_again)

    def _look_again(self) -> None:
        self._look_at = float("inf")
        self._plan()

    def _withdraw(self, request: str) -> None:
        for call, turn in tuple(self.made.items()):
            if turn.request.call == request and not turn.agent:
                self.turns.over(request)
                del self.made[call]
                self.act(self.board.leave(call, self.now))

    def _ring(self, call: str, agent: str) -> None:
        turn = self.made.get(call)
        if turn is None:
            super()._ring(call, agent)
            return
        if turn.customer_up:
            self._ring_for_customer(call, agent)
            return
        self._look_for_overtaken(turn.request)
        if not self.turns.has_begun(turn.request.call):
            self.turns.begins(turn.request, self._waiting)
            self.served["callback"] += self._waiting > 0
        turn.agent = agent
        if self.rules.mode == "customer_first":
            turn.reserved_at = self.now
            self._dial(call, turn)
        elif self._missed():
            self.at(self.now + self._give_up_s, lambda: self._agent_missed(call, agent))
        else:
            self.at(self.now + self._ring_s(), lambda: self._agent_first(call, turn))

    def _look_for_overtaken(self, one: Callback) -> None:
        self.overtaken += sum(
            not entry.ticket.callback and not entry.rung and entry.entered_at < one.entered_at
            for entry in self.board.queues[QUEUE]
        )

    def _agent_missed(self, call: str, agent: str) -> None:
        """Somebody else is reserved at once, or the place is kept for a new call."""
        turn = self.made[call]
        turn.agent = ""
        self._miss(call, agent)
        if not turn.agent:
            self.act(self.board.leave(call, self.now))
            self._end(call, turn)

    def _agent_first(self, call: str, turn: Turn) -> None:
        self.act(self.board.answered(call, turn.agent, self.now))
        turn.reserved_at = self.now
        self.at(self.now + WHISPER_S, lambda: self._dial(call, turn))

    def _dial(self, call: str, turn: Turn) -> None:
        chance, request = self._chance, turn.request.call
        self._note(b.CallbackDialled(call, self.now, request, turn.agent))
        fate, _, mean_s, most_s = chance.choices(FATES, [share for _, share, _, _ in FATES])[0]
        rings_s = mean_s if mean_s == most_s else min(chance.expovariate(1 / mean_s), most_s)
        self.at(self.now + rings_s, lambda: self._fate(call, turn, fate))

    def _fate(self, call: str, turn: Turn, fate: Outcome) -> None:
        if self.now <= self.last_at + BETWEEN_S:  # the agents of an empty evening do not count
            self.reserved_s += self.now - turn.reserved_at
        if fate is not Outcome.ANSWERED:
            self._come_to(call, turn, fate)
            self.act(self.board.spared(call, turn.agent, self.now))
            self.act(self.board.leave(call, self.now))
            self._end(call, turn)
            return
        turn.customer_up = True
        self.answered += 1
        if self.rules.mode == "agent_first":
            self._talk(call, turn, turn.agent)
            return
        self.unreserved += not self.board.rings(call, turn.agent)
        holds_s = GREETING_S + self._chance.expovariate(1 / HOLDS_S)
        self.at(self.now + holds_s, lambda: self._hangs_up(call))
        self._ring_for_customer(call, turn.agent)

    def _ring_for_customer(self, call: str, agent: str) -> None:
        if self._missed():
            self.at(self.now + self.rules.agent_ring_s, lambda: self._miss(call, agent))
        else:
            self.at(self.now + self._ring_s(), lambda: self._answer(call, agent))

    def _hangs_up(self, call: str) -> None:
        turn = self.made.get(call)
        if turn is not None and not turn.talks:
            self._come_to(call, turn, Outcome.LEFT)
            self.act(self.board.leave(call, self.now))
            self._end(call, turn)

    def _talk(self, call: str, turn: Turn, agent: str) -> None:
        request, now = turn.request, self.now
        turn.talks = True
        self.waits.append(now - request.entered_at)
        self._come_to(call, turn, Outcome.ANSWERED)
        self._note(b.CallbackClosed(request.call, now, CallbackState.DONE))
        self.at(now + self._chance.expovariate(1 / TALK_S), lambda: self._hang_up(call, agent))

    def _hang_up(self, call: str, agent: str) -> None:
        self.act(self.board.finished(call, agent, self.now))
        self._end(call, self.made[call])

    def _come_to(self, call: str, turn: Turn, outcome: Outcome) -> None:
        self.outcomes[outcome] += 1
        self._note(b.CallbackEnded(call, self.now, turn.request.call, outcome))

    def _end(self, call: str, turn: Turn) -> None:
        del self.made[call]
        self.turns.over(turn.request.call)
        self._plan()


def figures(mode: Mode, requests: int, seed: int, share: float = SHARE) -> Figures:
    """One day."""
    day = Mixed(mode, requests, seed, share)
    day.run()
    waits = [caller.waited_s for caller in day.callers.values()]
    return Figures(
        mode=mode,
        requests=len(day.all),
        attempts=day.outcomes.total(),
        final=dict(sorted(Counter(str(one.state) for one in day.all.values()).items())),
        unfinished=sum(one.state is CallbackState.OPEN or one.in_hand for one in day.all.values()),
        called_twice=day.twice,
        overtaken=day.overtaken,
        share=round(day.served["callback"] / max(day.served.total(), 1), 3),
        reserved=round(day.reserved_s / (AGENTS * day.last_at), 4),
        left=round(day.outcomes[Outcome.LEFT] / max(day.answered, 1), 4),
        unreserved=day.unreserved,
        callers=len(waits),
        caller_wait_s=round(sum(waits) / max(len(waits), 1), 1),
        callback_wait_s=round(sum(day.waits) / max(len(day.waits), 1), 1),
    )


def good(one: Figures, share: float) -> bool:
    """Whether everybody was treated as the rules say."""
    return (
        not (one.unfinished or one.called_twice or one.overtaken or one.unreserved)
        and one.share <= share + 0.02
        and one.reserved <= RESERVED_MOST
        and one.left <= LEFT_MOST
    )


def run(requests: int, seed: int, *, as_json: bool) -> int:
    """Both modes; the exit status says whether all is well."""
    modes: tuple[Mode, ...] = ("agent_first", "customer_first")
    rows = [figures(mode, requests, seed) for mode in modes]
    table = Table(title=f"{requests:,} callbacks among callers on the line, {AGENTS} agents")
    table.add_column("")
    for row in rows:
        table.add_column(row.mode, justify="right")
    for name in asdict(rows[0]):
        if name not in ("mode", "final"):
            table.add_row(name, *(f"{getattr(row, name):,}" for row in rows))
    for state in sorted({state for row in rows for state in row.final}):
        table.add_row(state, *(f"{row.final.get(state, 0):,}" for row in rows))
    Console(stderr=True).print(table)
    well = all(good(row, SHARE) for row in rows)
    if as_json:
        print(json.dumps({"good": well, "modes": [asdict(row) for row in rows]}))  # noqa: T201
    return 0 if well else 1
