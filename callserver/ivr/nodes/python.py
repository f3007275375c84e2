"""``python``: ask a function of an installed plug-in."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import ConfigDict, Field

from callserver import log
from callserver.ivr import plugins
from callserver.ivr.expression import Expression
from callserver.ivr.needs import Need, Needed
from callserver.ivr.operators import LONGEST, NoValue
from callserver.ivr.step import Onward
from callserver.ivr.variables import Name, Type
from callserver.model.control import CallControl
from callserver.model.flow import Value
from callserver.model.ports import Prompts

_log = log.get("ivr")


class Python(Onward):
    """Asks a function of an installed plug-in (entry point group `callserver.steps`), which must be
    a coroutine. What it gives goes into a variable, or by name into several."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    kind: ClassVar[str] = "python"
    short: ClassVar[str | None] = "function"
    example: ClassVar[str] = """
        points:
          python: loyalty_points
          with: {account: account}
          into: points
          next: tell
          failed: wait
    """

    function: str = Field(min_length=1, description="Name of the entry point.")
    with_: dict[str, Expression] = Field(
        default_factory=dict, alias="with", description="What it gets: name → expression."
    )
    into: Name | dict[Name, str] | None = Field(
        None, description="Variable for what it gives, or variable → name in what it gives."
    )
    timeout_s: float = Field(3.0, gt=0, le=30, description="Seconds until it has failed.")
    failed: str | None = Field(
        None, description="Step when it fails or takes too long; without it: `next`."
    )

    def exits(self) -> Mapping[str, str | None]:
        return {"next": self.next} | ({"failed": self.failed} if self.failed else {})

    def unattended(self) -> tuple[str | None, ...]:
        return tuple(self.exits().values())

    def needs(self) -> tuple[Need, ...]:
        return (Need(Needed.FUNCTION, self.function),)

    def expressions(self) -> Mapping[str, Expression]:
        return {f"with.{name}": expression for name, expression in self.with_.items()}

    def sets(self) -> Mapping[str, Type]:
        names = (self.into,) if isinstance(self.into, str) else tuple(self.into or ())
        return dict.fromkeys(names, Type.ANY)

    def mistakes(self) -> Iterator[str]:
        for name in self.with_:
            if not name.isidentifier():
                yield f"`with`: `{name}` is no name in Python"

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        try:
            given = {name: what.value(call.variable) for name, what in self.with_.items()}
            async with asyncio.timeout(self.timeout_s):
                answer = await plugins.functions()[self.function](**given)
            values = self._values(answer)
        except Exception as error:  # noqa: BLE001 - somebody else's code: whatever it is, it failed
            _log.warning("function_failed", function=self.function, error=type(error).__name__)
            return self.failed or self.next
        secret = any(call.is_secret(name) for what in self.with_.values() for name in what.names)
        call.set(values, secret=secret)
        return self.next

    def _values(self, answer: Any) -> dict[str, Value]:
        """Raises whatever, when the answer is not what the step expects."""
        if self.into is None:
            return {}
        if isinstance(self.into, str):
            return {self.into: _value(answer)}
        return {name: _value(answer[key]) for name, key in self.into.items()}


def _value(given: Any) -> Value:
    if given is None or isinstance(given, bool | int | float):
        return given
    if isinstance(given, str):
        return given[:LONGEST]
    raise NoValue("a function gives text, numbers, yes or no, or nothing")
