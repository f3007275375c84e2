"""What users of other systems complain about most, and the tests that keep it from being said of
this one. A complaint without a test that exists is a mistake."""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

COMPLAINTS: dict[str, tuple[str, ...]] = {
    "agent shown busy for hours after hang-up": (
        "acd/test_complaints.py::test_agent_shown_busy_for_hours_after_hang_up",
        "acd/test_walk.py::test_every_promise_holds_whatever_happens",
    ),
    "caller hung up while ringing and the agent gets silence": (
        "acd/test_complaints.py::test_caller_hung_up_while_ringing_and_the_agent_gets_silence",
        "scenarios/test_caller_leaves.py::test_caller_leaves_while_the_agent_rings_and_the_ringing_stops_at_once",
    ),
    "ring-all leaves losers reserved": (
        "acd/test_complaints.py::test_losers_stay_reserved",
        "bench/test_races.py::test_every_race_has_one_winner_and_leaves_nobody_ringing_or_connected",
    ),
    "two agents answer one call": (
        "acd/test_complaints.py::test_two_agents_answer_one_call",
        "media/test_race.py::test_two_who_answer_at_once_are_one_winner_and_one_who_is_hung_up_on",
    ),
    "first answerer drops before the bridge and everyone stops ringing": (
        "acd/test_complaints.py::test_first_answerer_drops_before_the_bridge_and_everyone_stops_ringing",
        "media/test_race.py::test_one_who_declines_or_is_taken_back_leaves_the_others_ringing",
    ),
    "wrap-up cut short by a transfer or a reload": (
        "acd/test_complaints.py::test_wrap_up_cut_short_by_a_reload_or_by_waiting_callers",
        "acd/test_single_rules.py::test_who_takes_a_conversation_over_has_the_wrap_up_too",
    ),
    "dispatch stops when one agent is unavailable": (
        "acd/test_complaints.py::test_dispatch_stops_when_one_agent_is_unavailable",
        "scenarios/test_agent_does_not_take_it.py::test_who_says_no_is_paused_and_the_caller_goes_to_the_next_at_once",
    ),
    "announcements played to the head of the queue while an agent is free": (
        "acd/test_complaints.py::test_place_is_told_to_the_head_while_an_agent_is_free",
    ),
    "digits lost during an announcement": (
        "media/test_keys.py::test_keys_during_overlapping_prompts_are_not_lost",
    ),
    "callbacks that jump the line or start more calls than there are agents": (
        "callback/test_plan.py::test_everybody_who_may_be_called_stands_in_the_order_of_entry_and_priority",
        "callback/test_plan.py::test_no_more_stand_than_there_are_agents_but_all_are_due",
    ),
    "place lost on re-entry": (
        "acd/test_complaints.py::test_place_lost_on_re_entry",
        "acd/test_return.py::test_a_clock_that_was_set_back_before_a_restart_lets_nobody_overtake",
        "scenarios/test_conversations.py::test_a_call_given_to_a_queue_keeps_the_time_waited",
    ),
    "counters reset by a restart": (
        "store/test_marks.py::test_endings_are_counted_by_how",
        "acd/test_hands.py::test_what_agents_did_today_counts_after_a_restart_and_not_the_next_day",
    ),
    "abandoned calls that cannot be listed": (
        "store/test_calls.py::test_filters",
        "scenarios/test_caller_leaves.py::test_caller_leaves_in_the_queue_after_hearing_the_place_and_music",
    ),
    "a 44-byte WAV for a 23-minute call": (
        "recording/test_tracks.py::test_a_track_cut_anywhere_keeps_its_whole_frames",
        "media/test_tracks.py::test_the_tracks_of_a_killed_worker_are_mended",
    ),
    "a silent leg in 0.3 % of calls": (
        "media/test_tracks.py::test_each_track_has_its_side_and_both_are_equally_long",
        "scenarios/test_faults_and_refusals.py::test_a_phone_that_falls_silent_is_on_record_and_the_call_is_ended",
    ),
    "dozens of empty recordings per real one": (
        "recording/test_taping.py::test_who_did_not_answer_while_there_was_no_room_left_no_gap",
        "media/test_tracks.py::test_a_recording_without_sound_is_an_error_and_the_next_one_is_made",
    ),
    "one-way sound behind NAT": (
        "edge/test_register.py::test_the_way_to_a_phone_behind_nat_is_kept_open_and_others_are_left_alone",
        "media/test_watch.py::test_a_leg_that_never_sent_anything_is_lost_too",
    ),
    "hold music silently missing": (
        "media/test_sound.py::test_when_a_side_holds_the_other_hears_its_music_and_then_the_talk_again",
    ),
    "music that starts from the beginning after each announcement": (
        "media/test_sound.py::test_music_pauses_under_prompts_and_goes_on_where_it_stopped",
    ),
    "end-of-call hook not fired": (
        "restart/test_controller_dies.py::test_who_hangs_up_while_nobody_looks_has_the_right_record",
    ),
    "an answered call logged as missed": (
        "acd/test_complaints.py::test_answered_call_logged_as_missed",
        "restart/test_several_ring.py::test_one_declines_while_nobody_conducts",
        "restart/test_several_ring.py::test_one_answers_while_nobody_conducts",
    ),
    "an agent locked out for ever after missed calls": (
        "acd/test_complaints.py::test_agent_locked_out_for_ever_after_missed_calls",
        "scenarios/test_agent_does_not_take_it.py::test_a_pause_after_a_miss_ends_by_itself",
    ),
    "an estimate frozen at entry or growing with time": (
        "acd/test_estimate.py::test_estimate_is_not_frozen_at_entry",
        "acd/test_estimate.py::test_estimate_never_grows_while_a_caller_only_waits",
    ),
}


@cache
def names(file: str) -> frozenset[str]:
    """The tests of a file."""
    tree = ast.parse((TESTS / file).read_text())
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(one.name for one in ast.walk(tree) if isinstance(one, functions))


@pytest.mark.parametrize("complaint", COMPLAINTS)
def test_every_complaint_has_its_tests(complaint: str) -> None:
    for test in COMPLAINTS[complaint]:
        file, _, name = test.partition("::")
        assert name in names(file), test
