"""The live state as metrics. Gauges are counted when they are read, so they can never disagree with
the state."""

from functools import partial

from callserver.acd.queue import Queue
from callserver.acd.switchboard import Switchboard
from callserver.acd.views import callers
from callserver.metrics import Metrics
from callserver.model.agent import AgentState


def show(metrics: Metrics, board: Switchboard) -> None:
    """From now on, of queues and agents by state."""
    for name, queue in board.queues.items():
        metrics.waiting_now.labels(name).set_function(partial(callers, queue))
        metrics.estimate_held.labels(name).set_function(partial(_held, queue))
        metrics.estimate_error.labels(name).set_function(partial(_error, queue))
    for state in AgentState:
        metrics.agents_now.labels(state.value).set_function(partial(count_agents, board, state))


def count_agents(board: Switchboard, state: AgentState) -> int:
    """How many are in this state."""
    return sum(agent.state is state for agent in board.agents.values())


def count_paused(board: Switchboard, reason: str) -> int:
    """How many are paused for this reason."""
    return sum(
        agent.state is AgentState.PAUSED and agent.reason == reason
        for agent in board.agents.values()
    )


def _held(queue: Queue) -> float:
    forecast = queue.forecast
    return forecast.held / forecast.made if forecast.made else float("nan")


def _error(queue: Queue) -> float:
    forecast = queue.forecast
    return forecast.error_s / forecast.made if forecast.made else float("nan")
