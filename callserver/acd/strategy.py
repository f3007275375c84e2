"""Which of the ready agents gets the call."""

from collections.abc import Callable
from typing import Protocol

from callserver.acd.agent import Agent
from callserver.acd.ordered import Ordered

Rank = tuple[float | str, ...]


class Strategy(Protocol):
    """An order among the ready agents of one queue. Another strategy is one more class here, a
    word in ``config.Queue.strategy`` and a line in :data:`STRATEGIES`."""

    def rank(self, agent: Agent) -> Rank:
        """The agent with the smallest rank is rung first. Asked once, when the agent becomes ready,
        so it may be anything that holds until then; ends with the username, so that no two
        agents share one."""
        ...


class LongestIdle:
    """Who has had no conversation for the longest time."""

    def rank(self, agent: Agent) -> Rank:
        return (agent.idle_since, agent.username)


STRATEGIES: dict[str, Callable[[], Strategy]] = {"longest_idle": LongestIdle}


class ReadyAgents:
    """The agents of one queue who could take a call now, best first."""

    def __init__(self, strategy: Strategy) -> None:
        self._strategy = strategy
        self._ranks: dict[str, Rank] = {}
        self._agents: Ordered[Rank, Agent] = Ordered()

    def __len__(self) -> int:
        return len(self._agents)

    def add(self, agent: Agent) -> None:
        """An agent who is not in yet."""
        rank = self._ranks[agent.username] = self._strategy.rank(agent)
        self._agents.add(rank, agent)

    def discard(self, agent: Agent) -> None:
        rank = self._ranks.pop(agent.username, None)
        if rank is not None:
            self._agents.discard(rank)

    def best(self) -> Agent | None:
        return self._agents.first()
