"""The live floor: agents and queues from the router, calls from the reception, in one view."""

from collections.abc import Mapping, Sequence

from callserver.acd.router import Router
from callserver.call.reception import CallReception
from callserver.config.sections import Queue
from callserver.model.agent import AgentState
from callserver.model.facts import Fact, PhoneRegistered, PhoneUnregistered
from callserver.model.live import AgentView, CallView, QueueView


class Roster:
    """What is asked, and heard, of single agents."""

    def __init__(self, router: Router, queues: Mapping[str, Queue]) -> None:
        self._router = router
        self._queues = queues

    def state_of(self, agent: str) -> AgentState | None:
        """What they do now; None: there is nobody of this name."""
        view = self._view(agent)
        return None if view is None else view.state

    def line_of(self, agent: str) -> str:
        """The line for which they call: that of the first of their queues that has one."""
        view, known = self._view(agent), self._queues
        names = () if view is None else view.queues
        return next((known[name].line for name in names if name in known and known[name].line), "")

    def on_fact(self, fact: Fact) -> None:
        """A phone of theirs came or went."""
        if isinstance(fact, PhoneRegistered):
            self._router.phone_registered(fact.agent)
        elif isinstance(fact, PhoneUnregistered):
            self._router.phone_unregistered(fact.agent, fact.contacts)

    def _view(self, agent: str) -> AgentView | None:
        return next((view for view in self._router.agents() if view.username == agent), None)


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

    def more_wrap_up(self, agent: str, seconds: float) -> None:
        self._router.hands.more_wrap_up(agent, seconds)

    def pick(self, call: str, agent: str) -> None:
        self._router.hands.pick(call, agent)

    def set_priority(self, call: str, priority: int) -> None:
        self._router.hands.set_priority(call, priority)

    def place(self, call: str, position: int) -> None:
        self._router.hands.place(call, position)

    def send(self, call: str, queue: str) -> None:
        self._router.hands.send(call, queue)

    def close(self, queue: str, closed: bool | None) -> None:
        self._router.hands.close(queue, closed)
