"""Callers who gave up waiting may be called back, if one of ours says so (pure)."""

from datetime import UTC, datetime, tzinfo

from callserver.config.callbacks import Suggestions
from callserver.config.opening import is_open, openings
from callserver.model.call import Ending, Reason, Result
from callserver.model.callback_facts import CallbackSuggested
from callserver.model.record import CallRecord

GAVE_UP = frozenset({Reason.IN_QUEUE, Reason.WHILE_RINGING})


def suggested(
    record: CallRecord,
    ending: Ending,
    number: str | None,
    rules: Suggestions,
    here: tzinfo,
    *,
    priority: int,
    language: str,
    at: float,
) -> CallbackSuggested | None:
    """The suggestion for a caller whose call ends so, at ``number`` (None: it may not be dialled).
    None: they waited too briefly, it is not the time for it, or they need none."""
    gave_up = ending.result is Result.ABANDONED and ending.reason in GAVE_UP
    if not gave_up or not rules.waited_s or record.waited_s < rules.waited_s:
        return None
    if number is None or record.queue is None or record.queued_at is None or record.callback_of:
        return None
    clock = datetime.fromtimestamp(at, UTC).astimezone(here)
    if not is_open(openings(rules.hours), clock):
        return None
    return CallbackSuggested(
        call=record.id,
        at=at,
        number=number,
        name=record.name,
        line=record.line,
        queue=record.queue,
        priority=priority,
        entered_at=record.queued_at,
        language=language,
    )
