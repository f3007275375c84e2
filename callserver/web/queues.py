"""Queues, live: who waits, for how long, and who could answer."""

from callserver.model.ports import Floor
from callserver.web import problems
from callserver.web.problems import Problem
from callserver.web.shapes import ListOut
from callserver.web.views_live import QueueOut, queue


class Queues:
    """``/api/v1/queues``."""

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
