"""Flows bound together (pure): each read, given its subflows, and checked."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType

from callserver.ivr.check import check
from callserver.ivr.flow import Flow, Mistake
from callserver.ivr.needs import Needed, World
from callserver.ivr.nodes import KINDS
from callserver.ivr.read import Reading, read

MAX_CHARS = 256 * 1024
VERSION_CHARS = 12


@dataclass(frozen=True, slots=True)
class File:
    """The text of a flow's file, or the reason why it cannot be read."""

    path: str
    text: str
    trouble: str = ""


class Binder:
    """``fetch`` gives the file of a flow (None: there is none), ``world`` what a flow finds around
    it, ``lines`` names the flows that a line begins with."""

    def __init__(
        self,
        fetch: Callable[[str], File | None],
        world: Callable[[str], World],
        begins: Callable[[str], bool] = lambda _name: True,
    ) -> None:
        self._fetch = fetch
        self._world = world
        self._begins = begins
        self._flows: dict[str, Flow | None] = {}
        self._mistakes: dict[str, tuple[Mistake, ...]] = {}
        self._way: list[str] = []

    def flow(self, name: str) -> Flow | None:
        """The flow, if it is there and has no mistakes."""
        if name not in self._flows:
            self._way.append(name)
            self._flows[name] = self._bind(name)
            self._way.pop()
        return self._flows[name]

    def mistakes(self, name: str) -> tuple[Mistake, ...]:
        """Those in its file, by line, and what its subflows lack when it goes through them."""
        self.flow(name)
        return self._mistakes.get(name, ())

    def _bind(self, name: str) -> Flow | None:
        file = self._fetch(name)
        if file is None:
            return None
        if file.trouble or len(file.text) > MAX_CHARS:
            self._mistakes[name] = (Mistake(file.path, 0, "", file.trouble or "too large"),)
            return None
        reading = read(file.text, file.path, name, KINDS)
        mistakes = list(reading.mistakes)
        flow = reading.flow
        if flow is not None:
            flow = self._with_subflows(flow, mistakes)
            world = self._world(name)
            there = {*(world.flows or ()), *flow.subflows, *self._told(reading)}
            world = replace(world, flows=there)
            mistakes += check(flow, world, is_subflow=not self._begins(name))
        mistakes.sort(key=lambda mistake: (mistake.file != file.path, mistake.line))
        self._mistakes[name] = tuple(mistakes)
        return None if mistakes else flow

    def _with_subflows(self, flow: Flow, mistakes: list[Mistake]) -> Flow:
        found: dict[str, Flow] = {}
        for step, name in _subflows(flow):
            if name in self._way:
                ring = " → ".join(f"`{one}`" for one in (*self._way[self._way.index(name) :], name))
                what = f"subflows go round in a circle: {ring}; take one out"
            elif (subflow := self.flow(name)) is not None:
                found[name] = subflow
                continue
            elif self.mistakes(name):
                what = f"flow `{name}` has mistakes of its own; mend it first"
            else:
                continue
            mistakes.append(Mistake(flow.file, flow.lines.get(step, 0), step, what))
        content = "\0".join(
            [flow.version, *(f"{name}={found[name].version}" for name in sorted(found))]
        )
        version = (
            hashlib.sha256(content.encode()).hexdigest()[:VERSION_CHARS] if found else flow.version
        )
        return replace(flow, version=version, subflows=MappingProxyType(found))

    def _told(self, reading: Reading) -> set[str]:
        """Subflows that are there but not good, about which enough is said."""
        if reading.flow is None:
            return set()
        return {
            name
            for _, name in _subflows(reading.flow)
            if name in self._way or self._fetch(name) is not None
        }


def _subflows(flow: Flow) -> list[tuple[str, str]]:
    return [
        (step, need.name)
        for step, what in flow.steps.items()
        for need in what.needs()
        if need.kind is Needed.FLOW
    ]
