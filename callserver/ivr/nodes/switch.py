"""``switch``: decide by what is known."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from callserver import log
from callserver.ivr.expression import Expression
from callserver.ivr.operators import NoValue
from callserver.ivr.step import Step
from callserver.model.control import CallControl
from callserver.model.ports import Prompts

_log = log.get("ivr")


class Case(BaseModel):
    """One way a switch can take."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: Expression = Field(description="Expression; the first that is true decides.")
    to: str = Field(description="The step that follows then.")


class Switch(Step):
    """Goes where the first expression that is true leads. One that cannot be reckoned is false."""

    kind: ClassVar[str] = "switch"
    short: ClassVar[str | None] = "cases"
    example: ClassVar[str] = """
        decide:
          switch:
            - {when: caller.open_callbacks > 0, to: waiting_for_us}
            - {when: "now.weekday in ['saturday', 'sunday']", to: weekend}
          otherwise: choose
    """

    cases: tuple[Case, ...] = Field(min_length=1, description="List of `{when: …, to: …}`.")
    otherwise: str = Field(description="The step that follows when none is true.")

    def exits(self) -> Mapping[str, str | None]:
        ways = {f"cases.{n}": case.to for n, case in enumerate(self.cases)}
        return {**ways, "otherwise": self.otherwise}

    def unattended(self) -> tuple[str | None, ...]:
        return tuple(self.targets().values())

    def expressions(self) -> Mapping[str, Expression]:
        return {f"cases.{n}.when": case.when for n, case in enumerate(self.cases)}

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        for case in self.cases:
            try:
                if case.when.value(call.variable):
                    return case.to
            except NoValue as error:
                _log.warning("no_value", error=str(error))
        return self.otherwise
