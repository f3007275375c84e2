"""``subflow``: go through another flow and come back."""

from typing import ClassVar

from pydantic import Field

from callserver.ivr.needs import Need, Needed
from callserver.ivr.step import Into, Onward, Outcome
from callserver.model.control import CallControl
from callserver.model.ports import Prompts


class Subflow(Onward):
    """Goes through another flow, then goes on. Both share their variables; a flow that needs some
    says so at its top: `takes: [account]`."""

    kind: ClassVar[str] = "subflow"
    short: ClassVar[str | None] = "flow"
    example: ClassVar[str] = """
        identify:
          subflow: ask_account
          next: choose
    """

    flow: str = Field(min_length=1, description="Name of the flow: its file without `.yaml`.")

    def needs(self) -> tuple[Need, ...]:
        return (Need(Needed.FLOW, self.flow),)

    async def run(self, call: CallControl, prompts: Prompts) -> Outcome:
        return Into(self.flow)
