"""Which of the ready agents gets the call."""

from collections.abc import Callable
from typing import Protocol

from callserver.acd.agent import Agent
from callserver.acd.ordered import Ordered

Rank = tuple[float | str, ...]
Ready = Ordered[Rank, Agent]
"""The ready agents of a queue, sorted by ``(penalty, load, *rank)``."""
Suits = Callable[[Agent], bool]
Pick = Callable[[int], int]
"""A number from 0 up to, and not including, the one given; by chance."""

_END_OF_GROUP = 0.5  # added to the load, sorts behind all of the same penalty and load
_TRIES = 16


class Strategy(Protocol):
    """An order among the ready agents of one queue; those of a lower penalty come first, then those
    with fewer calls on their hands. Another strategy is one more class here, a word in
    ``config.Queue.strategy`` and a line in :data:`STRATEGIES`."""

    def rank(self, agent: Agent) -> Rank:
        """The agent with the smallest rank is rung first. Asked once, when the agent becomes ready,
        so it may be anything that holds until then; ends with the username, so that no two
        agents share one."""
        ...

    def choose(self, ready: Ready, suits: Suits) -> Agent | None:
        """Out of those who suit the caller; None: nobody does."""
        ...


class _First:
    def choose(self, ready: Ready, suits: Suits) -> Agent | None:
        return next((agent for _, agent in ready.items() if suits(agent)), None)


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

    def choose(self, ready: Ready, suits: Suits) -> Agent | None:
        first = next(((key, agent) for key, agent in ready.items() if suits(agent)), None)
        if first is None:
            return None
        group, chosen = first[0][:2], first[1]
        for key, agent in ready.items((*group, self._last)):
            if key[:2] != group:
                break
            if suits(agent):
                chosen = agent
                break
        self._last = chosen.username
        return chosen


class Random:
    """Anybody, each as likely as the other."""

    def __init__(self, pick: Pick) -> None:
        self._pick = pick

    def rank(self, agent: Agent) -> Rank:
        return (agent.username,)

    def choose(self, ready: Ready, suits: Suits) -> Agent | None:
        first = next((key for key, agent in ready.items() if suits(agent)), None)
        if first is None:
            return None
        penalty, load = first[:2]
        begin = ready.place((penalty, load))
        count = ready.place((penalty, float(load) + _END_OF_GROUP)) - begin
        for _ in range(_TRIES):
            agent = ready.at(begin + self._pick(count))
            if suits(agent):
                return agent
        some = [ready.at(begin + number) for number in range(count)]
        suiting = [agent for agent in some if suits(agent)]
        return suiting[self._pick(len(suiting))]


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
