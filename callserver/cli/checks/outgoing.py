"""Calls to the outside that flows and queues make or promise, and whether they can be made."""

from collections.abc import Iterator

from callserver.cli.checks.finding import Finding, ok, warn
from callserver.config import Config
from callserver.ivr.library import Flows
from callserver.model.errors import FlowError

OUTSIDE = "external:"


def outgoing(config: Config) -> Finding:
    """What callers are offered, and nobody may dial."""
    try:
        wanting = [*_steps(config), *_queues(config)]
    except FlowError:
        return ok("outgoing", "not looked at: the flows have mistakes")
    missing = [*_missing(config)]
    if not wanting:
        return ok("outgoing", "no flow and no queue calls anybody outside")
    if not missing:
        return ok("outgoing", f"may be dialled: {', '.join(config.outgoing.allow)}")
    return warn(
        "outgoing",
        f"{'; '.join(wanting)}: callers are led to calls outside, and none can be made",
        f"config/callserver.yaml: {'; '.join(missing)}",
    )


def _steps(config: Config) -> Iterator[str]:
    flows, told = Flows(config), set[str]()
    for name in dict.fromkeys(line.flow for line in config.lines.values()):
        for flow in flows.flow(name).family():
            steps = [step for step, what in flow.steps.items() if what.calls_outside()]
            if steps and flow.name not in told:
                told.add(flow.name)
                yield f"flow `{flow.name}` (steps {', '.join(f'`{step}`' for step in steps)})"


def _queues(config: Config) -> Iterator[str]:
    for name, queue in config.queues.items():
        if any(place.startswith(OUTSIDE) for place in queue.overflow):
            yield f"queue `{name}` (`overflow`)"


def _missing(config: Config) -> Iterator[str]:
    if not config.outgoing.allow:
        yield "put the beginnings of numbers that may be dialled into outgoing.allow, as ['+371']"
    if not config.outgoing.trunk:
        yield "name the trunk that takes the calls in outgoing.trunk"
