"""``callserver bench races``: several phones ring for one caller, and two are answered at the same
moment, over and over. One winner, who talks with the customer; nobody else rings or is connected.

A server with some tables: at each, three agents whose phones ring all at once, and a customer. Two
of the three answer, the second up to 4 ms after the first; a race in which the answers were more
than 5 ms apart (the machine was busy) is judged like all, and run again.
"""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from callserver.bench import running
from callserver.testing.phone import Phone, PhoneError, SoftCall
from callserver.testing.rig import CUSTOMER_HOST, Rig, eventually

TABLES = 4
AGENTS = 3
CLOSE_S = 0.005
APART_S = 0.004
SOON_S = 10.0
TONES_HZ = (700, 1000, 1300)
CUSTOMER_HZ = 440
PASSWORD = "race-to-answer"
FREE = {"ready"}


@dataclass
class Report:
    """``races`` whose two answers were within 5 ms; ``apart``: all others. ``crossed``: how often
    the loser was connected already and got a BYE, not a CANCEL. Milliseconds between the answers.
    ``failures`` say what was wrong."""

    races: int = 0
    apart: int = 0
    crossed: int = 0
    seconds: float = 0.0
    between_p50_ms: float = 0.0
    between_max_ms: float = 0.0
    failures: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing was wrong."""
        return not self.failures


@dataclass
class _Table:
    number: int
    agents: list[Phone]
    customer: Phone

    @property
    def queue(self) -> str:
        return f"table{self.number}"

    @property
    def line(self) -> str:
        return str(300 + self.number)


def _flow(tables: int) -> str:
    numbers = range(tables)
    cases = ", ".join(f"{{when: line.number == '{300 + n}', to: at{n}}}" for n in numbers)
    steps = "\n".join(f"  at{n}: {{queue: table{n}, next: bye}}" for n in numbers)
    which = f"  which: {{switch: [{cases}], otherwise: bye}}"
    return f"flow: support\nstart: which\nsteps:\n{which}\n{steps}\n  bye: {{hangup: done}}\n"


class Unfair(Exception):
    """A race did not end as it should."""


class Races:
    """Some tables, until so many races were run together."""

    def __init__(self, rig: Rig, rounds: int, seed: int) -> None:
        self._rig = rig
        self._left = rounds
        self._chance = Random(seed)  # noqa: S311 - repeatable, no secret
        self.report = Report()
        self.between: list[float] = []

    async def run(self, table: _Table) -> None:
        """Race after race at one table."""
        while self._left > 0:
            self._left -= 1
            try:
                between = await self._race(table)
            except (TimeoutError, PhoneError, Unfair) as error:
                self.report.failures.append(f"{table.queue}: {error}")
                self.report.races += 1
                continue
            self.between.append(between)
            if between <= CLOSE_S:
                self.report.races += 1
            else:
                self.report.apart += 1
                self._left += 1

    async def _race(self, table: _Table) -> float:
        """Seconds between the two answers."""
        customer = await table.customer.call(f"sip:{table.line}@{self._rig.sip}", number="+371")
        ringing = await asyncio.gather(*(phone.incoming(SOON_S) for phone in table.agents))
        await asyncio.gather(*(call.ring() for call in ringing))
        await customer.answered()
        racers = self._chance.sample(range(AGENTS), 2)
        delay_s = self._chance.uniform(0, APART_S)
        first, second = await asyncio.gather(
            self._answer(ringing[racers[0]], 0.0), self._answer(ringing[racers[1]], delay_s)
        )
        winner = await self._judge(ringing, racers, customer)
        await ringing[winner].tone(TONES_HZ[winner])
        await customer.tone(CUSTOMER_HZ)
        await asyncio.gather(
            customer.hears(TONES_HZ[winner], within=SOON_S),
            ringing[winner].hears(CUSTOMER_HZ, within=SOON_S),
        )
        await self._floor_says(table, winner)
        await customer.hang_up()
        await ringing[winner].ended(SOON_S)
        await self._all_free(table)
        return abs(second - first)

    @staticmethod
    async def _answer(call: SoftCall, delay_s: float) -> float:
        """When it was answered; a phone that was called off just before is no mistake."""
        if delay_s:
            await asyncio.sleep(delay_s)
        try:
            await call.pick_up()
        except PhoneError:
            if call.state != "ended":
                raise
        return time.monotonic()

    async def _judge(self, ringing: list[SoftCall], racers: list[int], customer: SoftCall) -> int:
        """Two phones are released, the third is connected."""
        calls = {asyncio.create_task(call.ended(SOON_S)): n for n, call in enumerate(ringing)}
        pending = set(calls)
        while len(pending) > 1:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                code = task.result()  # raises: two were left connected
                self.report.crossed += code == 200
        (last,) = pending
        last.cancel()
        winner = calls[last]
        if winner not in racers:
            raise Unfair("somebody who did not answer is connected")
        if customer.state != "answered":
            raise Unfair("the customer was lost")
        await ringing[winner].answered(SOON_S)
        return winner

    async def _floor_says(self, table: _Table, winner: int) -> None:
        names = [phone.name for phone in table.agents]
        expected = {name: "talking" if n == winner else "ready" for n, name in enumerate(names)}

        async def states() -> dict[str, str]:
            agents = (await self._rig.api.get("/api/v1/agents"))["items"]
            return {one["username"]: one["state"] for one in agents if one["username"] in names}

        await eventually(states, lambda now: now == expected, within=SOON_S)

    async def _all_free(self, table: _Table) -> None:
        names = {phone.name for phone in table.agents}

        async def states() -> set[str]:
            agents = (await self._rig.api.get("/api/v1/agents"))["items"]
            return {one["state"] for one in agents if one["username"] in names}

        await eventually(states, lambda now: now == FREE, within=SOON_S)
        for phone in table.agents:
            if any(call.state != "ended" for call in phone.calls):
                raise Unfair(f"the phone of {phone.name} was left ringing or connected")


async def race(folder: Path, rounds: int, *, tables: int = TABLES, seed: int = 1) -> Report:
    """So many races, with a server in this folder."""
    settings = {
        "lines": {str(300 + n): {"flow": "support"} for n in range(tables)},
        "queues": {f"table{n}": {"strategy": "ring_all"} for n in range(tables)},
        "agents": {"wrap_up_s": 0.0, "ring_timeout_s": 30.0},
    }
    rig = await Rig.start(folder, settings=settings, flow=_flow(tables), capacity=2 * tables)
    async with rig, AsyncExitStack() as stack:
        seats = [await _seat(rig, stack, number) for number in range(tables)]
        races = Races(rig, rounds, seed)
        began = time.monotonic()
        await asyncio.gather(*(races.run(table) for table in seats))
        report, between = races.report, sorted(races.between)
        report.seconds = round(time.monotonic() - began, 1)
        if between:
            report.between_p50_ms = round(between[len(between) // 2] * 1000, 2)
            report.between_max_ms = round(between[-1] * 1000, 2)
        if "Traceback" in rig.stderr_file.read_text():
            report.failures.append("the server complained:\n" + rig.said())
        return report


async def _seat(rig: Rig, stack: AsyncExitStack, number: int) -> _Table:
    agents = []
    for n in range(AGENTS):
        name = f"agent{number}-{n}"
        await rig.add_agent(name, PASSWORD, queues=(f"table{number}",))
        phone = await stack.enter_async_context(await Phone.start(name))
        await phone.register(rig.sip, name, PASSWORD)
        await rig.agent_is_ready(name)
        agents.append(phone)
    customer = await Phone.start(f"customer{number}", host=CUSTOMER_HOST)
    return _Table(number, agents, await stack.enter_async_context(customer))


def run(rounds: int, seed: int, *, as_json: bool) -> int:
    """All races; the exit status says whether each had one winner and left nothing behind."""
    return running.run(
        lambda folder, _: race(folder / "server", rounds, seed=seed), as_json=as_json
    )
