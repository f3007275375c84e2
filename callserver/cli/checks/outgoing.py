"""Calls to the outside that flows and queues make or promise, and whether they can be made."""

from collections.abc import Iterator
from dataclasses import dataclass

from callserver.call.toll import Denied, TollGuard
from callserver.cli.checks.finding import Finding, ok, warn
from callserver.config import Config
from callserver.ivr.library import Flows
from callserver.model.errors import FlowError

OUTSIDE = "external:"


@dataclass(frozen=True, slots=True)
class _Caller:
    """What calls these numbers; an empty one is known only when somebody is there."""

    what: str
    numbers: tuple[str, ...]


def outgoing(config: Config) -> Finding:
    """What callers are offered, and nobody may dial."""
    try:
        callers = [*_steps(config), *_queues(config)]
    except FlowError:
        return ok("outgoing", "not looked at: the flows have mistakes")
    if not callers:
        return ok("outgoing", "no flow and no queue calls anybody outside")
    if missing := [*_missing(config)]:
        who = "; ".join(one.what for one in callers)
        found = f"{who}: callers are led to calls outside, and none can be made"
        return warn("outgoing", found, f"config/callserver.yaml: {'; '.join(missing)}")
    if forbidden := [*_forbidden(config, callers)]:
        cure = "config/callserver.yaml: let them be dialled (outgoing.allow, deny, premium)"
        return warn("outgoing", "; ".join(forbidden), cure)
    return ok("outgoing", f"may be dialled: {', '.join(config.outgoing.allow)}")


def _steps(config: Config) -> Iterator[_Caller]:
    flows, told = Flows(config), set[str]()
    for name in dict.fromkeys(line.flow for line in config.lines.values()):
        for flow in flows.flow(name).family():
            found = {step: what.numbers() for step, what in flow.steps.items() if what.numbers()}
            if found and flow.name not in told:
                told.add(flow.name)
                steps = ", ".join(f"`{step}`" for step in found)
                numbers = tuple(number for each in found.values() for number in each)
                yield _Caller(f"flow `{flow.name}` (steps {steps})", numbers)


def _queues(config: Config) -> Iterator[_Caller]:
    for name, queue in config.queues.items():
        places = [place for place in queue.overflow if place.startswith(OUTSIDE)]
        if places:
            numbers = tuple(place.removeprefix(OUTSIDE) for place in places)
            yield _Caller(f"queue `{name}` (`overflow`)", numbers)
        if queue.survey.share:
            yield _Caller(f"queue `{name}` (`survey`)", ("",))


def _missing(config: Config) -> Iterator[str]:
    if not config.outgoing.allow:
        yield "put the beginnings of numbers that may be dialled into outgoing.allow, as ['+371']"
    if not config.outgoing.trunk:
        yield "name the trunk that takes the calls in outgoing.trunk"


def _forbidden(config: Config, callers: list[_Caller]) -> Iterator[str]:
    guard = TollGuard(config.outgoing)
    for caller in callers:
        for number in filter(None, caller.numbers):
            verdict = guard.permits(number)
            if isinstance(verdict, Denied):
                yield f"{caller.what} calls {number}, which may not be dialled ({verdict.reason})"
