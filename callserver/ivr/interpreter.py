"""Walks a call through a flow, step by step.

Where the call is stands in the journal (``control.enter``), not in this coroutine: after a restart
:func:`run` takes up the call at the step it was in.
"""

from callserver import log
from callserver.ivr.budget import Budgeted
from callserver.ivr.flow import Flow
from callserver.model.errors import CallServerError, FlowError
from callserver.model.ports import CallControl, Prompts

_log = log.get("ivr")


async def run(flow: Flow, control: CallControl, prompts: Prompts, at: str | None = None) -> None:
    """Run ``flow`` from its start, or again from step ``at``, until it has hung up.

    A step that is not there any more (the file changed while the controller was away) means the
    start. Raises ``FlowError`` when a step cannot be carried out. The caller's hang-up comes as
    cancellation.
    """
    if at is not None and at not in flow.steps:
        _log.warning("step_is_gone", flow=flow.name, step=at, instead=flow.start)
        at = None
    call = Budgeted(control)
    name: str | None = at or flow.start
    while name is not None:
        call.enter(flow.name, flow.version, name)
        try:
            name = await flow.steps[name].run(call, prompts)
        except FlowError:
            raise
        except CallServerError as error:
            raise FlowError(f"{flow.name}: step `{name}`: {error}") from error
    await call.hang_up()
