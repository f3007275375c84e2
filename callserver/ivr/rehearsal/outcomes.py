"""Steps that are not carried out in a rehearsal: what they come to is given.

Those that ask somebody (a plug-in, another server, the contacts) never do in a rehearsal; of any
other step a talk may say what it comes to.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import ClassVar

from pydantic import SkipValidation

from callserver.ivr.expression import Expression
from callserver.ivr.flow import Flow
from callserver.ivr.step import Step
from callserver.ivr.words import hint
from callserver.model.control import CallControl
from callserver.model.errors import FlowError
from callserver.model.flow import Value
from callserver.model.ports import Prompts

OUTSIDE = ("python", "lookup", "contact")
"""Kinds of steps that ask somebody outside the flow."""
ONWARD, FAILED = "next", "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The exit that a step takes, by its key, and the variables it sets."""

    exit: str = ONWARD
    values: Mapping[str, Value] = field(default_factory=dict)


Ask = Callable[[str, Step], Outcome]
"""What the step of this name comes to. Raises ``FlowError`` when nobody can say."""


class PretendedStep(Step):
    """Stands in the place of another step, and leads where that would."""

    kind: ClassVar[str] = "pretended"
    example: ClassVar[str] = ""

    name: str
    real: SkipValidation[Step]
    ask: Ask

    def exits(self) -> Mapping[str, str | None]:
        return self.real.exits()

    def is_final(self) -> bool:
        return self.real.is_final()

    async def run(self, call: CallControl, prompts: Prompts) -> str | None:
        outcome = self.ask(self.name, self.real)
        ways = self.exits()
        way = ONWARD if outcome.exit == FAILED and FAILED not in ways else outcome.exit
        if way not in ways:
            near = hint(way, [key for key in ways if key])
            raise FlowError(f"step `{self.name}` has no way out `{way}`{near}")
        secret = any(call.is_secret(name) for one in self._asked_with() for name in one.names)
        call.set(outcome.values, secret=secret)
        return ways[way]

    def _asked_with(self) -> Collection[Expression]:
        return self.real.expressions().values()


def given(outcomes: Mapping[str, Outcome]) -> Ask:
    """These outcomes and no others."""

    def ask(name: str, step: Step) -> Outcome:
        if name in outcomes:
            return outcomes[name]
        variable = next(iter(step.sets()), "variable")
        other = next((key for key in step.exits() if key != ONWARD), FAILED)
        raise FlowError(
            f"step `{name}` asks outside; say what it comes to: "
            f"`outcomes: {{{name}: {{{variable}: …}}}}` or `outcomes: {{{name}: {other}}}`"
        )

    return ask


def pretending(flow: Flow, ask: Ask, names: Collection[str] = ()) -> Flow:
    """The flow, its subflows included, in which the steps of these names and those that ask outside
    are not carried out."""
    steps = {
        name: PretendedStep(name=name, real=step, ask=ask)
        if name in names or step.kind in OUTSIDE
        else step
        for name, step in flow.steps.items()
    }
    subflows = {name: pretending(subflow, ask, names) for name, subflow in flow.subflows.items()}
    return replace(flow, steps=MappingProxyType(steps), subflows=MappingProxyType(subflows))
