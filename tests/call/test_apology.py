"""Who is owed a call back."""

from dataclasses import replace

import pytest

from callserver.call import record as records
from callserver.call.apology import owed
from callserver.model import facts as f
from callserver.model.call import Direction, Ending, Phase, Reason, Result
from callserver.model.record import CallRecord

LOST = Ending(Result.FAILED, Reason.WORKER_LOST)


def waiting(number: str = "+37120000001") -> CallRecord:
    offered = f.CallOffered("c1", 1.0, Direction.INBOUND, "100", number, "Jane", "t", "s", "w")
    joined = f.QueueJoined("c1", 5.0, "support", 3, 4.0)
    return records.fold(records.begin(offered), joined)


@pytest.mark.parametrize("phase", [Phase.QUEUED, Phase.RINGING, Phase.TALKING])
def test_who_was_cut_off_by_us_is_owed_a_call_at_the_old_place(phase: Phase) -> None:
    apology = owed(waiting(), phase, LOST, 3, 9.0)
    assert apology == f.CallbackOwed("c1", 9.0, "+37120000001", "Jane", "100", "support", 3, 4.0)


@pytest.mark.parametrize(
    ("record", "phase", "ending"),
    [
        (waiting(), Phase.QUEUED, Ending(Result.ABANDONED, Reason.IN_QUEUE)),
        (waiting(), Phase.FLOW, LOST),
        (waiting(number=""), Phase.QUEUED, LOST),
        (replace(waiting(), callback_of="c0"), Phase.RINGING, LOST),
    ],
    ids=["hung up by themselves", "had talked already", "withheld the number", "still owed"],
)
def test_who_is_owed_nothing(record: CallRecord, phase: Phase, ending: Ending) -> None:
    assert owed(record, phase, ending, 0, 9.0) is None


@pytest.mark.parametrize(
    ("number", "country", "kept"),
    [("20000001", "LV", "+37120000001"), ("20000001", "", "20000001"), ("anna", "LV", "anna")],
)
def test_number_is_kept_as_it_can_be_dialled(number: str, country: str, kept: str) -> None:
    apology = owed(waiting(number), Phase.QUEUED, LOST, 3, 9.0, country)
    assert apology is not None
    assert apology.number == kept
