"""Ready agents and waiting callers who have just become each other's: the pairs to be made now.

Only kinds in which something changed are looked at; in all others either nobody waits or nobody is
ready, and so it stays. The most urgent caller of all these kinds gets an agent first, then the next
one, until no caller without a ringing phone is left; then further phones join those that ring.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from callserver.acd.agent import Agent
from callserver.acd.assignment import assign
from callserver.acd.entry import Entry, Place, urgency
from callserver.acd.kinds import Kind, Kinds
from callserver.acd.queue import Queue

# Callers, and agents, that are matched at a time: it takes about half a millisecond.
BATCH = 32

# The costs of a pair, in seconds that the caller might as well wait.
PENALTY_S = 60.0
SPARE_LEVEL_S = 2.0
OTHER_QUEUE_S = 5.0
IMPOSSIBLE_S = 1e9

Pair = tuple[Entry, Agent]
T = TypeVar("T")


class Matching:
    """``changed`` notes a kind; ``pairs`` gives those to be made, each of which has been made
    before the next one is asked for."""

    def __init__(self, kinds: Kinds, queues: dict[str, Queue]) -> None:
        self._kinds = kinds
        self._queues = queues
        self._changed: dict[Kind, None] = {}

    def changed(self, kinds: Iterable[Kind]) -> None:
        """A caller or an agent of these came."""
        self._changed.update(dict.fromkeys(kinds))

    def pairs(self, now: float) -> Iterator[list[Pair]]:
        """Pairs to be made together."""
        while self._changed:
            kind = self._first(now)
            if kind is None:
                return
            yield self._batch(kind, now) if self._best_match(kind) else self._one(kind)

    def _best_match(self, kind: Kind) -> bool:
        return self._queues[kind.demand.queue].config.strategy == "best_match"

    def _first(self, now: float) -> Kind | None:
        """The kind with the most urgent caller who can have an agent."""
        alone: tuple[Place, Kind] | None = None
        ringing: tuple[Place, Kind] | None = None
        for kind in tuple(self._changed):
            if not len(kind.ready):
                del self._changed[kind]
            elif (head := kind.alone.first()) is not None:
                place = self._urgency(head, now)
                if alone is None or place < alone[0]:
                    alone = (place, kind)
            elif (head := kind.ringing.first()) is not None:
                place = self._urgency(head, now)
                if ringing is None or place < ringing[0]:
                    ringing = (place, kind)
            else:
                del self._changed[kind]
        found = alone or ringing
        return found[1] if found else None

    def _urgency(self, entry: Entry, now: float) -> Place:
        return urgency(entry.place, self._queues[entry.queue].config.weight, now)

    def _one(self, kind: Kind) -> list[Pair]:
        entry = kind.alone.first() or kind.ringing.first()
        agent = kind.strategy.choose(kind.ready)
        return [(entry, agent)] if entry is not None and agent is not None else []

    # Best match

    def _batch(self, first: Kind, now: float) -> list[Pair]:
        """The cheapest pairs of one queue, as far as its callers come before those of others; when
        somebody has waited for too long, the cheapest agent for them alone."""
        queue = self._queues[first.demand.queue]
        kinds = [kind for kind in self._changed if kind.demand.queue == queue.name]
        others = [
            self._urgency(head, now)
            for kind in self._changed
            if kind.demand.queue != queue.name and (head := kind.alone.first()) is not None
        ]
        limit = min(others, default=None)
        callers = sorted(
            (entry for kind in kinds for entry in _some(kind.alone)), key=lambda one: one.place
        )[:BATCH]
        head = callers[0]
        if now - head.place[1] >= queue.config.match_bound_s:
            callers = [head]
        elif limit is not None:
            callers = [one for one in callers if self._urgency(one, now) < limit] or [head]
        agents = list(dict.fromkeys(agent for kind in kinds for agent in _some(kind.ready)))
        return self._cheapest(callers, agents[:BATCH], now) or self._one(first)

    def _cheapest(self, callers: list[Entry], agents: list[Agent], now: float) -> list[Pair]:
        costs = [[self._cost(caller, agent, now) for agent in agents] for caller in callers]
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

    def _cost(self, caller: Entry, agent: Agent, now: float) -> float:
        """Who has waited longer costs less; so does an agent whom others need less."""
        if not self._kinds.of(caller).has(agent):
            return IMPOSSIBLE_S
        profile = agent.profile
        asked = caller.ticket.skills
        spare = sum(max(level - asked.get(skill, 0), 0) for skill, level in profile.skills.items())
        return (
            caller.place[1]
            - now
            + PENALTY_S * profile.queues[caller.queue]
            + SPARE_LEVEL_S * spare
            + OTHER_QUEUE_S * (len(profile.queues) - 1)
        )


def _some(members: Iterable[T]) -> list[T]:
    """The first few."""
    return list(islice(members, BATCH))
