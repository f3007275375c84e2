"""Rules of agents and calls that take more than a table to tell."""

import pytest

from callserver.acd.agent import pause_reason
from callserver.acd.switchboard import Switchboard
from callserver.config.sections import Agents
from callserver.model.agent import AgentState
from callserver.model.errors import UnknownName
from callserver.model.events import LegEnd
from tests.acd.story import RULES, happen, new_board, play, told


def test_no_wrap_up_means_ready_at_once_and_wishes_take_effect_at_once() -> None:
    play(
        """
        0 | anna phones 1        | anna ready
        1 | c1 joins support     | anna ringing; ring anna for c1
        2 | c2 joins support     | tell c2 2
        3 | anna answers c1      | anna talking
        4 | anna finishes c1     | anna ready; anna ringing; ring anna for c2
        5 | anna answers c2      | anna talking
        6 | anna asks signed_out | anna talking, then signed_out
        7 | anna finishes c2     | anna signed_out
        """,
        Agents(wrap_up_s=0),
    )


def test_agent_who_found_nobody_to_talk_with_has_no_wrap_up_and_keeps_the_turn() -> None:
    board = new_board(Agents(wrap_up_s=30))
    happen(board, "anna phones 1", 0)
    happen(board, "bela phones 1", 1)
    happen(board, "c1 joins support", 2)
    happen(board, "anna answers c1", 3)
    assert [told(decision) for decision in board.spared("c1", "bela", 9)] == []
    assert [told(decision) for decision in board.spared("c1", "anna", 9)] == ["anna ready"]
    assert board.agents["anna"].taken == 0
    assert [told(decision) for decision in happen(board, "c2 joins support", 10)] == [
        "anna ringing",
        "ring anna for c2",
    ]


def test_missed_pause_of_zero_lasts_until_the_agent_says_so() -> None:
    play(
        """
        0    | anna phones 1            | anna ready
        1    | c1 joins support         | anna ringing; ring anna for c1
        16   | anna misses c1 no_answer | anna paused missed_call; tell c1 1
        17   | c1 leaves                |
        9999 | time                     |
        9999 | anna asks ready          | anna ready
        """,
        Agents(missed_pause_s=0),
    )


def test_idle_time_counts_from_the_end_of_wrap_up_however_late_the_timer() -> None:
    board = play(
        """
        0 | anna phones 1    | anna ready
        1 | c1 joins support | anna ringing; ring anna for c1
        2 | anna answers c1  | anna talking
        3 | anna finishes c1 | anna wrap_up
        """
    )
    happen(board, "bela phones 1", 13.5)
    happen(board, "time", 14.0)
    assert [told(decision) for decision in happen(board, "c2 joins support", 15)] == [
        "anna ringing",
        "ring anna for c2",
    ]


def test_every_way_not_to_take_a_call_has_a_word_of_its_own() -> None:
    words = {why: pause_reason(why) for why in LegEnd}
    assert words[LegEnd.NO_ANSWER] == "missed_call"
    assert words[LegEnd.DECLINED] == "declined"
    assert len(set(words.values())) == len(LegEnd)
    assert not set(words.values()) & set(RULES.pause_reasons)


def test_missed_calls_in_a_row_are_counted_until_one_is_answered() -> None:
    board = play(
        """
        0 | anna phones 1            | anna ready
        1 | c1 joins sales           |
        2 | anna serves sales        | anna ringing; ring anna for c1
        3 | anna misses c1 no_answer | anna paused missed_call
        4 | anna asks ready          | anna ready; anna ringing; ring anna for c1
        5 | anna misses c1 declined  | anna paused declined
        6 | anna asks ready          | anna ready; anna ringing; ring anna for c1
        """
    )
    assert board.agents["anna"].missed == 2
    happen(board, "anna answers c1", 7)
    assert board.agents["anna"].missed == 0


def test_unknown_queue_is_refused_and_changes_nothing() -> None:
    board = play(
        """
        0 | c1 joins support | tell c1 1
        """
    )
    with pytest.raises(UnknownName, match="sales, support"):
        board.join("c1", "nowhere", 0, 0, 1)
    assert board.waits("c1")


def test_unknown_agent_cannot_be_asked_and_its_phones_are_ignored() -> None:
    board = play("")
    with pytest.raises(UnknownName, match="nobody"):
        board.request("nobody", AgentState.READY, "", 0)
    assert board.phones("nobody", 1, 0) == []


def seen(board: Switchboard, agent: str) -> str:
    return str(board.agents[agent].state)


def test_who_takes_a_conversation_over_has_the_wrap_up_too() -> None:
    board = new_board()
    for what in ("anna phones 1", "bob phones 1", "c1 joins support", "anna answers c1"):
        happen(board, what, 0)
    board.outside("bob", 1, 5)
    assert seen(board, "bob") == "busy"
    board.finished("c1", "anna", 6)
    board.took_over("c1", "support", "bob", 6)
    assert seen(board, "anna") == "wrap_up"
    assert seen(board, "bob") == "talking"
    board.took_over("c1", "support", "nobody", 7)
    board.finished("c1", "bob", 20)
    board.outside("bob", 0, 20)
    assert seen(board, "bob") == "wrap_up"
