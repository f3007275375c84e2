"""``hangup``: end the call."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from callserver.ivr.step import Step
from callserver.model.call import Ending, Reason, Result
from callserver.model.control import CallControl
from callserver.model.ports import Prompts

ENDINGS = {
    "done": None,
    "self_served": Ending(Result.ANSWERED, Reason.SELF_SERVED),
    "closed": Ending(Result.REJECTED, Reason.CLOSED),
    "no_input": Ending(Result.ABANDONED, Reason.NO_INPUT),
    "unwanted": Ending(Result.REJECTED, Reason.UNWANTED),
}


class Hangup(Step):
    """Ends the call, also out of a subflow; say goodbye in the step before it."""

    kind: ClassVar[str] = "hangup"
    short: ClassVar[str | None] = "reason"
    example: ClassVar[str] = """
        end:
          hangup: self_served
    """

    reason: Literal["done", "self_served", "closed", "no_input", "unwanted"] = Field(
        "done",
        description="What the call's record shall say, unless an agent spoke with the caller.",
    )

    def exits(self) -> Mapping[str, str | None]:
        return {"": None}

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        await call.hang_up(ENDINGS[self.reason])
