"""Callers who ask for the same, and the agents who are ready for any of them.

Callers of one queue who demand the same make up one kind. There are few kinds, whatever the number
of callers: an agent who becomes free looks at the head of each, and no further. And while somebody
of a kind waits, nobody is ready for that kind: so only the first one looks for an agent among the
ready.
"""

from collections.abc import Iterator

from callserver.acd.agent import Agent
from callserver.acd.entry import Entry, Place
from callserver.acd.ordered import Ordered
from callserver.acd.plan import Demand
from callserver.acd.strategy import Rank, Ready, Strategy

# Answers remembered for each agent; there are as many as kinds of callers.
ANSWERS = 1000


class Kind:
    """``alone`` are those for whom nobody is rung, ``ringing`` those for whom more may be;
    ``members`` are all its callers."""

    def __init__(self, demand: Demand) -> None:
        self.demand = demand
        self.alone: Ordered[Place, Entry] = Ordered()
        self.ringing: Ordered[Place, Entry] = Ordered()
        self.members: dict[str, Entry] = {}

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


class Kinds:
    """All kinds with callers, and the ready agents of each queue."""

    def __init__(self, strategies: dict[str, Strategy]) -> None:
        self.strategies = strategies
        self.ready: dict[str, Ready] = {queue: Ordered() for queue in strategies}
        self._ranks: dict[str, dict[str, Rank]] = {}
        self._answers: dict[str, dict[Demand, bool]] = {}
        self._kinds: dict[str, dict[Demand, Kind]] = {queue: {} for queue in strategies}
        self._own: dict[str, dict[str, Kind]] = {}  # by agent and queue
        self._kind_of: dict[str, Kind] = {}

    # Agents

    def forget(self, agent: Agent) -> None:
        """The agent is gone, or can do other things than before."""
        self._answers.pop(agent.username, None)
        self._lift(agent)

    def look(self, agent: Agent) -> bool:
        """Note whether the agent is free now, and how good."""
        self._lift(agent)
        if not agent.free:
            return False
        ranks = self._ranks[agent.username] = {}
        for queue, penalty in agent.profile.queues.items():
            rank = (penalty, agent.load, *self.strategies[queue].rank(agent))
            ranks[queue] = rank
            self.ready[queue].add(rank, agent)
        return True

    def _lift(self, agent: Agent) -> None:
        for queue, rank in self._ranks.pop(agent.username, {}).items():
            self.ready[queue].discard(rank)

    def suits(self, agent: Agent, demand: Demand) -> bool:
        """Whether the agent will do."""
        answers = self._answers.get(agent.username)
        if answers is None or len(answers) > ANSWERS:
            answers = self._answers[agent.username] = {}
        answer = answers.get(demand)
        if answer is None:
            answer = answers[demand] = demand.met_by(agent)
        return answer

    def kinds(self, queue: str) -> Iterator[Kind]:
        """Those of a queue, apart from those who wait for one agent alone."""
        yield from self._kinds[queue].values()

    def for_agent(self, agent: Agent) -> Iterator[Kind]:
        """Those with callers whom the agent may take."""
        for queue in agent.profile.queues:
            for demand, kind in self._kinds[queue].items():
                if self.suits(agent, demand):
                    yield kind
        for queue, kind in self._own.get(agent.username, {}).items():
            if queue in agent.profile.queues:
                yield kind

    def agent_for(self, entry: Entry) -> Agent | None:
        """The ready agent whom the strategy of the queue chooses for a caller."""
        demand = self._kind_of[entry.call].demand
        ready = self.ready[entry.queue]
        if not len(ready):
            return None
        strategy = self.strategies[entry.queue]
        return strategy.choose(ready, lambda agent: self.suits(agent, demand))

    # Callers

    def waits(self, entry: Entry) -> bool:
        return entry.call in self._kind_of

    def of(self, entry: Entry) -> Kind:
        return self._kind_of[entry.call]

    def put(self, entry: Entry, demand: Demand) -> Kind:
        """The caller demands this now."""
        before = self._kind_of.get(entry.call)
        if before is not None and before.demand == demand:
            return before
        if before is not None:
            self.take(entry)
        kind = self._kind_of[entry.call] = self._get(demand)
        kind.members[entry.call] = entry
        kind.place(entry)
        return kind

    def take(self, entry: Entry) -> None:
        """The caller waits no more, or was sent on at the door."""
        kind = self._kind_of.pop(entry.call, None)
        if kind is None:
            return
        kind.lift(entry)
        del kind.members[entry.call]
        if not kind.members:
            demand = kind.demand
            if not demand.only:
                del self._kinds[demand.queue][demand]
                return
            own = self._own[demand.only]
            del own[demand.queue]
            if not own:
                del self._own[demand.only]

    def waiting_for(self, agent: Agent) -> list[Entry]:
        """Those who wait for this agent alone."""
        kinds = self._own.get(agent.username, {}).values()
        return [entry for kind in kinds for entry in kind.members.values()]

    def _get(self, demand: Demand) -> Kind:
        if demand.only:
            own = self._own.setdefault(demand.only, {})
            return own.setdefault(demand.queue, Kind(demand))
        kinds = self._kinds[demand.queue]
        kind = kinds.get(demand)
        if kind is None:
            kind = kinds[demand] = Kind(demand)
        return kind
