"""``callserver bench day``: a working day in virtual time, and how good the estimated wait was.

Three queues that share some agents, two rushes, agents who come and go, have lunch and breaks, and
miss a call now and then; customers of different patience, some of priority. Every estimate is the
one the real switchboard made for somebody who joined and had to wait; it is held against the real
wait.
"""

import json
from dataclasses import asdict, dataclass
from math import exp, log, sqrt
from random import Random

from rich.console import Console
from rich.table import Table

from callserver.acd.switchboard import Switchboard
from callserver.bench.simulation import Simulation
from callserver.config.queues import Agents, Queue
from callserver.model.agent import AgentState, Profile

HOUR_S = 3600.0
OPEN_S, CLOSE_S = 8 * HOUR_S, 20 * HOUR_S
# Calls by hour of the day, from 8 to 20, as shares: a rush before noon and a smaller one after.
SHAPE = (5, 9, 12, 12, 9, 8, 9, 10, 9, 7, 5, 3)
QUEUES = (("support", 60), ("sales", 25), ("billing", 15))
TALK_S, TALK_SPREAD = 200.0, 0.8  # mean, and standard deviation by mean, of a lognormal
PATIENCE_S = 400.0
RING_S = 4.0
BREAK_S, LUNCH_S = 15 * 60.0, 30 * 60.0
SHIFT_S = 8 * HOUR_S
# How many agents begin at each hour, from 8 on.
SHIFTS = (13, 10, 9, 5, 8)


@dataclass(frozen=True, slots=True)
class Quality:
    """Of the estimates of one queue: ``held`` of ``made`` were right, and the mean of how far the
    middle of the range was off, without and with its sign (above 0: waited longer)."""

    queue: str
    calls: int
    answered: int
    waited_p50_s: float
    waited_p90_s: float
    made: int
    held: int
    coverage: float
    error_s: float
    bias_s: float


class Day(Simulation):
    """One day, the same for the same seed."""

    def __init__(self, calls: int, seed: int) -> None:
        self._chance = chance = Random(seed)  # noqa: S311 - repeatable, no secret
        rules = Agents(wrap_up_s=20)
        board = Switchboard(rules, {name: Queue() for name, _ in QUEUES}, chance.randrange)
        super().__init__(
            board, lambda: chance.expovariate(1 / RING_S), lambda: chance.random() < 0.02
        )
        self._hire()
        self._invite(calls)

    def _hire(self) -> None:
        """Everybody serves support; a third sales too, a quarter billing too, some all three."""
        number = 0
        for hour, many in enumerate(SHIFTS):
            for _ in range(many):
                queues = {"support": 0}
                if number % 3 == 0:
                    queues["sales"] = 0
                if number % 4 == 0:
                    queues["billing"] = 0
                if number % 6 == 1:
                    queues = {"sales": 0, "billing": 0}
                self._employ(f"agent{number}", queues, OPEN_S + hour * HOUR_S)
                number += 1

    def _employ(self, name: str, queues: dict[str, int], begins: float) -> None:
        chance = self._chance
        self.board.enroll(Profile(name, name, queues), 0, 0.0)
        begins += chance.uniform(-300, 300)
        ends = min(begins + SHIFT_S, CLOSE_S + HOUR_S)
        self.at(begins, lambda: self.act(self.board.phones(name, 1, self.now)))
        for after_s, long_s in (
            (2 * HOUR_S, BREAK_S),
            (4 * HOUR_S, LUNCH_S),
            (6 * HOUR_S, BREAK_S),
        ):
            away = begins + after_s + chance.uniform(-1800, 1800)
            self.at(away, lambda: self._ask(name, AgentState.PAUSED, "break"))
            back = away + long_s * chance.uniform(0.8, 1.3)
            self.at(back, lambda: self._ask(name, AgentState.READY, ""))
        self.at(ends, lambda: self._ask(name, AgentState.SIGNED_OUT, ""))

    def _ask(self, name: str, state: AgentState, reason: str) -> None:
        agent = self.board.agents[name]
        if agent.presence is not AgentState.SIGNED_OUT:
            self.act(self.board.request(name, state, reason, self.now))

    def _invite(self, calls: int) -> None:
        chance = self._chance
        share = log(1 + TALK_SPREAD**2)
        middle = log(TALK_S) - share / 2
        hours = chance.choices(range(len(SHAPE)), SHAPE, k=calls)
        for hour in hours:
            queue = chance.choices([name for name, _ in QUEUES], [one for _, one in QUEUES])[0]
            talk_s = exp(chance.gauss(middle, sqrt(share)))
            patience_s = chance.expovariate(1 / PATIENCE_S)
            priority = int(chance.random() < 0.1)
            self.at(
                OPEN_S + (hour + chance.random()) * HOUR_S,
                lambda q=queue, t=talk_s, p=patience_s, v=priority: self.join(q, t, p, v),  # type: ignore[misc]
            )


def quality(day: Day) -> list[Quality]:
    """Of every queue, and of all together."""
    rows = [_quality(day, name) for name, _ in QUEUES]
    made, held = sum(row.made for row in rows), sum(row.held for row in rows)
    waits = sorted(caller.waited_s for caller in day.callers.values())
    error = sum(row.error_s * row.made for row in rows) / max(made, 1)
    bias = sum(row.bias_s * row.made for row in rows) / max(made, 1)
    answered = sum(row.answered for row in rows)
    total = _row("all", waits, answered, made, held, error, bias)
    return [*rows, total]


def _quality(day: Day, queue: str) -> Quality:
    callers = [caller for caller in day.callers.values() if caller.queue == queue]
    forecast = day.board.queues[queue].forecast
    made = max(forecast.made, 1)
    return _row(
        queue,
        sorted(caller.waited_s for caller in callers),
        day.board.queues[queue].answered,
        forecast.made,
        forecast.held,
        forecast.error_s / made,
        forecast.bias_s / made,
    )


def _row(
    queue: str, waits: list[float], answered: int, made: int, held: int, error: float, bias: float
) -> Quality:
    return Quality(
        queue,
        len(waits),
        answered,
        round(waits[len(waits) // 2], 1),
        round(waits[len(waits) * 9 // 10], 1),
        made,
        held,
        round(held / max(made, 1), 3),
        round(error, 1),
        round(bias, 1),
    )


def run(calls: int, seed: int, *, as_json: bool) -> int:
    """One day; the exit status says whether the range held in 80 ± 5 % of the cases."""
    console = Console(stderr=True)
    day = Day(calls, seed)
    day.run()
    rows = quality(day)
    table = Table(title=f"a day of {calls:,} calls: estimated wait and real wait")
    for column in (
        "queue",
        "calls",
        "answered",
        "wait p50",
        "p90",
        "estimates",
        "held",
        "error",
        "bias",
    ):
        table.add_column(column, justify="left" if column == "queue" else "right")
    for row in rows:
        waits = (f"{row.waited_p50_s:.0f} s", f"{row.waited_p90_s:.0f} s")
        errors = (f"{row.error_s:.0f} s", f"{row.bias_s:+.0f} s")
        table.add_row(
            row.queue,
            f"{row.calls}",
            f"{row.answered}",
            *waits,
            f"{row.made}",
            f"{row.coverage:.1%}",
            *errors,
        )
    console.print(table)
    good = abs(rows[-1].coverage - 0.8) <= 0.05
    if as_json:
        print(json.dumps({"good": good, "queues": [asdict(row) for row in rows]}))  # noqa: T201
    return 0 if good else 1
