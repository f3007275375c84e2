"""Agents who became free and callers who began to wait: the pairs to be made now.

Whoever was ready before, and whoever waited before, are not for each other, or they would have been
brought together: so a pair has an agent who just became free, or a caller who just began to wait or
to ask for less. The most urgent caller among theirs gets an agent first, then the next one; when
all who can have an agent have one, further phones join those that ring already.
"""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import count, islice
from math import inf
from typing import TypeVar

from callserver.acd.agent import Agent
from callserver.acd.assignment import assign
from callserver.acd.entry import Entry, Place, urgency
from callserver.acd.kinds import Kinds
from callserver.acd.queue import Queue

# Callers, and agents, that are matched at a time: it takes about half a millisecond.
BATCH = 32

# The costs of a pair, in seconds that the caller might as well wait.
PENALTY_S = 60.0
SPARE_LEVEL_S = 2.0
OTHER_QUEUE_S = 5.0
IMPOSSIBLE_S = 1e9

Pair = tuple[Entry, Agent]
Turn = tuple[int, Place]
"""0: nobody is rung for the caller, 1: more may be; then the urgency."""
T = TypeVar("T")

_NEVER: Turn = (2, (inf, inf, inf))


class Matching:
    """``free`` and ``open`` note who changed; ``pairs`` gives the pairs to be made, each of which
    has been made before the next one is asked for."""

    def __init__(self, kinds: Kinds, queues: dict[str, Queue]) -> None:
        self._kinds = kinds
        self._queues = queues
        self._agents: dict[str, Agent] = {}
        self._callers: dict[str, Entry] = {}
        self._now = 0.0

    def free(self, agent: Agent) -> None:
        """Became free."""
        self._agents[agent.username] = agent

    def open(self, entry: Entry) -> None:
        """Began to wait, or asks for less than before."""
        self._callers[entry.call] = entry

    def pairs(self, now: float) -> Iterator[list[Pair]]:
        """Pairs to be made together."""
        self._now = now
        numbers = count()
        heap: list[tuple[Turn, int, Entry | Agent]] = []
        while True:
            changed: list[Entry | Agent] = [*self._callers.values(), *self._agents.values()]
            for one in changed:
                turn = self._turn(one)
                if turn is not _NEVER:
                    heappush(heap, (turn, next(numbers), one))
            self._callers.clear()
            self._agents.clear()
            if not heap:
                return
            turn, _, one = heappop(heap)
            there = self._turn(one)
            if there != turn:
                if there is not _NEVER:
                    heappush(heap, (there, next(numbers), one))
                continue
            entry = one if isinstance(one, Entry) else self._head(one)
            made = self._serve(entry) if entry is not None else []
            if made:
                yield made
                heappush(heap, (turn, next(numbers), one))

    def _turn(self, one: Entry | Agent) -> Turn:
        entry = one if isinstance(one, Entry) else self._head(one)
        if entry is None or not self._waits(entry):
            return _NEVER
        return (1 if entry.rung else 0, self._urgency(entry))

    def _waits(self, entry: Entry) -> bool:
        return self._kinds.waits(entry) and len(entry.rung) < entry.wanted

    def _head(self, agent: Agent) -> Entry | None:
        """The most urgent caller an agent may take; None when the agent is not free."""
        if not agent.free:
            return None
        alone: list[Entry] = []
        ringing: list[Entry] = []
        for kind in self._kinds.for_agent(agent):
            if (head := kind.alone.first()) is not None:
                alone.append(head)
            elif (head := kind.ringing.first()) is not None:
                ringing.append(head)
        return min(alone or ringing, key=self._urgency, default=None)

    def _urgency(self, entry: Entry) -> Place:
        return urgency(entry.place, self._queues[entry.queue].config.weight, self._now)

    def _serve(self, entry: Entry) -> list[Pair]:
        if self._queues[entry.queue].config.strategy == "best_match":
            return self._best(entry)
        agent = self._kinds.agent_for(entry)
        return [] if agent is None else [(entry, agent)]

    # Best match

    def _best(self, first: Entry) -> list[Pair]:
        """The cheapest pairs of the queue of its most urgent caller; while anybody of them has
        waited for too long, the cheapest agent for the first one alone."""
        queue = self._queues[first.queue]
        agents = _some(self._kinds.ready[queue.name])
        wider = (
            entry
            for kind in self._kinds.kinds(queue.name)
            if any(self._kinds.suits(agent, kind.demand) for agent in agents)
            for entry in _some(kind.alone)
            if entry is not first
        )
        callers = [first, *sorted(wider, key=lambda entry: entry.place)[: BATCH - 1]]
        bound_s = queue.config.match_bound_s
        if any(self._now - caller.place[1] >= bound_s for caller in callers):
            callers = [first]
        made = [pair for pair in self._cheapest(callers, agents) if self._in_turn(*pair)]
        if not made and (agent := self._kinds.agent_for(first)) is not None:
            made = [(first, agent)]
        return made

    def _in_turn(self, caller: Entry, agent: Agent) -> bool:
        """Whether nobody in another queue of the agent comes before the caller."""
        heads = [
            head
            for kind in self._kinds.for_agent(agent)
            if kind.demand.queue != caller.queue and (head := kind.alone.first()) is not None
        ]
        mine = self._urgency(caller)
        return all(mine <= self._urgency(head) for head in heads)

    def _cheapest(self, callers: list[Entry], agents: list[Agent]) -> list[Pair]:
        if not agents:
            return []
        costs = [[self._cost(caller, agent) for agent in agents] for caller in callers]
        if len(callers) <= len(agents):
            pairs = list(enumerate(assign(costs)))
        else:
            turned = [list(column) for column in zip(*costs, strict=True)]
            pairs = [(row, column) for column, row in enumerate(assign(turned))]
        made = [
            (callers[row], agents[column])
            for row, column in pairs
            if costs[row][column] < IMPOSSIBLE_S
        ]
        return sorted(made, key=lambda pair: pair[0].place)

    def _cost(self, caller: Entry, agent: Agent) -> float:
        """Who has waited longer costs less; so does an agent whom others need less."""
        if not self._kinds.suits(agent, self._kinds.of(caller).demand):
            return IMPOSSIBLE_S
        profile, asked = agent.profile, caller.ticket.skills
        spare = sum(max(level - asked.get(skill, 0), 0) for skill, level in profile.skills.items())
        return (
            caller.place[1]
            - self._now
            + PENALTY_S * profile.queues[caller.queue]
            + SPARE_LEVEL_S * spare
            + OTHER_QUEUE_S * (len(profile.queues) - 1)
        )


def _some(members: Iterable[T]) -> list[T]:
    """The first few."""
    return list(islice(members, BATCH))
