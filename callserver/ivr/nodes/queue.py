"""``queue``: wait for an agent and talk."""

from typing import ClassVar

from pydantic import Field

from callserver.ivr.needs import Need, Needed
from callserver.ivr.step import Onward
from callserver.model.control import CallControl
from callserver.model.ports import Prompts


class Queue(Onward):
    """Waits for an agent, and they talk; goes on when the agent hung up first."""

    kind: ClassVar[str] = "queue"
    short: ClassVar[str | None] = "queue"
    meets_agent: ClassVar[bool] = True
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """
        wait:
          queue: support
          priority: 5
          next: bye
    """

    queue: str = Field(min_length=1, description="Name of the queue, as in config/queues.yaml.")
    priority: int = Field(0, ge=-100, le=100, description="Higher is served first.")

    def needs(self) -> tuple[Need, ...]:
        return (Need(Needed.QUEUE, self.queue),)

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        await call.queue(self.queue, self.priority)
        return self.next
