"""Whom a queue takes, whom it keeps, and where the others go."""

from collections.abc import Mapping

from callserver.acd.queue import Queue
from callserver.config.queues import Presence
from callserver.model.agent import THERE, AgentState
from callserver.model.overflow import Overflow


def staffed(queue: Queue, needs: Presence) -> bool:
    """Whether the agents of a queue are there as its rule asks."""
    count = queue.agents
    match needs:
        case "signed_in":
            return any(count[state] for state in AgentState if state is not AgentState.SIGNED_OUT)
        case "unpaused":
            return any(count[state] for state in THERE)
        case "ready":
            return count[AgentState.READY] > 0
    return True


def refusal(queue: Queue) -> Overflow | None:
    """Why nobody can join now; None: they can."""
    if queue.closed:
        return Overflow.CLOSED
    if queue.config.max_length and len(queue) >= queue.config.max_length:
        return Overflow.FULL
    if not staffed(queue, queue.config.join_needs):
        return Overflow.EMPTY
    return None


def onward(queue: Queue, queues: Mapping[str, Queue], been: tuple[str, ...]) -> str:
    """The first place of the overflow chain that takes the caller; empty: there is none, the flow
    goes on. A queue takes nobody who came from there."""
    for place in queue.config.overflow:
        kind, _, name = place.partition(":")
        if kind != "queue":
            return place
        new = name in queues and name not in been and name != queue.name
        if new and refusal(queues[name]) is None:
            return place
    return ""
