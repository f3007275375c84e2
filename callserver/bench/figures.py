"""The numbers of the bench and how they are made of what was seen (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from callserver.testing.sipp_result import Message


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds: the median and the 99th percentile of ``count`` samples."""

    p50: float
    p99: float
    count: int


def spread(seconds: Sequence[float]) -> Spread:
    """Nearest-rank percentiles of some times; zeros when there are none."""
    if not seconds:
        return Spread(0.0, 0.0, 0)
    ordered = sorted(seconds)

    def rank(share: float) -> float:
        return round(1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)], 2)

    return Spread(rank(0.5), rank(0.99), len(ordered))


def offer_times(messages: Sequence[Message]) -> list[float]:
    """Seconds from the BYE that freed an agent to the INVITE of that agent's next call, as the
    agents' phones saw them. Only meaningful while callers wait all the time."""
    agent_of: dict[str, str] = {}
    free_since: dict[str, float] = {}
    times = []
    for one in messages:
        if one.first_line.startswith("INVITE ") and one.call_id not in agent_of:
            agent = one.first_line.split(":", 1)[1].split("@", 1)[0]
            agent_of[one.call_id] = agent
            if (since := free_since.pop(agent, None)) is not None:
                times.append(one.at - since)
        elif one.first_line.startswith("BYE ") and one.call_id in agent_of:
            free_since[agent_of[one.call_id]] = one.at
    return times
