"""Which of the ready agents gets the call."""

from collections.abc import Callable
from typing import Protocol

from callserver.acd.agent import Agent
from callserver.acd.ordered import Ordered

Rank = tuple[float | str, ...]
Pick = Callable[[int], int]
"""A number from 0 up to, and not including, the one given; by chance."""

# Sorts behind all of the same penalty and load.
_LAST_OF_GROUP = 0.5


class Strategy(Protocol):
    """An order among the ready agents of one queue; those of a lower penalty come first, then those
    with fewer calls on their hands. Another strategy is one more class here, a word in
    ``config.Queue.strategy`` and a line in :data:`STRATEGIES`."""

    def rank(self, agent: Agent) -> Rank:
        """The agent with the smallest rank is rung first. Asked once, when the agent becomes ready,
        so it may be anything that holds until then; ends with the username, so that no two
        agents share one."""
        ...

    def choose(self, ready: Ordered[Rank, Agent]) -> Agent | None:
        """Out of these; their keys are ``(penalty, load, *rank)``."""
        ...


class _First:
    def choose(self, ready: Ordered[Rank, Agent]) -> Agent | None:
        return ready.first()


class LongestIdle(_First):
    """Who has had no conversation for the longest time."""

    def rank(self, agent: Agent) -> Rank:
        return (agent.idle_since, agent.username)


class FewestCalls(_First):
    """Who has taken the fewest calls today."""

    def rank(self, agent: Agent) -> Rank:
        return (agent.taken, agent.idle_since, agent.username)


class LeastTalk(_First):
    """Who has talked the least today."""

    def rank(self, agent: Agent) -> Rank:
        return (agent.talked_s, agent.idle_since, agent.username)


class Linear(_First):
    """Always the first one, by name."""

    def rank(self, agent: Agent) -> Rank:
        return (agent.username,)


class RoundRobin:
    """The next one by name after the one who was rung last."""

    def __init__(self) -> None:
        self._last = ""

    def rank(self, agent: Agent) -> Rank:
        return (agent.username,)

    def choose(self, ready: Ordered[Rank, Agent]) -> Agent | None:
        first = ready.first_key()
        if first is None:
            return None
        group = first[:2]
        following = ready.after((*group, self._last))
        last = ready.before((group[0], float(group[1]) + _LAST_OF_GROUP))
        beyond = last is None or last.username <= self._last
        agent = ready.first() if following is None or beyond else following
        if agent is not None:
            self._last = agent.username
        return agent


class Random:
    """Anybody, each as likely as the other."""

    def __init__(self, pick: Pick) -> None:
        self._pick = pick

    def rank(self, agent: Agent) -> Rank:
        return (agent.username,)

    def choose(self, ready: Ordered[Rank, Agent]) -> Agent | None:
        first = ready.first_key()
        if first is None:
            return None
        return ready.at(self._pick(ready.place((first[0], float(first[1]) + _LAST_OF_GROUP))))


STRATEGIES: dict[str, Callable[[Pick], Strategy]] = {
    "longest_idle": lambda pick: LongestIdle(),
    "round_robin": lambda pick: RoundRobin(),
    "fewest_calls": lambda pick: FewestCalls(),
    "least_talk": lambda pick: LeastTalk(),
    "random": Random,
    "linear": lambda pick: Linear(),
    "tiers": lambda pick: LongestIdle(),
    "best_match": lambda pick: LongestIdle(),
    "ring_all": lambda pick: LongestIdle(),
    "progressive": lambda pick: LongestIdle(),
}
