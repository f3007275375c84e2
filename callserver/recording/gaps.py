"""From the gaps on a call's record to the places of the parts in its recording (pure)."""

from collections.abc import Iterable
from pathlib import Path

from callserver.media.wire import RecordingPart
from callserver.model.call import Leg
from callserver.model.record import CallRecord
from callserver.recording.naming import track_name


def parts(record: CallRecord, numbers: Iterable[int], folder: Path) -> tuple[RecordingPart, ...]:
    """The parts with these numbers, whose tracks lie in ``folder``. One that the record does not
    know (all died at once) comes behind the one before."""
    gaps = {gap.part: gap for gap in record.gaps if gap.part is not None}
    found = []
    for number in sorted(numbers):
        left, right = (
            str(folder / track_name(record.id, number, leg)) for leg in (Leg.CUSTOMER, Leg.AGENT)
        )
        gap = gaps.get(number)
        after_s, why = (0.0, "") if gap is None else (gap.after_s or 0.0, str(gap.why))
        found.append(RecordingPart(left, right, after_s, why))
    return tuple(found)


def around(record: CallRecord) -> tuple[float, str]:
    """How much of the conversation was over when its recording began, and why the recording did
    not last to its end (empty: it did)."""
    if not record.gaps:
        return 0.0, ""
    first, last = record.gaps[0], record.gaps[-1]
    missed_s = 0.0
    if first.after_s == 0.0 and first.until is not None:
        missed_s = max(first.until - first.since, 0.0)
    return missed_s, "" if last.until is not None else str(last.why)


def began_at(record: CallRecord) -> float | None:
    """When the recording of a call that was cut off began; None: it has none."""
    first = record.gaps[0] if record.gaps else None
    if first is not None and first.after_s == 0.0:
        return first.until
    return record.talking_at
