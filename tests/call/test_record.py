"""The fold from facts to a call record, as tables a phone engineer could type."""

from callserver.call import record as records
from callserver.model import facts as f
from callserver.model.call import Direction, Ending, Leg, LegStats, Phase, Reason, Result
from callserver.model.events import LegEnd
from callserver.model.record import CallRecord
from callserver.model.recording_facts import RecordingMade

STATS = LegStats("PCMU", 500, 1, 2.0, 500, 0, 1.0, 3.0)
CALL = "c1"
OFFERED = f.CallOffered(CALL, 100.0, Direction.INBOUND, "100", "+371", "Jane", "t", "sip-1", "w1")


def folded(*facts: f.Fact) -> CallRecord:
    record = records.begin(OFFERED)
    for fact in facts:
        record = records.fold(record, fact)
    return record


ANSWERED = (
    f.CallAnswered(CALL, 100.1),
    f.StepEntered(CALL, 100.1, "support", "v1", "welcome"),
    f.DigitPressed(CALL, 103.0, "1"),
    f.QueueJoined(CALL, 104.0, "support", 0, 104.0),
)
TALKING = (
    f.AgentOffered(CALL, 105.0, "support", "alice"),
    f.AgentRinging(CALL, 105.1, "alice"),
    f.AgentAnswered(CALL, 108.0, "alice"),
    f.QueueLeft(CALL, 108.0, "support", 4.0),
)


def test_a_call_that_was_answered_has_its_wait_and_its_talk() -> None:
    record = folded(
        *ANSWERED,
        *TALKING,
        f.LegReleased(CALL, 128.0, Leg.CUSTOMER, None, LegEnd.HUNG_UP, 200, STATS),
        f.AgentFinished(CALL, 128.0, "alice"),
        f.LegReleased(CALL, 128.0, Leg.AGENT, "alice", LegEnd.RELEASED, 200, STATS),
        f.CallEnded(CALL, 128.1, Ending(Result.ANSWERED, Reason.CUSTOMER_HUNG_UP)),
    )
    assert (record.waited_s, record.talked_s, record.held_s) == (4.0, 20.0, 0.0)
    assert (record.queue, record.agent, record.digits) == ("support", "alice", 1)
    assert (record.phase, record.ended_at) == (Phase.ENDED, 128.1)
    assert [leg.leg for leg in record.legs] == [Leg.CUSTOMER, Leg.AGENT]
    assert record.legs[1].agent == "alice"


def test_an_agent_who_missed_the_call_is_remembered_and_the_caller_waits_on() -> None:
    record = folded(
        *ANSWERED,
        f.AgentOffered(CALL, 105.0, "support", "boris"),
        f.AgentMissed(CALL, 120.0, "boris", LegEnd.NO_ANSWER),
    )
    assert record.phase is Phase.QUEUED
    assert record.missed_by == ("boris",)
    assert record.agent is None


def test_hold_time_counts_once_even_when_both_sides_hold() -> None:
    record = folded(
        *ANSWERED,
        *TALKING,
        f.HoldStarted(CALL, 110.0, Leg.AGENT),
        f.HoldStarted(CALL, 111.0, Leg.CUSTOMER),
        f.HoldEnded(CALL, 115.0, Leg.AGENT),
        f.HoldEnded(CALL, 116.0, Leg.CUSTOMER),
    )
    assert record.held_s == 6.0
    assert (record.holding, record.held_since) == ((), None)


def test_hold_counts_while_two_talk_and_no_longer() -> None:
    """A customer on hold when the agent comes, an agent who hangs up without taking back."""
    record = folded(
        *ANSWERED,
        f.HoldStarted(CALL, 105.0, Leg.CUSTOMER),
        *TALKING,
        f.HoldEnded(CALL, 110.0, Leg.CUSTOMER),
        f.HoldStarted(CALL, 112.0, Leg.AGENT),
        f.LegReleased(CALL, 115.0, Leg.AGENT, "alice", LegEnd.HUNG_UP, 200, STATS),
        f.HoldStarted(CALL, 116.0, Leg.CUSTOMER),
        f.AgentFinished(CALL, 117.0, "alice"),
        f.HoldEnded(CALL, 130.0, Leg.CUSTOMER),
    )
    assert record.held_s == 2.0 + 3.0 + 1.0
    assert (record.holding, record.held_since) == ((), None)


def test_a_clock_that_is_set_back_makes_no_time_negative() -> None:
    """NTP finds out in the middle of the call that it is an hour earlier."""
    hour = 3600.0
    record = folded(
        *ANSWERED,
        *TALKING[:-1],
        f.QueueLeft(CALL, 108.0 - hour, "support", 4.0 - hour),
        f.HoldStarted(CALL, 110.0, Leg.AGENT),
        f.HoldEnded(CALL, 115.0 - hour, Leg.AGENT),
        f.AgentFinished(CALL, 128.0 - hour, "alice"),
        f.CallEnded(CALL, 129.0 - hour, Ending(Result.ANSWERED, Reason.CUSTOMER_HUNG_UP)),
    )
    assert (record.waited_s, record.talked_s, record.held_s) == (0.0, 0.0, 0.0)
    assert record.ending is not None


def test_a_call_that_ends_on_hold_closes_the_hold() -> None:
    record = folded(
        *ANSWERED,
        *TALKING,
        f.HoldStarted(CALL, 110.0, Leg.AGENT),
        f.CallEnded(CALL, 113.0, Ending(Result.ANSWERED, Reason.CUSTOMER_HUNG_UP)),
    )
    assert (record.held_s, record.talked_s) == (3.0, 5.0)


def test_the_recording_comes_after_the_end_and_changes_nothing_else() -> None:
    ended = folded(f.CallEnded(CALL, 101.0, Ending(Result.ANSWERED, Reason.FLOW_ENDED)))
    made = RecordingMade(CALL, 102.0, "r1", "2026/x.wav", "ab", 3.0, 8000, 96044, 99.0, True)
    record = records.fold(ended, made)
    assert record.recording is not None
    assert (record.recording.id, record.recording.repaired) == ("r1", True)
    assert record.ending == ended.ending


def test_an_abandoned_caller_keeps_the_time_waited() -> None:
    record = folded(
        *ANSWERED,
        f.QueueLeft(CALL, 134.0, "support", 30.0),
        f.CallEnded(CALL, 134.0, Ending(Result.ABANDONED, Reason.IN_QUEUE)),
    )
    assert (record.waited_s, record.talked_s) == (30.0, 0.0)
