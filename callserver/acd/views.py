"""The switchboard as others look at it: values of ``model/live``, a picture of this moment."""

from collections.abc import Iterator

from callserver.acd.agent import Agent
from callserver.acd.queue import Queue
from callserver.acd.switchboard import Switchboard
from callserver.acd.why import Reasons
from callserver.model.agent import AgentState
from callserver.model.live import AgentView, QueueView, WaitingView


def agent_views(board: Switchboard) -> tuple[AgentView, ...]:
    """All agents, by username."""
    return tuple(_agent(agent) for _, agent in sorted(board.agents.items()))


def queue_views(board: Switchboard, titles: dict[str, str], now: float) -> tuple[QueueView, ...]:
    """All queues by name, each with its callers from the head on."""
    return tuple(
        QueueView(
            name,
            titles[name],
            tuple(_waiting(board, queue, now)),
            {state: queue.agents[state] for state in AgentState},
            _estimate(queue, now),
            queue.closed,
            queue.answered,
            queue.in_time,
        )
        for name, queue in sorted(board.queues.items())
    )


def _agent(agent: Agent) -> AgentView:
    return AgentView(
        username=agent.username,
        name=agent.profile.name,
        state=agent.state,
        reason=agent.shown.reason,
        since=agent.since,
        call=agent.call,
        queues=tuple(agent.profile.queues),
        phones=agent.phones,
        wish=agent.shown.wish.state if agent.shown.wish else None,
        wish_reason=agent.shown.wish.reason if agent.shown.wish else "",
    )


def _waiting(board: Switchboard, queue: Queue, now: float) -> Iterator[WaitingView]:
    reasons = Reasons(board.agents)
    for position, entry in enumerate(queue, start=1):
        why, until = None, None
        if not entry.rung:
            demand, until = board.asks_for(entry)
            why = reasons.of(demand)
        yield WaitingView(
            call=entry.call,
            position=position,
            entered_at=entry.entered_at,
            waited_s=max(now - entry.entered_at, 0.0),
            priority=entry.priority,
            ringing=tuple(entry.rung),
            why=why,
            why_until=until,
            callback=entry.ticket.callback,
        )


def callers(queue: Queue) -> int:
    """How many wait on the line."""
    return sum(not entry.ticket.callback for entry in queue)


def _estimate(queue: Queue, now: float) -> float | None:
    wait = queue.wait(len(queue) + 1, now)
    return None if wait is None else wait.likely
