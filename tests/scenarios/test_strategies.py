"""Every strategy on real SIP: who is rung for whom, in a table, in one running server.

Each strategy has a queue and a line of its own; the agents and their phones are the same for all.
A line of a table is what happens, and the phones that ring after it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from callserver.acd.strategy import STRATEGIES
from callserver.testing.phone import Phone, PhoneError, SoftCall
from callserver.testing.rig import CUSTOMER_HOST, Rig, eventually
from tests.scenarios.house import PASSWORD

AGENTS = ("anna", "bela", "cora")
# Strategy → its queue's own options.
QUEUES: dict[str, dict[str, Any]] = {
    "longest_idle": {},
    "round_robin": {},
    "fewest_calls": {},
    "least_talk": {},
    "random": {},
    "linear": {},
    "tiers": {"tier_after_s": 0.4},
    "best_match": {},
    "ring_all": {"ring_at_most": 3},
    "progressive": {"ring_at_most": 3, "ring_more_after_s": 0.4},
    "skills": {"strategy": "longest_idle", "widen": [{"after_s": 0.4, "levels": 5}]},
    "preferred": {"strategy": "longest_idle", "prefer_s": 0.6},
}
LINES = {name: str(number) for number, name in enumerate(QUEUES, start=200)}
SKILLS = {"skills": {"french": 8}, "best_match": {"french": 3}}
FLOW = """
flow: support
start: which
steps:
  which:
    switch: [{cases}]
    otherwise: bye
{steps}
  bye: {{hangup: done}}
