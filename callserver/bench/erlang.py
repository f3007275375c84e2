"""``callserver bench erlang``: the router under a steady load, against the formulas.

Callers come at random at a steady rate, talk for exponential times, and are answered at once by who
is free: that is M/M/c (A. K. Erlang, 1917), and with callers who give up after an exponential time
M/M/c+M (C. Palm, 1946). Formulas and simulation get the same load: the one that was really drawn.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import inf
from random import Random

from rich.console import Console
from rich.table import Table

from callserver.acd.switchboard import Switchboard
from callserver.bench.simulation import Caller, Simulation
from callserver.config.queues import Agents, Queue
from callserver.model.agent import Profile

HANDLE_S = 180.0
WARM_UP = 0.05  # of the calls, that are left out
LIMIT = 0.05


@dataclass(frozen=True, slots=True)
class Load:
    """``agents`` with so much to do (1: all the time) and callers who wait ``patience`` handle
    times on average (``inf``: for ever)."""

    agents: int
    load: float
    patience: float = inf


LOADS = (
    Load(5, 0.7),
    Load(10, 0.8),
    Load(30, 0.9),
    Load(10, 0.95, patience=2.0),
    Load(30, 1.05, patience=1.0),
)


@dataclass(frozen=True, slots=True)
class Steady:
    """How it is on average: share of those who wait, mean wait of all, share of those who gave
    up."""

    must_wait: float
    wait_s: float
    gave_up: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the formula says and what the router did."""

    case: Load
    calls: int
    formula: Steady
    router: Steady

    @property
    def errors(self) -> tuple[float, float, float]:
        """By how much the router is off, each as a share of what the formula says."""
        pairs = zip(
            (self.router.must_wait, self.router.wait_s, self.router.gave_up),
            (self.formula.must_wait, self.formula.wait_s, self.formula.gave_up),
            strict=True,
        )
        wait, mean, left = (real / said - 1 if said else 0.0 for real, said in pairs)
        return (wait, mean, left)

    @property
    def good(self) -> bool:
        return all(abs(error) <= LIMIT for error in self.errors)


def erlang_c(agents: int, load: float, handle_s: float) -> Steady:
    """M/M/c; ``load`` in Erlang, less than ``agents``."""
    blocking = 1.0
    for number in range(1, agents + 1):
        blocking = load * blocking / (number + load * blocking)  # Erlang B
    must_wait = blocking / (1 - load / agents * (1 - blocking))
    return Steady(must_wait, must_wait * handle_s / (agents - load), 0.0)


def erlang_a(agents: int, load: float, handle_s: float, patience_s: float) -> Steady:
    """M/M/c+M, from the chances of so many callers being there (a birth and death process)."""
    arrival, service, leaving = load / handle_s, 1 / handle_s, 1 / patience_s
    chances = [1.0]
    while len(chances) <= agents or chances[-1] > 1e-12 * max(chances):
        there = len(chances)
        rate = min(there, agents) * service + max(there - agents, 0) * leaving
        chances.append(chances[-1] * arrival / rate)
    total = sum(chances)
    waiting = sum(
        (there - agents) * chance for there, chance in enumerate(chances) if there > agents
    )
    must_wait = sum(chances[agents:]) / total
    return Steady(must_wait, waiting / total / arrival, waiting / total * leaving / arrival)


def simulate(case: Load, calls: int, seed: int) -> list[Caller]:
    """So many calls, in the order they came."""
    chance = Random(seed)  # noqa: S311 - repeatable, no secret
    queue = Queue(announce_position_s=0, max_wait_s=0, return_s=0)
    board = Switchboard(Agents(wrap_up_s=0), {"q": queue}, chance.randrange)
    run = Simulation(board, ring_s=lambda: 0.0)
    for number in range(case.agents):
        name = f"agent{number}"
        run.act(board.enroll(Profile(name, name, {"q": 0}), 1, 0.0))
    rate = case.agents * case.load / HANDLE_S
    _arrivals(run, chance, calls, rate, case.patience * HANDLE_S)
    run.run()
    return list(run.callers.values())


def compare(case: Load, callers: list[Caller]) -> Outcome:
    """What became of them, and what the formula says for the load they really were."""
    calls, callers = len(callers), callers[int(WARM_UP * len(callers)) :]
    handle_s = sum(one.talk_s for one in callers) / len(callers)
    lasted_s = callers[-1].joined_at - callers[0].joined_at
    load = (len(callers) - 1) / lasted_s * handle_s
    if case.patience < inf:
        patience_s = sum(one.patience_s for one in callers) / len(callers)
        formula = erlang_a(case.agents, load, handle_s, patience_s)
    else:
        formula = erlang_c(case.agents, load, handle_s)
    real = Steady(
        sum(one.waited_s > 0 for one in callers) / len(callers),
        sum(one.waited_s for one in callers) / len(callers),
        sum(one.left_at < inf for one in callers) / len(callers),
    )
    return Outcome(case, calls, formula, real)


def _arrivals(run: Simulation, chance: Random, calls: int, rate: float, patience_s: float) -> None:
    """Each caller who comes lets the next one come."""

    def come(left: int) -> Callable[[], None]:
        def now() -> None:
            if left > 1:
                run.at(run.now + chance.expovariate(rate), come(left - 1))
            talk_s = chance.expovariate(1 / HANDLE_S)
            patience = chance.expovariate(1 / patience_s) if patience_s < inf else inf
            run.join("q", talk_s, patience)

        return now

    run.at(0.0, come(calls))


def run(calls: int, seed: int, *, as_json: bool) -> int:
    """All loads; the exit status says whether all are within 5 %."""
    console = Console(stderr=True)
    table = Table(title=f"{calls:,} calls each: the router against Erlang C and A")
    for column in ("agents", "load", "patience", "must wait", "mean wait", "gave up"):
        table.add_column(column, justify="right")
    done = [
        compare(case, simulate(case, calls, seed + number)) for number, case in enumerate(LOADS)
    ]
    for one in done:
        case, said, real = one.case, one.formula, one.router
        wait, mean, left = one.errors
        table.add_row(
            f"{case.agents}",
            f"{case.load:.2f}",
            "for ever" if case.patience == inf else f"{case.patience * HANDLE_S:.0f} s",
            f"{real.must_wait:.1%} / {said.must_wait:.1%} ({wait:+.1%})",
            f"{real.wait_s:.1f} / {said.wait_s:.1f} s ({mean:+.1%})",
            f"{real.gave_up:.2%} / {said.gave_up:.2%} ({left:+.1%})" if said.gave_up else "",
        )
    console.print(table)
    good = all(one.good for one in done)
    if as_json:
        cases = [
            {
                "agents": one.case.agents,
                "load": one.case.load,
                "formula": asdict(one.formula),
                "router": asdict(one.router),
                "errors": one.errors,
            }
            for one in done
        ]
        print(json.dumps({"good": good, "cases": cases}))  # noqa: T201 - the command's result
    return 0 if good else 1
