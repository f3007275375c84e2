"""The rules for agents and callers, each as a story (how to read one: ``story``)."""

import pytest

from tests.acd.story import play

STORIES = {
    "first_phone_signs_in_and_the_last_one_out": """
        0 | anna phones 0 |
        1 | anna phones 1 | anna ready
        2 | anna phones 2 |
        3 | anna phones 1 |
        4 | anna phones 0 | anna signed_out
        5 | anna phones 1 | anna ready
    """,
    "who_signed_out_on_purpose_stays_out_while_a_phone_stays_registered": """
        0 | anna phones 1        | anna ready
        1 | anna asks signed_out | anna signed_out
        2 | anna phones 2        |
        3 | anna asks ready      | anna ready
        4 | anna asks signed_out | anna signed_out
        5 | anna phones 0        |
        6 | anna phones 1        | anna ready
    """,
    "nobody_is_ready_without_a_phone": """
        0 | anna phones 0         |
        1 | anna asks ready       | refused: anna has no phone
        2 | anna asks paused lunch | refused: anna is signed out
        3 | anna asks signed_out  |
    """,
    "pauses_need_a_reason_from_the_list": """
        0 | anna phones 1          | anna ready
        1 | anna asks paused nap   | refused: a pause needs a reason
        2 | anna asks paused       | refused: a pause needs a reason
        3 | anna asks paused lunch | anna paused lunch
        4 | anna asks paused lunch |
        5 | anna asks paused break | anna paused break
        6 | anna asks talking      | refused: talking cannot be asked for
        7 | anna asks ready        | anna ready
    """,
    "conversation_then_wrap_up_then_ready": """
        0  | anna phones 1    | anna ready
        1  | c1 joins support | anna ringing; ring anna for c1
        4  | anna answers c1  | anna talking
        60 | anna finishes c1 | anna wrap_up
        69 | time             |
        70 | time             | anna ready
    """,
    "agent_ends_the_wrap_up_early": """
        0  | anna phones 1    | anna ready
        1  | c1 joins support | anna ringing; ring anna for c1
        4  | anna answers c1  | anna talking
        60 | anna finishes c1 | anna wrap_up
        62 | c2 joins support | tell c2 1
        63 | anna asks ready  | anna ready; anna ringing; ring anna for c2
    """,
    "pause_after_this_call_comes_after_its_wrap_up": """
        0  | anna phones 1          | anna ready
        1  | c1 joins support       | anna ringing; ring anna for c1
        4  | anna answers c1        | anna talking
        9  | anna asks paused lunch | anna talking, then paused lunch
        60 | anna finishes c1       | anna wrap_up, then paused lunch
        61 | c2 joins support       | tell c2 1
        70 | time                   | anna paused lunch
        91 | time                   | tell c2 1
        95 | anna asks ready        | anna ready; anna ringing; ring anna for c2
    """,
    "sign_out_after_this_call": """
        0  | anna phones 1        | anna ready
        1  | c1 joins support     | anna ringing; ring anna for c1
        2  | anna asks signed_out | anna ringing, then signed_out
        4  | anna answers c1      | anna talking, then signed_out
        60 | anna finishes c1     | anna wrap_up, then signed_out
        70 | time                 | anna signed_out
    """,
    "asking_for_ready_forgets_the_pause_after_this_call": """
        0  | anna phones 1          | anna ready
        1  | c1 joins support       | anna ringing; ring anna for c1
        4  | anna answers c1        | anna talking
        9  | anna asks paused lunch | anna talking, then paused lunch
        10 | anna asks ready        | anna talking
        60 | anna finishes c1       | anna wrap_up
        70 | time                   | anna ready
    """,
    "pause_after_this_call_holds_once": """
        0 | anna phones 1            | anna ready
        1 | c1 joins support         | anna ringing; ring anna for c1
        2 | anna asks paused lunch   | anna ringing, then paused lunch
        3 | anna misses c1 no_answer | anna paused lunch; tell c1 1
        4 | anna asks ready          | anna ready; anna ringing; ring anna for c1
        5 | c1 leaves                | anna ready
    """,
    "pause_in_wrap_up_is_the_agents_own_and_comes_at_once": """
        0  | anna phones 1          | anna ready
        1  | c1 joins support       | anna ringing; ring anna for c1
        4  | anna answers c1        | anna talking
        60 | anna finishes c1       | anna wrap_up
        63 | anna asks paused lunch | anna paused lunch
        99 | time                   |
    """,
    "pause_asked_while_ringing_holds_when_the_caller_hangs_up": """
        0 | anna phones 1          | anna ready
        1 | c1 joins support       | anna ringing; ring anna for c1
        2 | anna asks paused lunch | anna ringing, then paused lunch
        3 | c1 leaves              | anna paused lunch
    """,
    "pause_asked_while_ringing_holds_after_a_miss_and_does_not_end_by_itself": """
        0   | anna phones 1              | anna ready
        1   | c1 joins support           | anna ringing; ring anna for c1
        2   | anna asks paused lunch     | anna ringing, then paused lunch
        3   | anna misses c1 no_answer   | anna paused lunch; tell c1 1
        33  | time                       | tell c1 1
        63  | time                       | tell c1 1
        93  | time                       | tell c1 1
    """,
    "missed_call_pauses_the_agent_and_the_caller_is_at_the_head_again": """
        0  | anna phones 1            | anna ready
        1  | c1 joins support         | anna ringing; ring anna for c1
        2  | c2 joins support         | tell c2 2
        16 | anna misses c1 no_answer | anna paused missed_call; tell c1 1
        17 | bela phones 1            | bela ready; bela ringing; ring bela for c1
        18 | cora phones 1            | cora ready; cora ringing; ring cora for c2
        76 | time                     | anna ready
    """,
    "declined_call_goes_to_the_next_agent_in_the_same_turn": """
        0 | anna phones 1           | anna ready
        1 | bela phones 1           | bela ready
        2 | c1 joins support        | anna ringing; ring anna for c1
        3 | anna misses c1 declined | anna paused declined; bela ringing; ring bela for c1
        4 | bela misses c1 busy     | bela paused busy; tell c1 1
        34 | time                   | tell c1 1
        63 | time                   | anna ready; anna ringing; ring anna for c1
        64 | time                   | bela ready
    """,
    "who_missed_a_call_says_they_are_back": """
        0  | anna phones 1            | anna ready
        1  | c1 joins support         | anna ringing; ring anna for c1
        16 | anna misses c1 no_answer | anna paused missed_call; tell c1 1
        20 | anna asks ready          | anna ready; anna ringing; ring anna for c1
    """,
    "asking_for_ready_while_ringing_does_not_excuse_a_miss": """
        0  | anna phones 1            | anna ready
        1  | c1 joins support         | anna ringing; ring anna for c1
        2  | anna asks ready          |
        16 | anna misses c1 no_answer | anna paused missed_call; tell c1 1
    """,
    "imposed_pause_made_ones_own_does_not_end_by_itself": """
        0  | anna phones 1           | anna ready
        1  | c1 joins support        | anna ringing; ring anna for c1
        5  | anna misses c1 declined | anna paused declined; tell c1 1
        6  | anna asks paused lunch  | anna paused lunch
        7  | c1 leaves               |
        99 | time                    |
    """,
    "phone_gone_while_ringing_is_a_miss_and_signs_out": """
        0 | anna phones 1              | anna ready
        1 | c1 joins support           | anna ringing; ring anna for c1
        2 | anna phones 0              |
        3 | anna misses c1 unreachable | anna signed_out; tell c1 1
        4 | anna phones 1              | anna ready; anna ringing; ring anna for c1
    """,
    "phone_gone_while_ringing_and_the_caller_hangs_up_first": """
        0 | anna phones 1    | anna ready
        1 | c1 joins support | anna ringing; ring anna for c1
        2 | anna phones 0    |
        3 | c1 leaves        | anna signed_out
    """,
    "phone_gone_while_talking_finishes_the_conversation_first": """
        0  | anna phones 1    | anna ready
        1  | c1 joins support | anna ringing; ring anna for c1
        2  | anna answers c1  | anna talking
        3  | anna phones 0    |
        60 | anna finishes c1 | anna signed_out
    """,
    "phone_that_came_back_while_talking_changes_nothing": """
        0  | anna phones 1    | anna ready
        1  | c1 joins support | anna ringing; ring anna for c1
        2  | anna answers c1  | anna talking
        3  | anna phones 0    |
        9  | anna phones 1    |
        60 | anna finishes c1 | anna wrap_up
        70 | time             | anna ready
    """,
    "phone_gone_in_wrap_up_or_pause_signs_out": """
        0  | anna phones 1          | anna ready
        1  | bela phones 1          | bela ready
        2  | c1 joins support       | anna ringing; ring anna for c1
        3  | anna answers c1        | anna talking
        4  | anna finishes c1       | anna wrap_up
        5  | anna phones 0          | anna signed_out
        6  | bela asks paused lunch | bela paused lunch
        7  | bela phones 0          | bela signed_out
        99 | time                   |
    """,
    "caller_hang_up_while_ringing_does_not_cost_the_agent_the_turn": """
        0 | anna phones 1    | anna ready
        1 | bela phones 1    | bela ready
        2 | c1 joins support | anna ringing; ring anna for c1
        3 | c1 leaves        | anna ready
        4 | c2 joins support | anna ringing; ring anna for c2
    """,
    "agent_who_just_finished_wrap_up_waits_behind_the_others": """
        0  | anna phones 1    | anna ready
        1  | bela phones 1    | bela ready
        2  | c1 joins support | anna ringing; ring anna for c1
        3  | anna answers c1  | anna talking
        4  | anna finishes c1 | anna wrap_up
        14 | time             | anna ready
        15 | c2 joins support | bela ringing; ring bela for c2
        16 | c3 joins support | anna ringing; ring anna for c3
    """,
    "callers_are_served_by_priority_then_by_time_waited": """
        0 | c1 joins support 0    | tell c1 1
        1 | c2 joins support 5    | tell c2 1
        2 | c3 joins support 5    | tell c3 2
        3 | c4 joins support 0 -9 | tell c4 3
        4 | anna phones 1 | anna ready; anna ringing; ring anna for c2
        5 | bela phones 1 | bela ready; bela ringing; ring bela for c3
        6 | cora phones 1 | cora ready; cora ringing; ring cora for c4
        7 | dora phones 1 | dora ready; dora ringing; ring dora for c1
    """,
    "agent_of_two_queues_takes_who_waits_longest_in_either": """
        0 | anna serves support sales |
        1 | c1 joins sales            |
        2 | c2 joins support          | tell c2 1
        3 | c3 joins sales 1          |
        4 | anna phones 1             | anna ready; anna ringing; ring anna for c3
        5 | anna answers c3           | anna talking
        6 | anna finishes c3          | anna wrap_up
        7 | anna asks ready           | anna ready; anna ringing; ring anna for c1
        8 | c1 leaves                 | anna ready; anna ringing; ring anna for c2
    """,
    "caller_who_joins_elsewhere_leaves_the_first_queue": """
        0 | c1 joins support    | tell c1 1
        1 | c1 joins sales      |
        2 | anna phones 1       | anna ready
        3 | anna serves sales   | anna ringing; ring anna for c1
        4 | c1 joins support    | anna ready; tell c1 1
        5 | anna serves support | anna ringing; ring anna for c1
        6 | anna answers c1     | anna talking
        7 | c1 joins sales      | anna wrap_up
    """,
    "agent_is_not_rung_for_a_queue_of_others": """
        0 | anna phones 1       | anna ready
        1 | c1 joins sales      |
        2 | anna serves sales   | anna ringing; ring anna for c1
        3 | c2 joins support    | tell c2 1
        4 | c1 leaves           | anna ready
        5 | anna serves support | anna ringing; ring anna for c2
    """,
    "queue_that_does_not_exist_is_left_out": """
        0 | anna serves nowhere support |
        1 | anna phones 1               | anna ready
        2 | c1 joins support            | anna ringing; ring anna for c1
    """,
    "place_is_told_at_once_and_then_by_the_interval": """
        0  | c1 joins support | tell c1 1
        5  | c2 joins support | tell c2 2
        6  | c3 joins sales   |
        30 | time             | tell c1 1
        31 | c1 leaves        |
        35 | time             | tell c2 1
        36 | c2 leaves        |
        99 | time             |
    """,
    "place_told_counts_those_whose_agent_is_ringing": """
        0 | anna phones 1    | anna ready
        1 | c1 joins support | anna ringing; ring anna for c1
        2 | c2 joins support | tell c2 2
    """,
    "no_place_is_told_while_the_phone_rings_and_an_overdue_one_right_after": """
        0  | c1 joins support         | tell c1 1
        25 | anna phones 1            | anna ready; anna ringing; ring anna for c1
        40 | time                     |
        41 | anna misses c1 no_answer | anna paused missed_call; tell c1 1
        71 | time                     | tell c1 1
    """,
    "miss_before_the_next_announcement_does_not_bring_it_forward": """
        0  | c1 joins support         | tell c1 1
        5  | anna phones 1            | anna ready; anna ringing; ring anna for c1
        20 | anna misses c1 no_answer | anna paused missed_call
        30 | time                     | tell c1 1
    """,
    "account_taken_away_goes_at_once_or_after_the_call": """
        0 | anna phones 1              | anna ready
        1 | bela phones 1              | bela ready
        2 | cora phones 1              | cora ready
        3 | c1 joins support           | anna ringing; ring anna for c1
        4 | c2 joins support           | bela ringing; ring bela for c2
        5 | anna answers c1            | anna talking
        6 | anna dismissed             |
        7 | bela dismissed             |
        8 | cora dismissed             | cora signed_out
        9 | bela misses c2 no_answer   | bela signed_out; tell c2 1
        10 | anna finishes c1          | anna signed_out
        11 | bela phones 1             | bela ready; bela ringing; ring bela for c2
    """,
    "account_that_came_back_during_the_call_stays": """
        0 | anna phones 1       | anna ready
        1 | c1 joins support    | anna ringing; ring anna for c1
        2 | anna answers c1     | anna talking
        3 | anna dismissed      |
        4 | anna serves support |
        9 | anna finishes c1    | anna wrap_up
    """,
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_story(story: str) -> None:
    play(story)
