"""``set``: give variables values."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from callserver import log
from callserver.ivr.expression import Expression
from callserver.ivr.operators import NoValue
from callserver.ivr.step import Onward
from callserver.ivr.variables import Name, Type
from callserver.model.control import CallControl
from callserver.model.flow import Value
from callserver.model.ports import Prompts

_log = log.get("ivr")


class Set(Onward):
    """Gives variables values, one after the other. A value that cannot be reckoned is nothing."""

    kind: ClassVar[str] = "set"
    prepares: ClassVar[bool] = True
    short: ClassVar[str | None] = "values"
    short_is_mapping: ClassVar[bool] = True
    example: ClassVar[str] = """
        remember:
          set: {attempts: 0, level: "'gold'", often: caller.calls_24h > 3}
          next: ask
    """

    values: dict[Name, Expression] = Field(
        min_length=1, description="Variable → expression; text stands in quotes of its own."
    )

    def expressions(self) -> Mapping[str, Expression]:
        return self.values

    def sets(self) -> Mapping[str, Type]:
        return dict.fromkeys(self.values, Type.ANY)

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        for name, expression in self.values.items():
            secret = any(map(call.is_secret, expression.names))
            call.set({name: self._value(expression, call)}, secret=secret)
        return self.next

    def _value(self, expression: Expression, call: CallControl) -> Value:
        try:
            return expression.value(call.variable)
        except NoValue as error:
            _log.warning("no_value", error=str(error))
            return None
