"""``goto``: go on elsewhere."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from callserver.ivr.step import Step
from callserver.model.control import CallControl
from callserver.model.ports import Prompts


class Goto(Step):
    """Goes on at another step: one place to change where several steps lead."""

    kind: ClassVar[str] = "goto"
    short: ClassVar[str | None] = "to"
    example: ClassVar[str] = """
        sales:
          goto: wait_for_sales
    """

    to: str = Field(description="The step that follows.")

    def exits(self) -> Mapping[str, str | None]:
        return {"to": self.to}

    def unattended(self) -> tuple[str | None, ...]:
        return (self.to,)

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        return self.to
