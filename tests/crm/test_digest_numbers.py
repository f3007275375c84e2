"""The numbers of a digest against tables that were counted by hand."""

from collections.abc import Mapping

import pytest

from callserver.crm.digest import numbers
from callserver.crm.digest.numbers import Tally, together
from callserver.model.agent import AgentState as S
from callserver.model.call import Result as R
from callserver.model.callback import CallbackState as C
from callserver.model.digest import (
    AgentStep,
    Beside,
    CallbackCount,
    Numbers,
    QueuedCall,
    VoicemailCount,
)
from callserver.model.survey import AnswerCount

# id, queue, result, talked, waited, talked for, recorded
DAY = [
    ("c1", "support", R.ANSWERED, True, 10.0, 100.0, True),
    ("c2", "support", R.ANSWERED, True, 20.0, 200.0, True),  # just in time
    ("c3", "support", R.TRANSFERRED, True, 21.0, 60.0, False),
    ("c4", "support", R.ABANDONED, False, 4.9, 0.0, False),  # short
    ("c5", "support", R.ABANDONED, False, 5.0, 0.0, False),
    ("c6", "support", R.ABANDONED, False, 95.0, 0.0, False),
    ("c7", "support", R.CALLBACK, False, 60.0, 0.0, False),
    ("c8", "support", R.VOICEMAIL, False, 300.0, 0.0, False),
    ("c9", "support", None, True, 3.0, 0.0, False),  # it goes on
    ("d1", "sales", R.ANSWERED, True, 50.0, 30.0, True),
]
TARGETS = {"support": 20.0, "sales": 60.0}


def counted(*, records: bool = True, targets: Mapping[str, float] = TARGETS) -> dict[str, Numbers]:
    tally = Tally(targets, records)
    for n, (id_, queue, result, talked, waited_s, talked_s, recorded) in enumerate(DAY):
        tally.call(QueuedCall(id_, float(n), queue, result, talked, waited_s, talked_s, recorded))
    tally.steps(
        [
            AgentStep(0.0, S.TALKING, "c1"),
            AgentStep(100.0, S.WRAP_UP, None),
            AgentStep(115.0, S.READY, None),
            AgentStep(200.0, S.TALKING, "d1"),
            AgentStep(230.0, S.WRAP_UP, None),
            AgentStep(240.0, S.PAUSED, None),  # ten seconds of sales
            AgentStep(300.0, S.TALKING, "yesterday"),
            AgentStep(310.0, S.WRAP_UP, None),
            AgentStep(400.0, S.READY, None),  # of a call that is not of this day
            AgentStep(500.0, S.WRAP_UP, "c2"),
        ]
    )
    tally.beside(
        Beside(
            callbacks=[
                *(CallbackCount("support", C.DONE, 3), CallbackCount("support", C.RETURNED, 1)),
                *(CallbackCount("support", C.UNREACHED, 2), CallbackCount("support", C.TOLD, 1)),
                *(CallbackCount("support", C.EXPIRED, 1), CallbackCount("support", C.OPEN, 4)),
                *(CallbackCount("support", C.MERGED, 9), CallbackCount("support", C.DISMISSED, 9)),
                *(CallbackCount("support", C.SUGGESTED, 9), CallbackCount("sales", C.CANCELLED, 1)),
            ],
            voicemails=[VoicemailCount("support", 5, 2), VoicemailCount("night", 1, 1)],
            answers=[
                AnswerCount("support", "anna", "satisfaction", "5", 3),
                AnswerCount("support", "anna", "satisfaction", None, 5),
            ],
        )
    )
    return tally.numbers()


def test_a_day_counted_by_hand() -> None:
    found = counted()
    assert found["support"] == Numbers(
        offered=9,
        answered=4,
        aimed=4,
        in_time=3,  # 10 s, 20 s, 3 s
        waited_s=54.0,
        longest_s=300.0,
        handled_s=375.0,  # 100 + 200 + 60 + 0 of talk, 15 of wrap-up
        abandoned=3,
        short=1,
        abandoned_s=104.9,
        unrecorded=1,  # c3; c9 goes on
        callbacks=12,
        reached=4,
        unreached=4,
        waiting=4,
        voicemails=5,
        unheard=2,
        asked=8,
        said=3,
    )
    assert found["sales"].handled_s == 40.0
    assert found["night"] == Numbers(voicemails=1, unheard=1)
    assert counted(records=False)["support"].unrecorded == 0


def test_the_formulas_are_those_of_the_readme() -> None:
    one = counted()["support"]
    assert numbers.service_level(one) == 3 / 4
    assert numbers.abandonment(one) == 3 / (9 - 1)
    assert numbers.mean_wait_s(one) == 54 / 4
    assert numbers.handling_s(one) == 375 / 4
    assert numbers.mean_patience_s(one) == pytest.approx(104.9 / 3)
    assert numbers.survey_rate(one) == 3 / 8
    for formula in (numbers.service_level, numbers.abandonment, numbers.mean_wait_s):
        assert formula(Numbers()) is None


def test_a_queue_that_the_configuration_does_not_know_any_more_was_never_late() -> None:
    found = counted(targets={"support": 20.0})
    assert numbers.service_level(found["sales"]) is None
    assert numbers.service_level(together(found.values())) == 3 / 4


def test_all_together_is_the_sum_and_the_longest_of_all() -> None:
    every = together(counted().values())
    assert (every.offered, every.in_time, every.longest_s) == (10, 4, 300.0)
    assert (every.handled_s, every.voicemails, every.callbacks) == (415.0, 6, 13)
    assert together([]) == Numbers()