"""


def flow() -> str:
    cases = ", ".join(
        f"{{when: line.number == '{line}', to: {name}}}" for name, line in LINES.items()
    )
    steps = []
    for name in QUEUES:
        skills = f", skills: {SKILLS[name]}" if name in SKILLS else ""
        prefer = ", prefer: [caller.last_agent]" if name == "preferred" else ""
        steps.append(f"  {name}: {{queue: {name}{skills}{prefer}, next: bye}}")
    return FLOW.format(cases=cases, steps="\n".join(steps))


class Floor:
    """The server, the agents' phones, and customers as they are wanted."""

    def __init__(self, rig: Rig, stack: AsyncExitStack, folder: Path) -> None:
        self.rig = rig
        self._stack = stack
        self._folder = folder
        self.phones: dict[str, Phone] = {}
        self._customers: Phone | None = None
        self.calls: list[SoftCall] = []

    async def staff(self) -> None:
        for name in AGENTS:
            await self.rig.add_agent(name, PASSWORD, queues=tuple(QUEUES))
        started = await asyncio.gather(*(Phone.start(name) for name in AGENTS))
        for phone in started:
            self.phones[phone.name] = await self._stack.enter_async_context(phone)
        customers = await Phone.start("customers", host=CUSTOMER_HOST)
        self._customers = await self._stack.enter_async_context(customers)
        for name in AGENTS:  # one after the other: so anna has been idle for the longest time
            assert await self.phones[name].register(self.rig.sip, name, PASSWORD) == 200

    async def give(self, **agents: dict[str, Any]) -> None:
        """What the agents are given: penalty and skills."""
        for name in AGENTS:
            given = agents.get(name, {})
            queues = dict.fromkeys(QUEUES, given.get("penalty", 0))
            body = {"queues": queues, "skills": given.get("skills", {})}
            await self.rig.api.put(f"/api/v1/agents/{name}/skills", body)

    async def dial(self, strategy: str, number: str = "+37120000001") -> SoftCall:
        assert self._customers is not None
        to = f"sip:{LINES[strategy]}@{self.rig.sip}"
        call = await self._customers.call(to, number=number)
        self.calls.append(call)
        return call

    async def is_rung(self, *names: str, besides: str = "") -> dict[str, SoftCall]:
        """These phones ring now, and no others, ``besides`` one that rings already."""
        ringing = {name: await self.rings(name) for name in names}
        for call in ringing.values():
            await call.ring()
        for name in set(AGENTS) - {*names, besides}:
            assert all(call.state in ("ended", "answered") for call in self.phones[name].calls)
        return ringing

    async def rings(self, name: str) -> SoftCall:
        """The call for which this phone rings; those it was rung for before are over."""
        while (call := await self.phones[name].incoming()).state == "ended":
            pass
        return call

    async def first_rung(self, *names: str) -> str:
        """Whichever phone of these rings first."""
        tasks = [asyncio.create_task(self.rings(name), name=name) for name in names]
        done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=5)
        for task in rest:
            task.cancel()
        assert len(done) == 1
        return done.pop().get_name()

    async def all_are_ready(self) -> None:
        """The calls are over, and nobody is in wrap-up or paused for what they missed."""
        for call in self.calls:
            with suppress(PhoneError):  # the server may be quicker
                await call.hang_up()
        self.calls.clear()

        async def states() -> list[str]:
            agents = (await self.rig.api.get("/api/v1/agents"))["items"]
            for agent in agents:
                if agent["state"] == "paused":
                    await self.rig.agent_is_ready(agent["username"])
            return [agent["state"] for agent in agents]

        await eventually(states, lambda all_: set(all_) == {"ready"}, within=20)

        async def live() -> int:
            return len((await self.rig.api.get("/api/v1/calls/live"))["items"])

        await eventually(live, lambda count: count == 0, within=20)

        async def on_its_way() -> float:
            text = await self.rig.api.text("/metrics")
            (line,) = [a for a in text.splitlines() if a.startswith("callserver_journal_backlog ")]
            return float(line.split()[-1])

        # Who spoke with whom, and how often, is asked of the database.
        await eventually(on_its_way, lambda facts: facts == 0, within=20)

    async def rest(self, *order: str) -> None:
        """These agents have been idle since one after the other: the first for the longest."""
        for name in order:
            path = f"/api/v1/agents/{name}/state"
            await self.rig.api.put(path, {"state": "paused", "reason": "break"})
        for name in order:
            path = f"/api/v1/agents/{name}/state"
            await self.rig.api.put(path, {"state": "ready", "reason": ""})

    async def served(self, strategy: str, name: str) -> None:
        """A customer dials, this agent's phone alone rings, they talk and the agent hangs up."""
        await self.dial(strategy)
        await self.talks(name)
        await self.all_are_ready()

    async def talks(self, name: str, for_s: float = 0.0) -> None:
        """This phone alone rings, is answered, and hangs up after a while."""
        ringing = await self.is_rung(name)
        await ringing[name].answer()

        async def state() -> str:
            view = await self.rig.api.get(f"/api/v1/agents/{name}")
            return str(view["state"])

        await eventually(state, lambda now: now == "talking")
        await asyncio.sleep(for_s)
        await ringing[name].hang_up()


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Floor]:
    queues = {name: {"strategy": name, **options} for name, options in QUEUES.items()}
    settings = {
        "lines": {line: {"flow": "support"} for line in LINES.values()},
        "queues": queues,
        "agents": {"wrap_up_s": 0.1, "ring_timeout_s": 8.0, "missed_pause_s": 60.0},
    }
    async with (
        await Rig.start(folder / "server", settings=settings, flow=flow(), capacity=8) as rig,
        AsyncExitStack() as stack,
    ):
        floor = Floor(rig, stack, folder)
        await floor.staff()
        yield floor
        assert "Traceback" not in rig.stderr_file.read_text()


async def longest_idle(floor: Floor) -> None:
    await floor.rest("cora", "anna", "bela")
    for name in ("cora", "anna", "bela", "cora"):
        await floor.served("longest_idle", name)


async def round_robin(floor: Floor) -> None:
    await floor.rest("cora", "bela", "anna")
    for name in ("anna", "bela", "cora", "anna"):
        await floor.served("round_robin", name)


async def fewest_calls(floor: Floor) -> None:
    """Whoever has taken fewer so far; among equals the longest idle."""
    taken = await calls_of(floor)
    for _ in range(4):
        fewest = min(taken.values())
        await floor.rest(*AGENTS)
        name = next(one for one in AGENTS if taken[one] == fewest)
        await floor.served("fewest_calls", name)
        taken[name] += 1


async def least_talk(floor: Floor) -> None:
    """One who has talked for the longest is asked last."""
    await floor.rest(*AGENTS)
    await floor.dial("linear")
    await floor.talks("anna", for_s=0.5)  # the length of a conversation is what is compared
    await floor.all_are_ready()
    await floor.dial("least_talk")
    assert await floor.first_rung(*AGENTS) != "anna"


async def random(floor: Floor) -> None:
    """Anybody; in a dozen calls it is not always the same one."""
    rung = set()
    for _ in range(12):
        await floor.dial("random")
        rung.add(await floor.first_rung(*AGENTS))
        await floor.all_are_ready()
        if len(rung) > 1:
            return
    raise AssertionError(f"always {rung}")


