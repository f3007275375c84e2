"""Which agent gets the call: every strategy as a story (how to read one: ``story``)."""

from collections import Counter
from typing import Any

import pytest

from callserver.acd.decisions import Offer
from callserver.config.queues import Agents, Queue
from tests.acd.story import happen, new_board, play, profile

NO_WRAP_UP = Agents(wrap_up_s=0, missed_pause_s=60)


def queues(**options: Any) -> dict[str, Queue]:
    """The queues of a story with these options; nobody is told a place."""
    queue = Queue.model_validate({"announce_position_s": 0, **options})
    return {"support": queue, "sales": queue}


STORIES: dict[str, tuple[dict[str, Any], str]] = {
    "longest_idle": (
        {"strategy": "longest_idle"},
        """
        0 | anna phones 1    | anna ready
        1 | bela phones 1    | bela ready
        2 | c1 joins support | anna ringing; ring anna for c1
        3 | anna answers c1  | anna talking
        4 | anna finishes c1 | anna ready
        5 | c2 joins support | bela ringing; ring bela for c2
        """,
    ),
    "round_robin_goes_on_after_the_last_one_and_begins_again": (
        {"strategy": "round_robin"},
        """
        0 | cora phones 1    | cora ready
        0 | anna phones 1    | anna ready
        0 | bela phones 1    | bela ready
        1 | c1 joins support | anna ringing; ring anna for c1
        2 | c1 leaves        | anna ready
        3 | c2 joins support | bela ringing; ring bela for c2
        4 | c2 leaves        | bela ready
        5 | c3 joins support | cora ringing; ring cora for c3
        6 | c3 leaves        | cora ready
        7 | c4 joins support | anna ringing; ring anna for c4
        """,
    ),
    "fewest_calls": (
        {"strategy": "fewest_calls"},
        """
        0 | anna phones 1    | anna ready
        1 | bela phones 1    | bela ready
        2 | c1 joins support | anna ringing; ring anna for c1
        3 | anna answers c1  | anna talking
        4 | c2 joins support | bela ringing; ring bela for c2
        5 | bela answers c2  | bela talking
        6 | bela finishes c2 | bela ready
        7 | c3 joins support | bela ringing; ring bela for c3
        8 | bela answers c3  | bela talking
        9 | bela finishes c3 | bela ready
        9 | anna finishes c1 | anna ready
        9 | c4 joins support | anna ringing; ring anna for c4
        """,
    ),
    "least_talk_time": (
        {"strategy": "least_talk"},
        """
        0  | anna phones 1    | anna ready
        1  | bela phones 1    | bela ready
        2  | c1 joins support | anna ringing; ring anna for c1
        3  | anna answers c1  | anna talking
        4  | c2 joins support | bela ringing; ring bela for c2
        5  | bela answers c2  | bela talking
        10 | anna finishes c1 | anna ready
        60 | bela finishes c2 | bela ready
        61 | c3 joins support | anna ringing; ring anna for c3
        """,
    ),
    "linear_begins_with_the_first_every_time": (
        {"strategy": "linear"},
        """
        0 | bela phones 1    | bela ready
        0 | anna phones 1    | anna ready
        1 | c1 joins support | anna ringing; ring anna for c1
        2 | anna answers c1  | anna talking
        3 | anna finishes c1 | anna ready
        4 | c2 joins support | anna ringing; ring anna for c2
        5 | c3 joins support | bela ringing; ring bela for c3
        """,
    ),
    "tiers_open_one_after_the_other": (
        {"strategy": "tiers", "tier_after_s": 20},
        """
        0  | anna serves support:1 |
        0  | anna phones 1         | anna ready
        0  | bela serves support:2 |
        0  | bela phones 1         | bela ready
        10 | c1 joins support      |
        20 | c2 joins support      |
        30 | time                  | anna ringing; ring anna for c1
        40 | time                  |
        50 | time                  |
        60 | time                  | bela ringing; ring bela for c2
        """,
    ),
    "lower_penalty_first_whatever_the_strategy": (
        {"strategy": "round_robin"},
        """
        0 | anna serves support:1 |
        0 | anna phones 1         | anna ready
        0 | bela phones 1         | bela ready
        0 | cora phones 1         | cora ready
        1 | c1 joins support      | bela ringing; ring bela for c1
        2 | c1 leaves             | bela ready
        3 | c2 joins support      | cora ringing; ring cora for c2
        4 | c2 leaves             | cora ready
        5 | c3 joins support      | bela ringing; ring bela for c3
        6 | c4 joins support      | cora ringing; ring cora for c4
        7 | c5 joins support      | anna ringing; ring anna for c5
        """,
    ),
    "ring_all_has_one_winner_and_the_losers_are_free_in_the_same_turn": (
        {"strategy": "ring_all"},
        """
        0 | anna phones 1    | anna ready
        1 | bela phones 1    | bela ready
        2 | c1 joins support | anna ringing; ring anna for c1; bela ringing; ring bela for c1
        3 | c2 joins support |
        4 | bela answers c1 | bela talking; hush anna for c1; anna ready; \
                              anna ringing; ring anna for c2
        5 | anna answers c1  |
        6 | anna answers c2  | anna talking
        """,
    ),
    "who_becomes_ready_joins_the_ringing": (
        {"strategy": "ring_all", "ring_at_most": 2},
        """
        0 | anna phones 1    | anna ready
        1 | c1 joins support | anna ringing; ring anna for c1
        2 | bela phones 1    | bela ready; bela ringing; ring bela for c1
        3 | cora phones 1    | cora ready
        4 | c1 leaves        | anna ready; bela ready
        """,
    ),
    "who_waits_alone_comes_before_further_phones": (
        {"strategy": "ring_all", "ring_at_most": 3},
        """
        0 | anna phones 1    | anna ready
        1 | c1 joins support | anna ringing; ring anna for c1
        2 | c2 joins support |
        3 | bela phones 1    | bela ready; bela ringing; ring bela for c2
        4 | cora phones 1    | cora ready; cora ringing; ring cora for c1
        """,
    ),
    "progressive_rings_one_more_after_a_while": (
        {"strategy": "progressive", "ring_more_after_s": 5, "ring_at_most": 3},
        """
        0  | anna phones 1            | anna ready
        1  | bela phones 1            | bela ready
        2  | c1 joins support         | anna ringing; ring anna for c1
        7  | time                     | bela ringing; ring bela for c1
        9  | cora phones 1            | cora ready
        12 | time                     | cora ringing; ring cora for c1
        13 | dora phones 1            | dora ready
        14 | anna misses c1 no_answer | anna paused missed_call; dora ringing; ring dora for c1
        15 | dora misses c1 busy      | dora paused busy
        16 | bela answers c1          | bela talking; hush cora for c1; cora ready
        """,
    ),
    "skills_with_levels": (
        {},
        """
        0 | anna phones 1              | anna ready
        0 | anna can german:5          |
        1 | bela phones 1              | bela ready
        1 | bela can german:8          |
        2 | c1 joins support german=7  | bela ringing; ring bela for c1
        3 | c2 joins support german=7  |
        4 | c3 joins support german=5  | anna ringing; ring anna for c3
        5 | c3 leaves                  | anna ready
        6 | anna can german:7          | anna ringing; ring anna for c2
        """,
    ),
    "languages": (
        {},
        """
        0 | anna phones 1            | anna ready
        0 | anna can lv ru           |
        1 | c1 joins support lang=en |
        2 | c2 joins support lang=ru | anna ringing; ring anna for c2
        3 | bela phones 1            | bela ready; bela ringing; ring bela for c1
        """,
    ),
    "plan_widens_by_waiting_time": (
        {
            "first_penalty": 0,
            "widen": [
                {"after_s": 30, "levels": 3, "penalty": 0},
                {"after_s": 60, "levels": 10, "penalty": 1, "any_language": True},
            ],
        },
        """
        0  | anna serves support:1              |
        0  | anna phones 1                      | anna ready
        0  | bela phones 1                      | bela ready
        0  | bela can german:5 de               |
        10 | c1 joins support german=8 lang=de  |
        20 | c2 joins support german=8 lang=de  |
        40 | time                               | bela ringing; ring bela for c1
        50 | time                               |
        70 | time                               |
        80 | time                               | anna ringing; ring anna for c2
        """,
    ),
    "own_agent_is_waited_for_until_the_deadline": (
        {"prefer_s": 20},
        """
        0  | anna phones 1             | anna ready
        1  | bela phones 1             | bela ready
        2  | c1 joins support own=bela | bela ringing; ring bela for c1
        3  | bela answers c1           | bela talking
        4  | c2 joins support own=bela |
        9  | c3 joins support own=bela |
        20 | bela finishes c1          | bela ready; bela ringing; ring bela for c2
        24 | time                      |
        29 | time                      | anna ringing; ring anna for c3
        """,
    ),
    "own_agent_who_is_not_there_is_not_waited_for": (
        {"prefer_s": 20},
        """
        0 | anna phones 1             | anna ready
        0 | bela phones 1             | bela ready
        1 | bela asks paused lunch    | bela paused lunch
        2 | c1 joins support own=bela | anna ringing; ring anna for c1
        3 | c2 joins support own=cora |
        4 | bela asks ready           | bela ready; bela ringing; ring bela for c2
        """,
    ),
    "own_agent_who_goes_meanwhile_is_waited_for_no_longer": (
        {"prefer_s": 20},
        """
        0 | anna phones 1             | anna ready
        0 | bela phones 1             | bela ready
        1 | c1 joins sales            |
        2 | bela serves support sales | bela ringing; ring bela for c1
        3 | c2 joins support own=bela |
        4 | bela misses c1 busy       | bela paused busy; anna ringing; ring anna for c2
        """,
    ),
    "weights_make_a_second_count_more": (
        {"weight": 1},
        """
        0  | c1 joins support           |
        6  | c2 joins sales             |
        10 | anna serves support sales  |
        10 | anna phones 1              | anna ready; anna ringing; ring anna for c1
        """,
    ),
    "best_match_keeps_the_expert_for_who_needs_one": (
        {"strategy": "best_match"},
        """
        0 | anna phones 1             | anna ready
        0 | anna can german:9         |
        1 | bela phones 1             | bela ready
        2 | c1 joins support          | bela ringing; ring bela for c1
        3 | c2 joins support german=7 | anna ringing; ring anna for c2
        """,
    ),
    "best_match_lets_nobody_wait_for_ever": (
        {"strategy": "best_match", "match_bound_s": 50},
        """
        0  | c1 joins support          |
        40 | c2 joins support german=7 |
        60 | anna phones 0             |
        60 | anna can german:9         |
        60 | anna phones 1             | anna ready; anna ringing; ring anna for c1
        """,
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_story(name: str) -> None:
    options, story = STORIES[name]
    play(story, NO_WRAP_UP, queues(**options))


def test_a_second_in_a_heavy_queue_counts_more() -> None:
    heavy = {**queues(), "sales": Queue(announce_position_s=0, weight=3)}
    play(
        """
        0  | c1 joins support          |
        6  | c2 joins sales            |
        10 | anna serves support sales |
        10 | anna phones 1             | anna ready; anna ringing; ring anna for c2
        """,
        NO_WRAP_UP,
        heavy,
    )


def test_random_rings_everybody_alike_and_the_same_way_again() -> None:
    def rung() -> list[str]:
        board = new_board(NO_WRAP_UP, queues(strategy="random"))
        for name in ("anna", "bela", "cora", "dora"):
            board.enroll(profile(name, ["support:1" if name == "dora" else "support"]), 1, 0)
        names = []
        for number in range(600):
            decided = happen(board, f"c{number} joins support", number)
            names += [one.agent for one in decided if isinstance(one, Offer)]
            happen(board, f"c{number} leaves", number)
        return names

    first = rung()
    assert first == rung()
    counts = Counter(first)
    assert set(counts) == {"anna", "bela", "cora"}
    assert all(150 < count < 250 for count in counts.values())


def test_best_match_brings_several_together_at_least_cost() -> None:
    """When two agents become free in one turn, the pairs are made together, not one by one."""
    board = new_board(Agents(wrap_up_s=10), queues(strategy="best_match"))
    for name, what in (("anna", "anna can german:9 french:9"), ("bela", "bela can german:9")):
        board.enroll(profile(name), 1, 0)
        happen(board, what, 0)
    for number, agent in enumerate(("bela", "anna")):
        happen(board, f"c{number} joins support", 1)
        happen(board, f"{agent} answers c{number}", 2)
        happen(board, f"{agent} finishes c{number}", 3)
    happen(board, "c8 joins support german=5", 4)
    happen(board, "c9 joins support french=5", 5)
    offers = [one for one in board.tick(13) if isinstance(one, Offer)]
    assert {(one.call, one.agent) for one in offers} == {("c8", "bela"), ("c9", "anna")}
