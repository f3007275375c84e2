"""Feature codes: agents steer themselves by what they dial."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from callserver.config import Config
from callserver.model.agent import AgentState
from callserver.model.call import Leg
from callserver.model.commands import AnswerLeg, EndCall, ExpectLeg, PlayPrompts
from callserver.model.errors import NotAllowed
from callserver.model.events import (
    CallEmpty,
    Event,
    LegAnswered,
    LegArrived,
    LegEnded,
    PromptsEnded,
)
from callserver.model.live import AgentView, QueueView
from callserver.model.ports import CallWorker

LASTS_S = 10.0
CLOSE_S = 3.0

Act = Callable[[], None]


class Desk(Protocol):
    """The distribution, as agents steer it."""

    def agents(self) -> Sequence[AgentView]: ...

    def queues(self) -> Sequence[QueueView]: ...

    def set_agent_state(self, agent: str, state: AgentState, reason: str) -> None: ...

    def pick(self, call: str, agent: str) -> None: ...


class Features:
    """The table of codes."""

    def __init__(self, config: Config, desk: Desk) -> None:
        self._codes = config.features
        self._reasons = config.agents.pause_reasons
        self._desk = desk

    def find(self, agent: str, dialled: str) -> Act | None:
        """What this agent asks for with what they dialled; None: it is no code. To be done when the
        phone is free again. Raises ``NotAllowed``: it cannot be done now."""
        codes = self._codes
        if codes.ready and dialled == codes.ready:
            return self._set(agent, AgentState.READY, "")
        if codes.sign_out and dialled == codes.sign_out:
            return self._set(agent, AgentState.SIGNED_OUT, "")
        if codes.pick_up and dialled == codes.pick_up:
            return self._pick(agent)
        if codes.pause and dialled.startswith(codes.pause):
            return self._pause(agent, dialled.removeprefix(codes.pause))
        return None

    def _set(self, agent: str, state: AgentState, reason: str) -> Act:
        self._desk.set_agent_state(agent, state, reason)
        return lambda: None

    def _pause(self, agent: str, digit: str) -> Act | None:
        if digit and not (digit.isascii() and digit.isdigit() and len(digit) == 1):
            return None
        place = int(digit or 1)
        if not 1 <= place <= len(self._reasons):
            raise NotAllowed(f"there are {len(self._reasons)} reasons for a pause")
        return self._set(agent, AgentState.PAUSED, self._reasons[place - 1])

    def _pick(self, agent: str) -> Act:
        own = {
            name for view in self._desk.agents() if view.username == agent for name in view.queues
        }
        waiting = [
            caller for queue in self._desk.queues() if queue.name in own for caller in queue.waiting
        ]
        if not waiting:
            raise NotAllowed("nobody waits")
        longest = min(waiting, key=lambda caller: caller.entered_at)

        def pick() -> None:
            self._desk.pick(longest.call, agent)

        return pick


class FeatureCall:
    """The few seconds of a call to a feature code: answered, a tone (or why not), hung up. It is on
    no record; what it changes is. Implements ``WorkerListener``."""

    def __init__(self, sound: str) -> None:
        self.worker: CallWorker | None = None
        self._sound = sound
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()

    def begin(self, worker: CallWorker) -> None:
        self.worker = worker
        worker.send(ExpectLeg(Leg.AGENT))

    async def run(self, worker: CallWorker) -> None:
        """Until the phone is free again."""
        with suppress(TimeoutError, _Over):
            async with asyncio.timeout(LASTS_S):
                await self._until(LegArrived)
                worker.send(AnswerLeg(Leg.AGENT))
                await self._until(LegAnswered)
                worker.send(PlayPrompts(Leg.AGENT, "told", (self._sound,), False))
                await self._until(PromptsEnded)
        worker.send(EndCall())
        with suppress(TimeoutError, _Over):
            async with asyncio.timeout(CLOSE_S):
                while True:
                    await self._until(LegEnded)

    async def _until(self, kind: type[Event]) -> None:
        while not isinstance(event := await self._events.get(), kind):
            if event is None or isinstance(event, CallEmpty):
                raise _Over

    def on_event(self, event: Event) -> None:
        self._events.put_nowait(event)

    def on_worker_lost(self) -> None:
        self._events.put_nowait(None)


class _Over(Exception):
    """Nothing more will come of this call."""
