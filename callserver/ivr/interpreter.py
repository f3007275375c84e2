"""Walks a call through a flow, step by step.

Where the call is stands in the journal (``call.enter``), not in this coroutine: after a restart
:func:`run` takes up the call at the step it was in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from callserver import log
from callserver.ivr.budget import Budget, Limits
from callserver.ivr.flow import Flow
from callserver.ivr.step import Into, Onward, Outcome
from callserver.model.control import CallControl
from callserver.model.errors import CallServerError, FlowError
from callserver.model.flow import Frame
from callserver.model.ports import Prompts

_log = log.get("ivr")

Stack = list[tuple[Flow, str]]
"""Flows with the step the call is in, outermost first."""


@dataclass(frozen=True, slots=True)
class At:
    """Where a call is taken up. ``lost`` are the secret variables whose values went with the last
    controller, each with the place where it was set."""

    place: tuple[Frame, ...] = ()
    lost: Mapping[str, tuple[Frame, ...]] = field(default_factory=dict)


async def run(
    flow: Flow,
    call: CallControl,
    prompts: Prompts,
    at: At | None = None,
    limits: Limits | None = None,
) -> None:
    """Run ``flow`` from its start, or again from where the call was, until it has hung up.

    A step that is not there any more means the start. Raises ``FlowError`` when a step cannot be
    carried out. The caller's hang-up comes as cancellation.
    """
    budget = Budget(limits or Limits(), call.now())
    stack = _taken_up(flow, at or At())
    while stack:
        here, name = stack[-1]
        budget.spend(here.name, name, call.activity, call.now())
        call.enter([Frame(one.name, one.version, step) for one, step in stack])
        try:
            outcome = await here.steps[name].run(call, prompts)
        except FlowError:
            raise
        except CallServerError as error:
            raise FlowError(f"{here.name}: step `{name}`: {error}") from error
        _advance(stack, outcome)
    await call.hang_up()


def _advance(stack: Stack, outcome: Outcome) -> None:
    flow, _step = stack.pop()
    match outcome:
        case str():
            stack.append((flow, outcome))
        case Into(flow=name):
            subflow = flow.subflows[name]
            stack += [(flow, _step), (subflow, subflow.start)]
        case None if flow.steps[_step].is_final():
            stack.clear()
        case None:
            _return(stack)


def _return(stack: Stack) -> None:
    """A flow is over: on behind the ``subflow`` step that led into it, if something is there."""
    while stack:
        flow, step = stack.pop()
        if flow.steps[step].is_final():
            stack.clear()
        elif (after := _behind(flow, step)) is not None:
            stack.append((flow, after))
            return


def _behind(flow: Flow, step: str) -> str | None:
    led = flow.steps[step]
    return led.next if isinstance(led, Onward) else None


def _taken_up(flow: Flow, at: At) -> Stack:
    stack = _stack(flow, at.place)
    for name, place in at.lost.items():
        if _wants(stack, name):
            _log.info("asking_again", flow=flow.name, variable=name)
            return _stack(flow, place)
    return stack


def _stack(flow: Flow, place: Sequence[Frame]) -> Stack:
    stack: Stack = []
    now: Flow | None = flow
    for frame in place:
        if now is None or now.name != frame.flow or frame.step not in now.steps:
            _log.warning("step_is_gone", flow=frame.flow, step=frame.step, instead=flow.start)
            return [(flow, flow.start)]
        stack.append((now, frame.step))
        now = next((sub for need, sub in now.subflows.items() if _leads(now, frame, need)), None)
    return stack or [(flow, flow.start)]


def _leads(flow: Flow, frame: Frame, subflow: str) -> bool:
    return any(need.name == subflow for need in flow.steps[frame.step].needs())


def _wants(stack: Stack, variable: str) -> bool:
    """Whether the call may still come to a step that reads the variable before one sets it."""
    waiting = [
        stack[-1],
        *((flow, after) for flow, step in stack[:-1] if (after := _behind(flow, step))),
    ]
    seen = set[tuple[str, str]]()
    while waiting:
        flow, name = waiting.pop()
        if (flow.name, name) in seen:
            continue
        seen.add((flow.name, name))
        step = flow.steps[name]
        used = {*step.reads(), *(slot.name for text in step.texts() for slot in text.slots())}
        used.update(*(expression.names for expression in step.expressions().values()))
        if variable in used:
            return True
        if variable not in step.sets():
            waiting += [(flow, target) for target in step.targets().values()]
            entered = [
                flow.subflows[need.name] for need in step.needs() if need.name in flow.subflows
            ]
            waiting += [(subflow, subflow.start) for subflow in entered]
    return False
