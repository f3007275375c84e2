"""Queues, live: who waits, for how long, and who could answer; and what may be done about it."""

from collections.abc import Callable

from callserver.model.ports import Floor
from callserver.web import problems
from callserver.web.asks_queues import NewClosing, NewPick, NewPosition, NewPriority, NewQueue
from callserver.web.problems import Problem
from callserver.web.shapes import ListOut
from callserver.web.views_live import CallerOut, QueueOut, caller, queue


def _do(act: Callable[[], None]) -> None:
    with problems.refusals():
        act()


class Queues:
    """``/api/v1/queues``, and ``/api/v1/calls/{call}/wait``: a caller in one of them."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    async def list(self) -> ListOut[QueueOut]:
        """All queues."""
        return ListOut([queue(view) for view in self._floor.queues()])

    async def get(self, name: str) -> QueueOut:
        """One queue."""
        for view in self._floor.queues():
            if view.name == name:
                return queue(view)
        raise Problem(problems.NOT_FOUND, f"no queue {name}")

    async def close(self, name: str, body: NewClosing) -> QueueOut:
        """Let a queue take nobody any more, or callers again. What becomes of those who wait is
        its `at_closing`."""
        _do(lambda: self._floor.close(name, body.closed))
        return await self.get(name)

    async def wait(self, call: str) -> CallerOut:
        """A waiting caller: where, since when, and why nobody is rung for them."""
        for view in self._floor.queues():
            for waiting in view.waiting:
                if waiting.call == call:
                    return caller(view, waiting)
        raise Problem(problems.NOT_FOUND, f"no call {call} waits in a queue")

    async def set_priority(self, call: str, body: NewPriority) -> CallerOut:
        """Another priority."""
        _do(lambda: self._floor.set_priority(call, body.priority))
        return await self.wait(call)

    async def place(self, call: str, body: NewPosition) -> CallerOut:
        """Another place in the queue."""
        _do(lambda: self._floor.place(call, body.position))
        return await self.wait(call)

    async def send(self, call: str, body: NewQueue) -> None:
        """To another queue, with the time waited."""
        _do(lambda: self._floor.send(call, body.queue))

    async def pick(self, call: str, body: NewPick) -> CallerOut:
        """Ring this agent for them, out of turn."""
        _do(lambda: self._floor.pick(call, body.agent))
        return await self.wait(call)
