"""Callers whom a fault of ours cut off are owed a call back (pure)."""

from callserver.call import numbers
from callserver.model.call import Ending, Phase, Reason
from callserver.model.facts import CallbackOwed
from callserver.model.record import CallRecord

OURS = frozenset({Reason.WORKER_LOST, Reason.INTERNAL_ERROR, Reason.FLOW_ERROR})
SOMETHING_TO_LOSE = frozenset({Phase.QUEUED, Phase.RINGING, Phase.TALKING})


def owed(
    record: CallRecord,
    phase: Phase,
    ending: Ending,
    priority: int,
    at: float,
    country: str = "",
) -> CallbackOwed | None:
    """What is owed to a caller whose call ends so in this phase; None: nothing, because it was not
    our fault, they were in no queue, withheld their number, or are owed one already. The number is
    kept in E.164 if it can be, written as people of ``country`` (`outgoing.country`) do."""
    if ending.reason not in OURS or phase not in SOMETHING_TO_LOSE:
        return None
    if record.queue is None or record.queued_at is None or not record.number:
        return None
    if record.callback_of is not None and record.talking_at is None:
        return None  # whom we called back is still to be called
    parsed = numbers.parse(record.number, country)
    return CallbackOwed(
        call=record.id,
        at=at,
        number=record.number if parsed is None else numbers.e164(parsed),
        name=record.name,
        line=record.line,
        queue=record.queue,
        priority=priority,
        entered_at=record.queued_at,
    )
