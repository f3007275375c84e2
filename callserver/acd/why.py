"""Why nobody is rung for a caller now, for those who look at a queue and wonder."""

from collections.abc import Mapping

from callserver.acd.agent import Agent
from callserver.acd.plan import Demand
from callserver.model.agent import AgentState
from callserver.model.live import Waits


class Reasons:
    """At one moment; callers who demand the same are looked up once."""

    def __init__(self, agents: Mapping[str, Agent]) -> None:
        self._agents = agents
        self._there: dict[str, list[Agent]] = {}
        self._known: dict[Demand, Waits] = {}

    def of(self, demand: Demand) -> Waits:
        """Why an agent like this is not to be had."""
        reason = self._known.get(demand)
        if reason is None:
            reason = self._known[demand] = self._look(demand)
        return reason

    def _look(self, demand: Demand) -> Waits:
        if demand.only:
            return Waits.OWN_AGENT
        there = self._signed_in(demand.queue)
        if not there:
            return Waits.NOBODY_SIGNED_IN
        fitting = False
        for agent in there:
            if demand.met_by(agent):
                fitting = True
                if agent.state is not AgentState.PAUSED:
                    return Waits.ALL_BUSY
        return Waits.ALL_PAUSED if fitting else Waits.NOBODY_FITS

    def _signed_in(self, queue: str) -> list[Agent]:
        """Its agents who are there, or paused."""
        there = self._there.get(queue)
        if there is None:
            agents = self._agents.values()
            there = self._there[queue] = [
                one
                for one in agents
                if queue in one.profile.queues and one.state is not AgentState.SIGNED_OUT
            ]
        return there
