"""Why nobody is rung for a caller now, for those who look at a queue and wonder."""

from collections.abc import Mapping

from callserver.acd.agent import Agent
from callserver.acd.plan import Demand
from callserver.model.agent import AgentState
from callserver.model.live import Waits

OUT = (AgentState.SIGNED_OUT, AgentState.PAUSED)


class Reasons:
    """At one moment; callers who demand the same are looked up once."""

    def __init__(self, agents: Mapping[str, Agent]) -> None:
        self._agents = agents
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
        serving = [one for one in self._agents.values() if demand.queue in one.profile.queues]
        there = [one for one in serving if one.state is not AgentState.SIGNED_OUT]
        if not there:
            return Waits.NOBODY_SIGNED_IN
        fitting = [one for one in there if demand.met_by(one)]
        if not fitting:
            return Waits.NOBODY_FITS
        if all(one.state in OUT for one in fitting):
            return Waits.ALL_PAUSED
        return Waits.ALL_BUSY
