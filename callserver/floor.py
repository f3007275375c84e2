"""The live floor: agents and queues from the router, calls from the reception, in one view."""

from collections.abc import Sequence

from callserver.acd.router import Router
from callserver.call.reception import CallReception
from callserver.model.agent import AgentState
from callserver.model.live import AgentView, CallView, QueueView


class LiveFloor:
    """Implements ``Floor``."""

    def __init__(self, router: Router, reception: CallReception) -> None:
        self._router = router
        self._reception = reception

    def agents(self) -> Sequence[AgentView]:
        return self._router.agents()

    def queues(self) -> Sequence[QueueView]:
        return self._router.queues()

    def calls(self) -> Sequence[CallView]:
        return self._reception.calls()

    def set_agent_state(self, agent: str, state: AgentState, reason: str) -> None:
        self._router.set_agent_state(agent, state, reason)
