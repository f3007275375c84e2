"""``hangup``: end the call."""

from typing import ClassVar

from callserver.ivr.step import Step
from callserver.model.ports import CallControl, Prompts


class Hangup(Step):
    """End the call; say goodbye in the step before it."""

    kind: ClassVar[str] = "hangup"

    async def run(self, control: CallControl, prompts: Prompts) -> str | None:
        return None
