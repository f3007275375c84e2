"""``queue``: wait for an agent and talk."""

from typing import ClassVar

from pydantic import Field

from callserver.ivr.step import Onward
from callserver.model.ports import CallControl, Prompts


class Queue(Onward):
    """Wait for an agent and talk; goes on when the agent hung up first."""

    kind: ClassVar[str] = "queue"
    short: ClassVar[str | None] = "queue"
    meets_agent: ClassVar[bool] = True
    waits: ClassVar[bool] = True

    queue: str = Field(min_length=1, description="Name of the queue, as in config/queues.yaml.")
    priority: int = Field(0, ge=-100, le=100, description="Higher is served first.")

    def queues(self) -> tuple[str, ...]:
        return (self.queue,)

    async def run(self, control: CallControl, prompts: Prompts) -> str | None:
        await control.queue(self.queue, self.priority)
        return self.next
