"""Journal and worker brought together after a restart, case by case."""

from dataclasses import replace

from callserver.call import record as records
from callserver.call.reconcile import Now, reconcile
from callserver.call.restore import OpenCall, place
from callserver.model import facts as f
from callserver.model.call import Direction, Leg, Phase
from callserver.model.events import LegAnswered, LegEnd, LegEnded, WorkerReturned

CALL = "c1"
OFFERED = f.CallOffered(CALL, 100.0, Direction.INBOUND, "100", "+371", "Jane", "t", "sip-1", "w1")
ANSWERED = f.CallAnswered(CALL, 100.1)
STEP = f.StepEntered(CALL, 100.2, "support", "v1", "wait")
JOINED = f.QueueJoined(CALL, 101.0, "support", 0, 101.0)
RUNG = f.AgentOffered(CALL, 105.0, "support", "anna")
TALKED = (f.AgentAnswered(CALL, 107.0, "anna"), f.QueueLeft(CALL, 107.0, "support", 6.0))
BACK = WorkerReturned(
    110.0, (LegAnswered(Leg.CUSTOMER, "a", "PCMU", 100.1),), (), (), (), (), (), 0.0, 120.0
)
ANNA = LegAnswered(Leg.AGENT, "b", "PCMU", 111.0, "anna")


def journaled(*facts: f.Fact) -> OpenCall:
    record = records.begin(OFFERED)
    for fact in facts:
        record = records.fold(record, fact)
    return OpenCall(record, place((OFFERED, *facts)))


def gone(leg: Leg, at: float, end: LegEnd = LegEnd.HUNG_UP, who: str = "") -> LegEnded:
    return LegEnded(leg, "x", end, 200, None, at, who)


def kinds(now: Now) -> list[str]:
    return [type(fact).__name__ for fact in now.facts]


def test_an_answer_nobody_journaled_is_journaled_with_its_time() -> None:
    now = reconcile(journaled(), BACK)
    assert now.phase is Phase.FLOW
    assert now.facts == (f.CallAnswered(CALL, 100.1),)


def test_a_caller_who_waits_still_waits_and_nothing_is_new() -> None:
    now = reconcile(journaled(ANSWERED, STEP, JOINED), BACK)
    assert (now.phase, now.agent, now.facts, now.stray) == (Phase.QUEUED, None, (), False)


def test_an_agent_still_rung_is_still_rung() -> None:
    now = reconcile(journaled(ANSWERED, STEP, JOINED, RUNG), replace(BACK, rung=("anna",)))
    assert (now.phase, now.agent, now.facts) == (Phase.RINGING, "anna", ())


def test_an_agent_who_answered_meanwhile_talks_and_the_wait_is_known() -> None:
    back = replace(BACK, answered=(*BACK.answered, ANNA))
    now = reconcile(journaled(ANSWERED, STEP, JOINED, RUNG), back)
    assert (now.phase, now.agent) == (Phase.TALKING, "anna")
    assert now.facts == (
        f.AgentAnswered(CALL, 111.0, "anna"),
        f.QueueLeft(CALL, 111.0, "support", 10.0),
    )


def test_an_agent_who_answered_and_hung_up_meanwhile_has_talked() -> None:
    back = replace(BACK, answered=(*BACK.answered, ANNA), ended=(gone(Leg.AGENT, 115.0),))
    now = reconcile(journaled(ANSWERED, STEP, JOINED, RUNG), back)
    assert (now.phase, now.agent) == (Phase.FLOW, None)
    assert kinds(now) == ["AgentAnswered", "QueueLeft", "LegReleased", "AgentFinished"]


def test_an_agent_who_declined_meanwhile_missed_it_and_the_caller_waits() -> None:
    back = replace(BACK, ended=(gone(Leg.AGENT, 112.0, LegEnd.DECLINED, "anna"),))
    now = reconcile(journaled(ANSWERED, STEP, JOINED, RUNG), back)
    assert (now.phase, now.missed) == (Phase.QUEUED, back.ended)
    assert kinds(now) == ["LegReleased", "AgentMissed"]
    assert now.agent is None, "nobody is rung, so nobody can miss it again"


def test_an_agent_who_was_never_dialled_was_not_missed() -> None:
    now = reconcile(journaled(ANSWERED, STEP, JOINED, RUNG), BACK)
    assert (now.phase, now.missed, now.facts) == (Phase.QUEUED, (), ())
    assert now.lost == ("anna",), "the order to ring them died with the controller"


def test_earlier_agents_are_not_taken_for_the_one_talking() -> None:
    boris = gone(Leg.AGENT, 104.0, LegEnd.BUSY, "boris")
    before = journaled(
        ANSWERED,
        STEP,
        JOINED,
        f.AgentOffered(CALL, 103.0, "support", "boris"),
        f.LegReleased(CALL, 104.0, Leg.AGENT, "boris", LegEnd.BUSY, 486, None),
        f.AgentMissed(CALL, 104.0, "boris", LegEnd.BUSY),
        RUNG,
        *TALKED,
    )
    anna = replace(ANNA, at=107.0)
    back = replace(BACK, answered=(*BACK.answered, anna), ended=(boris,))
    now = reconcile(before, back)
    assert (now.phase, now.agent, now.facts) == (Phase.TALKING, "anna", ())


def test_both_hung_up_meanwhile() -> None:
    anna = replace(ANNA, at=107.0)
    ended = (gone(Leg.CUSTOMER, 115.0), gone(Leg.AGENT, 115.0, LegEnd.RELEASED))
    back = replace(BACK, answered=(*BACK.answered, anna), ended=ended)
    now = reconcile(journaled(ANSWERED, STEP, JOINED, RUNG, *TALKED), back)
    assert now.customer_gone == ended[0]
    assert kinds(now) == ["LegReleased", "AgentFinished", "LegReleased"]


def test_a_leg_the_journal_knows_nothing_of_is_stray() -> None:
    back = replace(BACK, rung=("anna",))
    assert reconcile(journaled(ANSWERED, STEP, JOINED), back).stray
