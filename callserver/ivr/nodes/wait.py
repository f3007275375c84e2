"""``wait``: let a moment pass."""

from typing import ClassVar

from pydantic import Field

from callserver.ivr.step import Onward
from callserver.model.control import CallControl
from callserver.model.ports import Prompts


class Wait(Onward):
    """Lets some seconds pass in silence, then goes on."""

    kind: ClassVar[str] = "wait"
    short: ClassVar[str | None] = "seconds"
    waits: ClassVar[bool] = True
    example: ClassVar[str] = """
        moment:
          wait: 1.5
          next: ask
    """

    seconds: float = Field(ge=0.1, le=60, description="How long.")
    barge_in: bool = Field(
        True, description="A key ends it (and counts in the menu that follows); false: never."
    )

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        await call.wait(self.seconds, barge_in=self.barge_in)
        return self.next
