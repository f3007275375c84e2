"""What users of other systems complain about most, as far as the distribution is to blame: each has
its test (the list is in FEATURES.md; how to read a story: ``story``)."""

from callserver.acd.switchboard import AT_ONCE
from tests.acd.story import happen, new_board, play, told


def test_agent_shown_busy_for_hours_after_hang_up() -> None:
    """Whichever way the session tells that the call is over, and told twice or not at all about the
    conversation, the agent is free."""
    play(
        """
        0  | anna phones 1     | anna ready
        1  | c1 joins support  | anna ringing; ring anna for c1
        2  | anna answers c1   | anna talking
        50 | c1 leaves         | anna wrap_up
        51 | anna finishes c1  |
        52 | c1 leaves         |
        60 | time              | anna ready
        61 | c2 joins support  | anna ringing; ring anna for c2
        62 | c2 leaves         | anna ready
        63 | c2 leaves         |
        """
    )


def test_caller_hung_up_while_ringing_and_the_agent_gets_silence() -> None:
    """The agent is ready at once, and an answer that was on its way binds nobody."""
    play(
        """
        0 | anna phones 1    | anna ready
        1 | c1 joins support | anna ringing; ring anna for c1
        2 | c1 leaves        | anna ready
        3 | anna answers c1  |
        4 | c2 joins support | anna ringing; ring anna for c2
        5 | anna answers c1  |
        6 | anna answers c2  | anna talking
        """
    )


def test_two_agents_answer_one_call() -> None:
    play(
        """
        0  | anna phones 1            | anna ready
        1  | bela phones 1            | bela ready
        2  | c1 joins support         | anna ringing; ring anna for c1
        17 | anna misses c1 no_answer | anna paused missed_call; bela ringing; ring bela for c1
        18 | anna answers c1          |
        19 | bela answers c1          | bela talking
        20 | anna answers c1          |
        """
    )


def test_losers_stay_reserved() -> None:
    """Nobody but the agent who is rung is reserved, and nobody after the call was taken."""
    play(
        """
        0 | anna phones 1          | anna ready
        1 | bela phones 1          | bela ready
        2 | c1 joins support       | anna ringing; ring anna for c1
        3 | c2 joins support       | bela ringing; ring bela for c2
        4 | anna misses c1 busy    | anna paused busy; tell c1 1
        5 | bela answers c2        | bela talking
        6 | anna asks ready        | anna ready; anna ringing; ring anna for c1
        """
    )


def test_first_answerer_drops_before_the_bridge_and_everyone_stops_ringing() -> None:
    play(
        """
        0 | anna phones 1          | anna ready
        1 | bela phones 1          | bela ready
        2 | c1 joins support       | anna ringing; ring anna for c1
        5 | anna misses c1 hung_up | anna paused hung_up; bela ringing; ring bela for c1
        6 | bela misses c1 failed  | bela paused failed; tell c1 1
        """
    )


def test_wrap_up_cut_short_by_a_reload_or_by_waiting_callers() -> None:
    play(
        """
        0  | anna phones 1             | anna ready
        1  | c1 joins support          | anna ringing; ring anna for c1
        2  | anna answers c1           | anna talking
        9  | anna finishes c1          | anna wrap_up
        10 | c2 joins sales            |
        11 | anna serves sales support |
        12 | c3 joins support 9        | tell c3 1
        13 | anna phones 2             |
        19 | time                      | anna ready; anna ringing; ring anna for c3
        """
    )


def test_dispatch_stops_when_one_agent_is_unavailable() -> None:
    play(
        """
        0 | anna phones 1              | anna ready
        1 | bela phones 1              | bela ready
        2 | cora phones 1              | cora ready
        3 | c1 joins support           | anna ringing; ring anna for c1
        3 | anna misses c1 unreachable | anna paused unreachable; bela ringing; ring bela for c1
        3 | c2 joins support           | cora ringing; ring cora for c2
        4 | cora answers c2            | cora talking
        """
    )


def test_place_is_told_to_the_head_while_an_agent_is_free() -> None:
    """An agent who becomes free at the moment an announcement is due gets the call instead."""
    play(
        """
        0  | c1 joins support         | tell c1 1
        9  | c2 joins support         | tell c2 2
        10 | anna phones 1            | anna ready; anna ringing; ring anna for c1
        12 | anna answers c1          | anna talking
        29 | anna finishes c1         | anna wrap_up
        39 | time                     | anna ready; anna ringing; ring anna for c2
        99 | time                     |
        """
    )


def test_place_lost_on_re_entry() -> None:
    play(
        """
        0  | c1 joins support      | tell c1 1
        5  | c2 joins support      | tell c2 2
        6  | c1 leaves             |
        7  | c1 joins support 0 0  | tell c1 1
        8  | anna phones 1         | anna ready; anna ringing; ring anna for c1
        """
    )


def test_agent_locked_out_for_ever_after_missed_calls() -> None:
    play(
        """
        0   | anna phones 1            | anna ready
        1   | c1 joins sales           |
        2   | anna serves sales        | anna ringing; ring anna for c1
        17  | anna misses c1 no_answer | anna paused missed_call
        77  | time                     | anna ready; anna ringing; ring anna for c1
        92  | anna misses c1 no_answer | anna paused missed_call
        152 | time                     | anna ready; anna ringing; ring anna for c1
        153 | anna answers c1          | anna talking
        """
    )


def test_answered_call_logged_as_missed() -> None:
    play(
        """
        0 | anna phones 1            | anna ready
        1 | c1 joins support         | anna ringing; ring anna for c1
        2 | anna answers c1          | anna talking
        3 | anna misses c1 no_answer |
        """
    )


def test_burst_of_announcements_makes_an_agents_phone_ring_late() -> None:
    """Ours, before anybody complains: who came together is told the place in portions, and an agent
    who becomes free in between is served first."""
    board = new_board()
    for number in range(3 * AT_ONCE):
        happen(board, f"c{number} joins support", 0)
    first = happen(board, "time", 30)
    assert [told(decision) for decision in first[:2]] == ["tell c0 1", "tell c1 2"]
    assert len(first) == AT_ONCE
    assert board.next_deadline() == 30
    rung = [told(decision) for decision in happen(board, "anna phones 1", 30)]
    assert rung == ["anna ready", "anna ringing", "ring anna for c0"]
    assert len([*happen(board, "time", 30), *happen(board, "time", 30)]) == 2 * AT_ONCE
    assert happen(board, "time", 30) == []