async def linear(floor: Floor) -> None:
    await floor.rest("cora", "bela", "anna")
    for name in ("anna", "anna"):
        await floor.served("linear", name)
    first, _ = await floor.dial("linear"), await floor.is_rung("anna")
    await floor.dial("linear", "+37120000002")
    await floor.is_rung("bela", besides="anna")
    await first.hang_up()


async def tiers(floor: Floor) -> None:
    """Penalty 0 at once, 1 after 0.4 s, 2 after 0.8 s; also when those before do not answer."""
    await floor.give(anna={"penalty": 2}, bela={"penalty": 1}, cora={"penalty": 0})
    await floor.dial("tiers")
    ringing = await floor.is_rung("cora")
    await ringing["cora"].reject(486)
    ringing = await floor.is_rung("bela")
    await ringing["bela"].reject(486)
    await floor.is_rung("anna")


async def best_match(floor: Floor) -> None:
    """Whoever has the skill and the least to spare."""
    await floor.give(
        anna={"skills": {"french": 10}}, bela={"skills": {}}, cora={"skills": {"french": 4}}
    )
    await floor.dial("best_match")
    await floor.is_rung("cora")
    await floor.dial("best_match", "+37120000002")
    await floor.is_rung("anna", besides="cora")


async def ring_all(floor: Floor) -> None:
    """All ring; one answers, the others are cancelled; who declines leaves the others ringing."""
    await floor.dial("ring_all")
    ringing = await floor.is_rung(*AGENTS)
    await ringing["anna"].reject(603)
    await ringing["cora"].answer()
    assert await ringing["bela"].ended() == 487
    await ringing["cora"].tone(1000)
    await floor.calls[-1].answered()
    await floor.calls[-1].hears(1000)
    await ringing["cora"].hang_up()


async def progressive(floor: Floor) -> None:
    """One more every 0.4 s, the longest idle first; all ring on."""
    await floor.rest("bela", "cora", "anna")
    await floor.dial("progressive")
    ringing = {}
    for name in ("bela", "cora", "anna"):
        ringing[name] = await floor.rings(name)
        await ringing[name].ring()
    assert {call.state for call in ringing.values()} == {"ringing"}
    await ringing["anna"].answer()
    assert [await ringing[name].ended() for name in ("bela", "cora")] == [487, 487]


async def skills(floor: Floor) -> None:
    """French 8 is asked for; after 0.4 s three will do."""
    await floor.give(bela={"skills": {"french": 3}})
    await floor.dial("skills")
    (queue,) = [await floor.rig.api.get("/api/v1/queues/skills")]
    assert [caller["why"] for caller in queue["waiting"]] in (["nobody_fits"], [])
    await floor.is_rung("bela")


async def preferred(floor: Floor) -> None:
    """Who spoke with the caller last is asked first, and alone for 0.6 s."""
    await floor.rest("bela", "anna", "cora")
    number = "+37120000077"
    await floor.dial("linear", number)
    await floor.talks("anna")
    await floor.all_are_ready()
    await floor.dial("preferred", number)
    ringing = await floor.is_rung("anna")
    await ringing["anna"].answer()
    await floor.dial("preferred", number)
    await floor.first_rung("bela", "cora")


async def calls_of(floor: Floor) -> dict[str, int]:
    """Conversations of each agent so far."""
    calls = (await floor.rig.api.get("/api/v1/calls", limit=200))["items"]
    taken = dict.fromkeys(AGENTS, 0)
    for call in calls:
        if call["agent"] is not None:
            taken[call["agent"]] += 1
    return taken


TABLE = (
    longest_idle,
    round_robin,
    fewest_calls,
    least_talk,
    random,
    linear,
    tiers,
    best_match,
    ring_all,
    progressive,
    skills,
    preferred,
)


@pytest.mark.parametrize("half", [0, 1])
async def test_every_strategy_rings_whom_its_table_says(tmp_path: Path, half: int) -> None:
    async with opened(tmp_path) as floor:
        for story in TABLE[half::2]:
            try:
                await story(floor)
            except Exception as error:
                error.add_note(f"in the story {story.__name__}")
                raise
            await floor.all_are_ready()
            await floor.give()


def test_every_strategy_there_is_has_its_table() -> None:
    assert set(STRATEGIES) <= {story.__name__ for story in TABLE} == set(QUEUES)
