"""What agents do besides taking calls, as stories (how to read one: ``story``)."""

import pytest

from callserver.config.queues import Agents
from callserver.model.agent import AgentState
from tests.acd.story import happen, new_board, play, profile, told

STORIES = {
    "hold_and_consultation_are_states_of_their_own": """
        0 | anna phones 1         | anna ready
        1 | c1 joins sales        |
        2 | anna serves sales     | anna ringing; ring anna for c1
        3 | anna answers c1       | anna talking
        4 | anna turns c1 hold    | anna hold
        5 | anna turns c1 consult | anna consult
        6 | anna turns c1 talking | anna talking
        7 | anna turns c2 hold    |
        8 | anna turns c1 ready   |
        9 | anna finishes c1      | anna wrap_up
    """,
    "calls_outside_the_queue_count_as_busy": """
        0  | anna phones 1         | anna ready
        1  | anna outside 1        | anna busy
        2  | c1 joins sales        |
        3  | anna serves sales     |
        4  | anna outside 2        |
        5  | anna outside 1        |
        6  | anna outside 0        | anna ready; anna ringing; ring anna for c1
    """,
    "who_comes_from_a_call_outside_was_not_idle": """
        0 | anna phones 1    | anna ready
        1 | bela phones 1    | bela ready
        2 | anna outside 1   | anna busy
        3 | anna outside 0   | anna ready
        4 | c1 joins support | bela ringing; ring bela for c1
    """,
    "wrap_up_goes_on_behind_a_call_outside": """
        0  | anna phones 1        | anna ready
        1  | c1 joins support     | anna ringing; ring anna for c1
        2  | anna answers c1      | anna talking
        10 | anna finishes c1     | anna wrap_up
        12 | anna outside 1       | anna busy
        15 | anna outside 0       | anna wrap_up
        20 | time                 | anna ready
    """,
    "wrap_up_is_made_longer_up_to_a_limit": """
        0   | anna phones 1    | anna ready
        1   | anna longer 20   | refused: anna is ready
        2   | c1 joins support | anna ringing; ring anna for c1
        3   | anna answers c1  | anna talking
        10  | anna finishes c1 | anna wrap_up
        15  | anna longer 30   | anna wrap_up
        20  | time             |
        21  | anna longer 999  | refused: a wrap-up lasts at most 300 s
        50  | time             | anna ready
    """,
    "wrap_up_made_longer_is_ended_early": """
        0   | anna phones 1    | anna ready
        2   | c1 joins support | anna ringing; ring anna for c1
        3   | anna answers c1  | anna talking
        10  | anna finishes c1 | anna wrap_up
        15  | anna longer 30   | anna wrap_up
        25  | anna asks ready  | anna ready
        40  | time             |
    """,
    "agent_of_capacity_two_gets_a_second_call_after_all_who_have_none": """
        0  | anna phones 1        | anna ready
        0  | anna has capacity 2  |
        0  | bela phones 1        | bela ready
        1  | c1 joins support     | anna ringing; ring anna for c1
        2  | anna answers c1      | anna talking
        3  | c2 joins support     | bela ringing; ring bela for c2
        4  | c3 joins support     | ring anna for c3
        5  | c4 joins support     | tell c4 3
        6  | anna answers c3      |
        7  | anna finishes c1     | anna talking
        16 | anna finishes c3     | anna wrap_up
        26 | time                 | anna ready; anna ringing; ring anna for c4
    """,
    "caller_picked_by_hand_comes_out_of_turn": """
        0  | anna phones 1          | anna ready
        1  | anna asks paused lunch | anna paused lunch
        2  | c1 joins support       | tell c1 1
        3  | c2 joins support       | tell c2 2
        4  | anna picks c2          | anna ringing, then paused lunch; ring anna for c2
        5  | anna picks c1          | refused: anna is ringing and cannot take a call now
        6  | anna answers c2        | anna talking, then paused lunch
        9  | anna finishes c2       | anna wrap_up, then paused lunch
        12 | anna picks c1          | anna ringing, then paused lunch; ring anna for c1
        13 | c1 leaves              | anna paused lunch
    """,
    "caller_who_is_being_rung_for_is_picked_away": """
        0 | anna phones 1             | anna ready
        1 | c1 joins support          | anna ringing; ring anna for c1
        2 | bela phones 1             | bela ready
        3 | bela picks c1             | hush anna for c1; anna ready; bela ringing; ring bela for c1
        4 | bela picks c1             |
        5 | cora phones 1             | cora ready
        6 | cora serves sales         |
        7 | cora picks c1             | refused: cora does not serve the queue support
        8 | bela answers c1           | bela talking
    """,
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_story(story: str) -> None:
    play(story)


def test_pause_comes_after_as_many_misses_as_the_rule_says_with_a_rest_before() -> None:
    play(
        """
        0  | anna phones 1            | anna ready
        1  | c1 joins sales           |
        1  | anna serves sales        | anna ringing; ring anna for c1
        16 | anna misses c1 no_answer | anna paused missed_call
        21 | time                     | anna ready; anna ringing; ring anna for c1
        30 | anna misses c1 busy      | anna paused busy
        90 | time                     | anna ready; anna ringing; ring anna for c1
        91 | anna answers c1          | anna talking
        """,
        Agents(max_missed=2, missed_rest_s=5, missed_pause_s=60),
    )


def test_wrap_up_made_longer_survives_a_restart() -> None:
    board = new_board()
    board.enroll(profile("anna"), 0, 100)
    board.resume("anna", AgentState.WRAP_UP, "", 90, None, 150, 1, 100)
    assert board.next_deadline() == 150
    assert [told(one) for one in board.tick(150)] == ["anna ready"]


def test_new_day_forgets_what_was_counted() -> None:
    board = play(
        """
        0 | anna phones 1    | anna ready
        2 | c1 joins support | anna ringing; ring anna for c1
        3 | anna answers c1  | anna talking
        9 | anna finishes c1 | anna wrap_up
        """
    )
    assert (board.agents["anna"].taken, board.agents["anna"].talked_s) == (1, 6)
    board.new_day(10)
    assert (board.agents["anna"].taken, board.agents["anna"].talked_s) == (0, 0)


def test_wrap_up_survives_a_transfer() -> None:
    """The call goes on with somebody else; who gave it away has all the time for notes."""
    board = play(
        """
        0  | anna phones 1    | anna ready
        1  | c1 joins support | anna ringing; ring anna for c1
        2  | anna answers c1  | anna talking
        10 | anna finishes c1 | anna wrap_up
        11 | bela phones 1    | bela ready
        12 | c1 joins support | bela ringing; ring bela for c1
        13 | bela answers c1  | bela talking
        20 | time             | anna ready
        30 | c1 leaves        | bela wrap_up
        """
    )
    assert happen(board, "anna finishes c1", 31) == []
