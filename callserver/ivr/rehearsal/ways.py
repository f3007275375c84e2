"""Which exits of which steps were taken.

A step says where it leads by the name of the next step, and several of its exits may lead to the
same one. So for a rehearsal the names in the steps are marked: each still equals the name, and
knows the exit that it belongs to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from callserver.ivr.flow import Flow
from callserver.ivr.step import Step
from callserver.model.flow import Frame


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a step: its key in the file, and the step it leads to; None: the flow ends."""

    flow: str
    step: str
    key: str
    target: str | None


class Way(str):
    """The name of a step, with the exit that leads to it."""

    exit: Exit


def marked(flow: Flow) -> Flow:
    """The same flow, its subflows included, with names that know their exits."""
    steps = {name: _marked(flow.name, name, step) for name, step in flow.steps.items()}
    subflows = {name: marked(subflow) for name, subflow in flow.subflows.items()}
    return replace(flow, steps=MappingProxyType(steps), subflows=MappingProxyType(subflows))


def _marked(flow: str, name: str, step: Step) -> Step:
    for key, target in step.targets().items():
        way = Way(target)
        way.exit = Exit(flow, name, key, target)
        step = _put(step, key.split("."), way)
    return step


def _put(value: Any, path: Sequence[str], way: Way) -> Any:
    """A copy of ``value`` with the name at ``path`` marked; the last part of the way to it, in a
    case of a ``switch``, is not in the path."""
    if not path and isinstance(value, BaseModel):
        path = [key for key in type(value).model_fields if getattr(value, key) == way][:1]
    if not path:
        return way
    first, rest = path[0], path[1:]
    if isinstance(value, BaseModel):
        return value.model_copy(update={first: _put(getattr(value, first), rest, way)})
    if isinstance(value, Mapping):
        return {k: _put(v, rest, way) if str(k) == first else v for k, v in value.items()}
    if isinstance(value, tuple | list):
        changed = [_put(v, rest, way) if str(n) == first else v for n, v in enumerate(value)]
        return type(value)(changed)
    return way


def exits(flow: Flow) -> Iterator[Exit]:
    """Every exit there is. Those by which the flow ends are one for each step."""
    for name, step in flow.steps.items():
        for key, target in step.targets().items():
            yield Exit(flow.name, name, key, target)
        if None in step.exits().values():
            yield Exit(flow.name, name, "", None)


class Trail:
    """The steps and exits that calls went through."""

    def __init__(self) -> None:
        self.steps = set[tuple[str, str]]()
        self.exits = set[Exit]()
        self._place: tuple[Frame, ...] = ()

    def begin(self) -> None:
        """Another call."""
        self._place = ()

    def enter(self, place: Sequence[Frame]) -> None:
        """The call is in the last step of ``place`` now."""
        self._returned(len(place))
        here = place[-1]
        self.steps.add((here.flow, str(here.step)))
        if isinstance(here.step, Way):
            self.exits.add(here.step.exit)
        self._place = tuple(place)

    def end(self) -> None:
        """The server hangs up."""
        self._returned(0)

    def _returned(self, depth: int) -> None:
        """Flows below this depth are over: the last step of the innermost ended it, and with it
        each step that led into one and has nothing behind it."""
        for frame in self._place[depth:] if depth < len(self._place) else ():
            self.exits.add(Exit(frame.flow, str(frame.step), "", None))
