"""How far a flow's dialling is, folded from facts and brought up to date after a restart."""

from dataclasses import replace

import pytest

from callserver.call import record as records
from callserver.call.dialled import Dialled, caught_up
from callserver.call.reconcile import Now, reconcile
from callserver.call.restore import OpenCall, place
from callserver.call.talk import Talk
from callserver.model import facts as f
from callserver.model import talk_facts as t
from callserver.model.call import Ending, Leg, Phase, Reason, Result
from callserver.model.dial import DialEnd, nearest
from callserver.model.events import LegAnswered, LegEnd, LegEnded, WorkerReturned
from callserver.model.talk import Target, TargetKind
from tests.call.calls import offered

CALL = "c1"
ANNA = Target(TargetKind.AGENT, "anna")
OUTSIDE = Target(TargetKind.EXTERNAL, "+37129999999")
BEGUN = (
    offered(CALL),
    f.CallAnswered(CALL, 100.1),
    f.StepEntered(CALL, 100.2, "support", "v1", "ring"),
    t.FlowDialled(CALL, 101.0, (ANNA, OUTSIDE)),
)
BACK = WorkerReturned(
    110.0, (LegAnswered(Leg.CUSTOMER, "a", "PCMU", 100.1),), (), (), (), (), (), 0.0, 120.0
)


def journaled(*facts: f.Fact) -> OpenCall:
    record = records.begin(BEGUN[0])
    for fact in (*BEGUN[1:], *facts):
        record = records.fold(record, fact)
    return OpenCall(record, place((*BEGUN, *facts)))


def answered(who: str, at: float = 111.0) -> LegAnswered:
    return LegAnswered(Leg.AGENT, "b", "PCMU", at, who)


def missed(who: str, end: LegEnd, at: float = 112.0) -> LegEnded:
    return LegEnded(Leg.AGENT, "b", end, 486, None, at, who)


def kinds(now: Now) -> list[str]:
    return [type(fact).__name__ for fact in now.facts]


def test_record_follows_from_the_flow_to_the_conversation_and_back() -> None:
    assert journaled().record.phase is Phase.RINGING
    talks = journaled(t.DialAnswered(CALL, 105.0, OUTSIDE.kind, OUTSIDE.name))
    assert (talks.record.phase, talks.record.talking_at) == (Phase.TALKING, 105.0)
    assert talks.place.talk == Talk(Leg.AGENT, None)
    over = journaled(
        t.DialAnswered(CALL, 105.0, OUTSIDE.kind, OUTSIDE.name), t.DialEnded(CALL, 115.0)
    )
    assert (over.record.phase, over.record.talked_s, over.place.talk) == (Phase.FLOW, 10.0, None)
    assert over.place.dialled is not None
    assert over.place.dialled.over


def test_next_step_and_a_queue_know_nothing_of_it() -> None:
    step = f.StepEntered(CALL, 120.0, "support", "v1", "bye")
    joined = f.QueueJoined(CALL, 120.0, "support", 0, 120.0)
    assert journaled(step).place.dialled is None
    assert journaled(joined).place.dialled is None


def test_those_still_rung_are_still_rung() -> None:
    now = reconcile(journaled(), replace(BACK, ringing=(Leg.AGENT,), rung=("anna",)))
    assert (now.phase, now.facts, now.stray) == (Phase.RINGING, (), False)


def test_who_answered_meanwhile_talks() -> None:
    now = reconcile(journaled(), replace(BACK, answered=(*BACK.answered, answered("anna"))))
    assert (now.phase, now.agent) == (Phase.TALKING, "anna")
    assert kinds(now) == ["DialAnswered", "AgentAnswered"]
    now = reconcile(journaled(), replace(BACK, answered=(*BACK.answered, answered(OUTSIDE.who))))
    assert (now.phase, now.agent, kinds(now)) == (Phase.TALKING, None, ["DialAnswered"])


def test_who_answered_and_hung_up_meanwhile_did_both() -> None:
    gone = replace(missed("", LegEnd.HUNG_UP), who="")
    back = replace(BACK, answered=(*BACK.answered, answered("anna")), ended=(gone,))
    now = reconcile(journaled(), back)
    assert (now.phase, now.events) == (Phase.TALKING, (gone,))
    assert kinds(now) == ["DialAnswered", "AgentAnswered", "LegReleased"]


def test_when_all_said_no_the_round_is_over() -> None:
    ends = (missed("anna", LegEnd.NO_ANSWER), missed(OUTSIDE.who, LegEnd.BUSY))
    now = reconcile(journaled(), replace(BACK, ended=ends))
    assert (now.phase, kinds(now)) == (Phase.FLOW, ["LegReleased", "LegReleased", "DialMissed"])
    found = caught_up(journaled().place.dialled, now.facts)
    assert found == Dialled((), (DialEnd.NO_ANSWER,), since=101.0)


def test_an_order_that_died_with_the_controller_is_given_again() -> None:
    now = reconcile(journaled(), BACK)
    assert (now.phase, now.facts) == (Phase.FLOW, ())


@pytest.mark.parametrize(
    ("target", "given", "end", "ending"),
    [
        (OUTSIDE, False, LegEnd.HUNG_UP, (Result.ANSWERED, Reason.CUSTOMER_HUNG_UP)),
        (OUTSIDE, False, LegEnd.RELEASED, (Result.ANSWERED, Reason.THIRD_HUNG_UP)),
        (OUTSIDE, True, LegEnd.HUNG_UP, (Result.TRANSFERRED, Reason.CUSTOMER_HUNG_UP)),
        (ANNA, True, LegEnd.HUNG_UP, None),
    ],
)
def test_how_it_ended_for_a_customer_whom_nobody_conducted(
    target: Target, given: bool, end: LegEnd, ending: tuple[Result, Reason] | None
) -> None:
    left = LegEnded(Leg.CUSTOMER, "a", end, 200, None, 130.0)
    found = Dialled(answered=target, given=given).left(left)
    assert found == (None if ending is None else Ending(*ending))


def test_what_came_nearest_to_an_answer_counts() -> None:
    assert nearest([DialEnd.FAILED, DialEnd.REFUSED]) is DialEnd.REFUSED
    assert nearest([DialEnd.REFUSED, DialEnd.BUSY]) is DialEnd.BUSY
    assert nearest([DialEnd.BUSY, DialEnd.NO_ANSWER]) is DialEnd.NO_ANSWER
    assert nearest([]) is DialEnd.FAILED


def test_round_that_the_journal_did_not_live_to_keep_is_hung_up_and_made_again() -> None:
    rings = replace(BACK, ended=(missed("anna", LegEnd.BUSY),), rung=("boris",))
    now = reconcile(journaled(), rings)
    assert (now.phase, now.stray, kinds(now)) == (Phase.FLOW, True, ["LegReleased", "DialMissed"])
    talks = replace(BACK, answered=(*BACK.answered, answered("boris")))
    now = reconcile(journaled(), talks)
    assert (now.phase, now.stray, now.facts) == (Phase.FLOW, True, ())
