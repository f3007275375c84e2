"""Callers who ask for the same, and the ready agents who will do for them.

Callers of one queue who demand the same make up one kind. There are few kinds, whatever the number
of callers: so that a ready agent looks at the head of each of their kinds, and a caller at the best
ready agent of the kind, and neither looks any further.
"""

from collections.abc import Iterable, Iterator

from callserver.acd.agent import Agent
from callserver.acd.entry import Entry, Place
from callserver.acd.ordered import Ordered
from callserver.acd.plan import Demand
from callserver.acd.strategy import Rank, Strategy

# Kinds without callers that are kept, because it costs a look at every agent to make one.
SPARE = 16


class Kind:
    """``alone`` are those for whom nobody is rung, ``ringing`` those for whom more may be;
    ``members`` counts all its callers. ``ready`` is sorted by ``(penalty, load, *rank)``."""

    def __init__(self, demand: Demand, strategy: Strategy) -> None:
        self.demand = demand
        self.strategy = strategy
        self.alone: Ordered[Place, Entry] = Ordered()
        self.ringing: Ordered[Place, Entry] = Ordered()
        self.ready: Ordered[Rank, Agent] = Ordered()
        self.members = 0
        self._ranks: dict[str, Rank] = {}

    def place(self, entry: Entry) -> None:
        """Put a caller where they belong, by who is being rung for them."""
        self.lift(entry)
        if not entry.rung:
            self.alone.add(entry.place, entry)
        elif len(entry.rung) < entry.wanted:
            self.ringing.add(entry.place, entry)

    def lift(self, entry: Entry) -> None:
        self.alone.discard(entry.place)
        self.ringing.discard(entry.place)

    def has(self, agent: Agent) -> bool:
        """Whether the agent is free for these callers."""
        return agent.username in self._ranks

    def add(self, agent: Agent) -> None:
        """An agent who is free for these callers."""
        self.discard(agent)
        penalty = agent.profile.queues[self.demand.queue]
        rank = (penalty, agent.load, *self.strategy.rank(agent))
        self._ranks[agent.username] = rank
        self.ready.add(rank, agent)

    def discard(self, agent: Agent) -> None:
        rank = self._ranks.pop(agent.username, None)
        if rank is not None:
            self.ready.discard(rank)


class Kinds:
    """All kinds there are, and which of them each agent will do for."""

    def __init__(self, strategies: dict[str, Strategy], agents: dict[str, Agent]) -> None:
        self._strategies = strategies
        self._agents = agents
        self._kinds: dict[Demand, Kind] = {}
        self._spare: dict[Demand, None] = {}
        self._of: dict[str, dict[Demand, Kind]] = {}
        self._kind_of: dict[str, Kind] = {}
        self._staff: dict[str, set[str]] = {queue: set() for queue in strategies}
        for queue in strategies:
            self._get(Demand(queue))

    # Agents

    def staff(self, queue: str) -> set[str]:
        """The agents of a queue."""
        return self._staff[queue]

    def hire(self, agent: Agent) -> None:
        """The agent is new, or can do other things than before."""
        self.dismiss(agent)
        for queue in agent.profile.queues:
            self._staff[queue].add(agent.username)
        mine = {demand: kind for demand, kind in self._kinds.items() if demand.met_by(agent)}
        self._of[agent.username] = mine
        self.look(agent)

    def dismiss(self, agent: Agent) -> None:
        """The agent is gone."""
        for kind in self._of.pop(agent.username, {}).values():
            kind.discard(agent)
        for staff in self._staff.values():
            staff.discard(agent.username)

    def look(self, agent: Agent) -> Iterable[Kind]:
        """Whether the agent is free, and how good, may have changed; the kinds a free one will
        do for."""
        kinds = self._of[agent.username].values()
        if not agent.free:
            for kind in kinds:
                kind.discard(agent)
            return ()
        for kind in kinds:
            kind.add(agent)
        return kinds

    # Callers

    def of(self, entry: Entry) -> Kind:
        return self._kind_of[entry.call]

    def put(self, entry: Entry, demand: Demand) -> Kind:
        """The caller demands this now."""
        before = self._kind_of.get(entry.call)
        if before is not None and before.demand == demand:
            return before
        kind = self._get(demand)
        if before is not None:
            self.take(entry)
        self._kind_of[entry.call] = kind
        kind.members += 1
        self._spare.pop(demand, None)
        kind.place(entry)
        return kind

    def take(self, entry: Entry) -> None:
        """The caller waits no more."""
        kind = self._kind_of.pop(entry.call)
        kind.lift(entry)
        kind.members -= 1
        if not kind.members:
            self._spare[kind.demand] = None
            while len(self._spare) > SPARE:
                self._forget(next(iter(self._spare)))

    def waiting_for(self, agent: Agent) -> Iterator[Entry]:
        """Those who wait for this agent alone."""
        for demand, kind in self._of.get(agent.username, {}).items():
            if demand.only and kind.members:
                yield from [*kind.alone, *kind.ringing]

    def _get(self, demand: Demand) -> Kind:
        kind = self._kinds.get(demand)
        if kind is None:
            kind = self._kinds[demand] = Kind(demand, self._strategies[demand.queue])
            staff = [demand.only] if demand.only else self._staff[demand.queue]
            for agent in (self._agents[name] for name in staff):
                if demand.met_by(agent):
                    self._of[agent.username][demand] = kind
                    if agent.free:
                        kind.add(agent)
        return kind

    def _forget(self, demand: Demand) -> None:
        del self._spare[demand]
        del self._kinds[demand]
        staff = [demand.only] if demand.only else self._staff[demand.queue]
        for name in staff:
            self._of.get(name, {}).pop(demand, None)
