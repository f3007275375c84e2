"""The table of phases."""

import pytest

from callserver.call.lifecycle import CUSTOMER_LEFT, MOVES, move
from callserver.model.call import Phase


def test_every_phase_stands_in_the_table_and_can_end() -> None:
    assert set(MOVES) == set(Phase)
    assert all(Phase.ENDED in MOVES[phase] for phase in Phase if phase is not Phase.ENDED)


def test_a_customer_can_leave_in_every_phase_of_a_living_call() -> None:
    assert set(CUSTOMER_LEFT) == set(Phase) - {Phase.ENDED}


def test_a_call_cannot_talk_without_ringing_first() -> None:
    with pytest.raises(ValueError, match="queued to talking"):
        move(Phase.QUEUED, Phase.TALKING)


def test_an_ended_call_stays_ended() -> None:
    for phase in Phase:
        with pytest.raises(ValueError, match="cannot go"):
            move(Phase.ENDED, phase)
