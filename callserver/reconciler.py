"""Looks every few seconds whether agents, calls, workers and dialogs fit together, and puts right
what does not: nobody stays busy with a call that is gone, no phone stays in a ghost call.

In a server without faults it never finds anything; the metric ``callserver_repairs`` counts what it
found. What is wrong only while something is on its way is not touched: a worker takes 2.5 s to
leave, on a busy machine longer, so a thing must be seen in several looks, one after the other.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from callserver import log
from callserver.metrics import Metrics
from callserver.model.agent import ON_A_CALL
from callserver.model.live import AgentView
from callserver.runtime import Tasks

_log = log.get("reconciler")

EVERY_S = 2.0
LOOKS = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """One look. ``calls`` is call → worker token of every session, ``workers`` the tokens of the
    workers that have a call, ``dialogs`` the tokens of the workers whose dialogs are open."""

    agents: Collection[AgentView]
    calls: Mapping[str, str]
    workers: Collection[str]
    dialogs: Collection[str]


@dataclass(frozen=True, slots=True)
class Odd:
    """Something that does not fit: ``what`` is ``agent``, ``session``, ``worker`` or ``dialog``,
    ``name`` the call (of an agent or a session) or the worker's token."""

    what: str
    name: str


def compare(seen: Seen) -> frozenset[Odd]:
    """What does not fit together (pure)."""
    tokens = set(seen.calls.values())
    busy = {agent.call for agent in seen.agents if agent.state in ON_A_CALL and agent.call}
    return frozenset(
        {Odd("agent", call) for call in busy - seen.calls.keys()}
        | {
            Odd("session", call)
            for call, worker in seen.calls.items()
            if worker not in seen.workers
        }
        | {Odd("worker", worker) for worker in set(seen.workers) - tokens}
        | {Odd("dialog", worker) for worker in set(seen.dialogs) - set(seen.workers)}
    )


class Reconciler:
    """``look`` takes a picture; ``repairs`` says for each kind how one is put right."""

    def __init__(
        self,
        look: Callable[[], Seen],
        repairs: Mapping[str, Callable[[str], None]],
        metrics: Metrics,
    ) -> None:
        self._look = look
        self._repairs = repairs
        self._metrics = metrics
        self._before: deque[frozenset[Odd]] = deque(maxlen=LOOKS)
        self._tasks = Tasks("reconciler")

    def start(self) -> None:
        self._tasks.start("look", self._run())

    async def stop(self) -> None:
        await self._tasks.close()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            self.step()

    def step(self) -> None:
        """One look, and the repair of what was odd at the last ones too. Each repair has time to
        help before it is done again."""
        self._before.append(compare(self._look()))
        if len(self._before) < LOOKS:
            return
        odd = frozenset.intersection(*self._before)
        for before in range(LOOKS):
            self._before[before] -= odd
        for one in sorted(odd, key=lambda one: (one.what, one.name)):
            _log.error("repaired", what=one.what, name=one.name)
            self._metrics.repairs.labels(one.what).inc()
            self._repairs[one.what](one.name)
