"""``callserver bench router``: how long a decision of the distribution takes, however many wait.

The switchboard alone, without phones: callers wait in five queues for agents of one to three of
them, some with skills. While all agents talk, conversations end, agents become ready and are rung,
answer or miss, and callers come and go; then all agents are ready, and callers come. Every
happening is timed by itself, in processor time: what else the machine does is not counted.
"""

import gc
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from math import inf, log
from random import Random
from time import thread_time
from typing import get_args

from rich.console import Console
from rich.table import Table

from callserver.acd.decisions import Decision, Offer
from callserver.acd.switchboard import Switchboard
from callserver.config.queues import Agents, Queue, Routing
from callserver.model.agent import AgentState, Profile
from callserver.model.events import LegEnd
from callserver.model.ticket import Ticket

QUEUES = tuple(f"queue{number}" for number in range(5))
SKILLS = ("billing", "network", "sales")
STEPS = 4000
FREE_STEPS = 1000
STRATEGIES = get_args(Queue.model_fields["strategy"].annotation)
LIMIT_MS = 1.0
LIMIT_MATCH_MS = 10.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one strategy with so many waiting; milliseconds of one decision."""

    strategy: str
    waiting: int
    agents: int
    decisions: int
    p50_ms: float
    p99_ms: float
    max_ms: float

    @property
    def good(self) -> bool:
        limit = LIMIT_MATCH_MS if self.strategy == "best_match" else LIMIT_MS
        return self.p99_ms <= limit


class Load:
    """A switchboard with so many agents in conversation and so many callers waiting."""

    def __init__(self, strategy: str, waiting: int, agents: int, seed: int = 1) -> None:
        self._chance = chance = Random(seed)  # noqa: S311 - repeatable, no secret
        queue = Queue.model_validate(
            {"strategy": strategy}
            if strategy == "tiers"
            else {"strategy": strategy, "widen": [{"after_s": 30, "levels": 3}]}
        )
        rules, queues = Agents(wrap_up_s=5), dict.fromkeys(QUEUES, queue)
        self.board = Switchboard(rules, queues, chance.randrange, Routing())
        self.now = 1e9
        self.took: list[float] = []
        self._calls = 0
        self._talks: list[tuple[str, str]] = []
        self._waiting: list[str] = []
        self._places: dict[str, int] = {}
        self._agents = [f"agent{number}" for number in range(agents)]
        for name in self._agents:
            self.board.enroll(self._profile(name), 1, self.now)
        for _ in range(agents + waiting):
            self.join()
        self.took.clear()

    def _profile(self, name: str) -> Profile:
        chance = self._chance
        mine = chance.sample(QUEUES, chance.randint(1, 3))
        queues = {queue: chance.randrange(3) for queue in mine}
        skills = {skill: chance.randint(1, 10) for skill in SKILLS}
        return Profile(name, name, queues, skills)

    def run(self, busy: int, free: int) -> None:
        """So many happenings with all agents busy, and then with all of them free."""
        for _ in range(busy):
            self._busy_step()
        for call in self._waiting:
            self.board.leave(call, self.now)
        for call, _ in self._talks:
            self.board.leave(call, self.now)
        self._waiting.clear()
        self._places.clear()
        self._talks.clear()
        for name in self._agents:
            self.board.request(name, AgentState.READY, "", self.now)
        for _ in range(free):
            self._free_step()

    def join(self) -> None:
        """A caller comes; whoever is rung answers at once."""
        chance = self._chance
        self._calls += 1
        call = f"c{self._calls}"
        skills = {chance.choice(SKILLS): chance.randint(1, 9)} if chance.random() < 0.3 else {}
        queue, priority = chance.choice(QUEUES), chance.randrange(3)
        self._places[call] = len(self._waiting)
        self._waiting.append(call)
        now = self.now
        self._do(lambda: self.board.join(call, queue, priority, now, now, Ticket(skills)))

    def _do(self, happening: Callable[[], list[Decision]]) -> None:
        began = thread_time()
        decisions = happening()
        self.took.append(thread_time() - began)
        for call in dict.fromkeys(one.call for one in decisions if isinstance(one, Offer)):
            rung = [one.agent for one in decisions if isinstance(one, Offer) and one.call == call]
            self._rung(call, rung)

    def _rung(self, call: str, agents: list[str]) -> None:
        if self._chance.random() < 0.05:
            for agent in agents:
                self._do(partial(self.board.missed, call, agent, LegEnd.BUSY, self.now))
                self._do(partial(self.board.request, agent, AgentState.READY, "", self.now))
            return
        agent = self._chance.choice(agents)
        if not self.board.rings(call, agent):
            return
        self._talks.append((call, agent))
        self._forget(call)
        self._do(lambda: self.board.answered(call, agent, self.now))

    def _forget(self, call: str) -> None:
        """In its place comes the last one: a list of 100,000 is not searched for every call."""
        at = self._places.pop(call)
        last = self._waiting.pop()
        if last != call:
            self._waiting[at] = last
            self._places[last] = at

    def _busy_step(self) -> None:
        self.now += 0.01
        at = self._chance.randrange(len(self._talks))
        call, agent = self._talks[at]
        self._talks[at] = self._talks[-1]
        self._talks.pop()
        self._do(lambda: self.board.finished(call, agent, self.now))
        self._do(lambda: self.board.request(agent, AgentState.READY, "", self.now))
        self.join()
        if self._chance.random() < 0.1 and self._waiting:
            gone = self._chance.choice(self._waiting)
            self._forget(gone)
            self._do(lambda: self.board.leave(gone, self.now))
            self.join()

    def _free_step(self) -> None:
        self.now += 0.01
        self.join()
        if self._talks:
            call, agent = self._talks.pop()
            self._do(lambda: self.board.finished(call, agent, self.now))
            self._do(lambda: self.board.request(agent, AgentState.READY, "", self.now))


def measure(strategy: str, waiting: int, agents: int) -> Cost:
    """One strategy under one load."""
    load = Load(strategy, waiting, agents)
    gc.collect()
    gc.freeze()
    load.run(STEPS, FREE_STEPS)
    gc.unfreeze()
    took = sorted(load.took)
    return Cost(
        strategy,
        waiting,
        agents,
        len(took),
        round(took[len(took) // 2] * 1e3, 4),
        round(took[len(took) * 99 // 100] * 1e3, 4),
        round(took[-1] * 1e3, 3),
    )


def run(waiting: int, agents: int, *, as_json: bool) -> int:
    """Every strategy with a hundredth, a tenth, once and ten times as many waiting. The exit status
    says whether each is fast enough, and none grows faster than log n."""
    console = Console(stderr=True)
    sizes = [size for size in (waiting // 100, waiting // 10, waiting, waiting * 10) if size]
    table = Table(title=f"one decision, ms: p50 / p99 by callers waiting; {agents} agents")
    table.add_column("strategy")
    for size in sizes:
        table.add_column(f"{size:,}", justify="right")
    table.add_column(f"growth of p50, {sizes[0]:,} → {sizes[-1]:,}", justify="right")
    costs: list[Cost] = []
    log_growth = log(sizes[-1]) / log(sizes[0]) if sizes[0] > 1 else inf
    steep = False
    for strategy in STRATEGIES:
        row = [measure(strategy, size, agents) for size in sizes]
        costs += row
        shown = [f"{cost.p50_ms:.3f} / {cost.p99_ms:.3f}" for cost in row]
        growth = row[-1].p50_ms / row[0].p50_ms
        steep = steep or growth > log_growth
        table.add_row(strategy, *shown, f"{growth:.2f}")
    console.print(table)
    console.print(f"log n grows {log_growth:.2f} times")
    good = not steep and all(cost.good for cost in costs if cost.waiting == waiting)
    if as_json:
        each = [asdict(one) for one in costs]
        report = {"log_growth": round(log_growth, 3), "good": good, "costs": each}
        print(json.dumps(report))  # noqa: T201 - the command's result
    return 0 if good else 1
