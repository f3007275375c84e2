"""Whom a queue takes and keeps, where the others go, and in what order they stand."""

from typing import Any

import pytest
from pydantic import ValidationError

from callserver.acd.decisions import Divert
from callserver.acd.switchboard import Switchboard
from callserver.acd.views import callers, queue_views
from callserver.config.queues import Agents, Queue, Routing
from callserver.model.errors import NotAllowed, UnknownName
from callserver.model.ticket import Ticket
from tests.acd.story import RULES, happen, new_board, play, told


def queues(**options: Any) -> dict[str, Queue]:
    """Support has these options; sales, night and vip are plain."""
    plain = Queue(announce_position_s=0)
    support = Queue.model_validate({"announce_position_s": 0, **options})
    return {"support": support, "sales": plain, "night": plain, "vip": plain}


STORIES: dict[str, tuple[dict[str, Any], str]] = {
    "full_queue_takes_nobody_and_the_chain_says_where_to": (
        {"max_length": 1, "overflow": ["queue:sales", "voicemail"]},
        """
        0 | c1 joins support |
        1 | c2 joins support | c2 leaves support full for queue:sales
        2 | c1 leaves        |
        3 | c3 joins support |
        """,
    ),
    "full_queue_without_a_chain_sends_back_to_the_flow": (
        {"max_length": 1},
        """
        0 | c1 joins support |
        1 | c2 joins support | c2 leaves support full for flow
        """,
    ),
    "who_waited_too_long_goes_on": (
        {"max_wait_s": 60, "overflow": ["callback"]},
        """
        0  | c1 joins support |
        10 | c2 joins support |
        60 | time             | c1 leaves support too_long for callback
        70 | time             | c2 leaves support too_long for callback
        """,
    ),
    "ringing_phone_may_ring_on_though_the_time_is_up": (
        {"max_wait_s": 60, "overflow": ["external:+37120000000"]},
        """
        0  | anna phones 1            | anna ready
        55 | c1 joins support         | anna ringing; ring anna for c1
        115 | time                    |
        116 | anna misses c1 no_answer | anna paused missed_call; \
                                        c1 leaves support too_long for external:+37120000000
        """,
    ),
    "nobody_joins_a_queue_without_agents": (
        {"join_needs": "signed_in", "overflow": ["voicemail"]},
        """
        0 | c1 joins support       | c1 leaves support empty for voicemail
        1 | anna phones 1          | anna ready
        2 | anna asks paused lunch | anna paused lunch
        3 | c2 joins support       |
        """,
    ),
    "paused_agents_do_not_count_when_one_must_be_unpaused": (
        {"join_needs": "unpaused"},
        """
        0 | anna phones 1          | anna ready
        1 | c1 joins support       | anna ringing; ring anna for c1
        2 | c2 joins support       |
        3 | anna answers c1        | anna talking
        4 | anna asks paused lunch | anna talking, then paused lunch
        5 | c3 joins support       |
        6 | anna finishes c1       | anna wrap_up, then paused lunch
        7 | anna asks paused lunch | anna paused lunch
        8 | c4 joins support       | c4 leaves support empty for flow
        """,
    ),
    "one_must_be_ready": (
        {"join_needs": "ready"},
        """
        0 | anna phones 1    | anna ready
        1 | c1 joins support | anna ringing; ring anna for c1
        2 | c2 joins support | c2 leaves support empty for flow
        """,
    ),
    "those_who_wait_go_when_the_last_agent_stays_away": (
        {"stay_needs": "signed_in", "stay_grace_s": 30, "overflow": ["callback"]},
        """
        0  | anna phones 1          | anna ready
        1  | anna asks paused lunch | anna paused lunch
        2  | c1 joins support       |
        3  | c2 joins support       |
        10 | anna phones 0          | anna signed_out
        40 | time                   | c1 leaves support empty for callback; \
                                      c2 leaves support empty for callback
        """,
    ),
    "phone_that_restarts_sends_nobody_away": (
        {"stay_needs": "signed_in", "stay_grace_s": 30},
        """
        0  | anna phones 1    | anna ready
        1  | c0 joins support | anna ringing; ring anna for c0
        2  | anna answers c0  | anna talking
        3  | c1 joins support |
        4  | anna phones 0    |
        5  | anna finishes c0 | anna signed_out
        20 | anna phones 1    | anna ready; anna ringing; ring anna for c1
        99 | time             |
        """,
    ),
    "closing_time_serves_those_inside": (
        {"at_closing": "serve", "overflow": ["voicemail"]},
        """
        0 | c1 joins support |
        1 | support closes   |
        2 | c2 joins support | c2 leaves support closed for voicemail
        3 | anna phones 1    | anna ready; anna ringing; ring anna for c1
        4 | support opens    |
        5 | c3 joins support |
        """,
    ),
    "closing_time_sends_those_inside_on": (
        {"at_closing": "overflow", "overflow": ["queue:night"]},
        """
        0 | anna phones 1            | anna ready
        0 | c0 joins support         | anna ringing; ring anna for c0
        0 | c1 joins support         |
        1 | support closes           | c1 leaves support closed for queue:night
        2 | anna misses c0 no_answer | anna paused missed_call; \
                                       c0 leaves support closed for queue:night
        """,
    ),
    "who_comes_back_soon_has_the_place": (
        {"return_s": 60},
        """
        0  | c1 joins support from=+371   |
        5  | c2 joins support from=+372   |
        10 | c1 leaves                    |
        11 | c3 joins support from=+371   |
        12 | anna phones 1                | anna ready; anna ringing; ring anna for c3
        """,
    ),
    "who_comes_back_late_begins_anew": (
        {"return_s": 60},
        """
        0  | c1 joins support from=+371   |
        5  | c2 joins support from=+372   |
        10 | c1 leaves                    |
        71 | c3 joins support from=+371   |
        72 | anna phones 1                | anna ready; anna ringing; ring anna for c2
        """,
    ),
    "time_waited_comes_along_to_another_queue": (
        {},
        """
        5  | c1 joins sales        |
        10 | c2 joins support 0 1  |
        11 | c2 joins sales 0 1    |
        12 | anna phones 0         |
        12 | anna serves sales     |
        12 | anna phones 1         | anna ready; anna ringing; ring anna for c2
        """,
    ),
    "priority_is_changed_while_waiting": (
        {},
        """
        0 | c1 joins support |
        1 | c2 joins support |
        2 | c2 priority 1    |
        3 | anna phones 1    | anna ready; anna ringing; ring anna for c2
        """,
    ),
    "order_is_changed_by_hand": (
        {},
        """
        0 | c1 joins support |
        0 | c2 joins support |
        0 | c3 joins support 1 |
        0 | c4 joins support |
        1 | c4 moves 1       |
        2 | c3 moves 9       |
        3 | c2 moves 2       |
        4 | c1 moves 3       |
        5 | c1 moves 0       | refused: places are counted from 1
        6 | anna phones 1    | anna ready; anna ringing; ring anna for c4
        7 | bela phones 1    | bela ready; bela ringing; ring bela for c2
        8 | cora phones 1    | cora ready; cora ringing; ring cora for c1
        9 | dora phones 1    | dora ready; dora ringing; ring dora for c3
        """,
    ),
    "own_messages_come_in_turn_and_a_callback_is_offered_once": (
        {
            "announce_position_s": 30,
            "messages": ["Look at our site.", "Or write to us."],
            "messages_every_s": 20,
            "callback_after_s": 45,
        },
        """
        0  | c1 joins support | tell c1 1
        20 | time             | tell c1 Look at our site.
        30 | time             | tell c1 1
        40 | time             | tell c1 Or write to us.
        45 | time             | tell c1 callback?
        60 | time             | tell c1 1 Look at our site.
        """,
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_story(name: str) -> None:
    options, story = STORIES[name]
    play(story, RULES, queues(**options))


def test_chain_leads_round_no_circle_and_past_queues_that_take_nobody() -> None:
    circle = {
        "support": Queue(max_length=1, overflow=("queue:sales", "queue:night", "voicemail")),
        "sales": Queue(max_length=1, overflow=("queue:support", "voicemail")),
        "night": Queue(join_needs="signed_in"),
    }
    board = new_board(RULES, circle)
    happen(board, "c1 joins support", 0)
    happen(board, "c2 joins sales", 0)
    [sent] = board.join("c3", "support", 0, 0, 0)
    assert told(sent) == "c3 leaves support full for voicemail"
    happen(board, "c2 leaves", 1)
    [sent] = board.join("c4", "support", 0, 0, 1)
    assert told(sent) == "c4 leaves support full for queue:sales"
    happen(board, "c2 joins sales", 2)
    [sent] = board.join("c4", "sales", 0, 0, 2, Ticket(been=("support",)))
    assert told(sent) == "c4 leaves sales full for voicemail"


def test_priority_is_worth_time_so_that_nobody_starves() -> None:
    play(
        """
        0   | c1 joins sales 0 0        |
        50  | c2 joins sales 1 50       |
        120 | c3 joins sales 1 120      |
        120 | anna phones 0             |
        120 | anna serves sales         |
        120 | anna phones 1             | anna ready; anna ringing; ring anna for c2
        121 | bela phones 0             |
        121 | bela serves sales         |
        121 | bela phones 1             | bela ready; bela ringing; ring bela for c1
        """,
        RULES,
        routing=Routing(priority_s=100),
    )


def test_priority_worth_no_time_always_goes_first() -> None:
    play(
        """
        0   | c1 joins sales 0 0        |
        999 | c2 joins sales 1 999      |
        999 | anna phones 0             |
        999 | anna serves sales         |
        999 | anna phones 1             | anna ready; anna ringing; ring anna for c2
        """,
        RULES,
        routing=Routing(priority_s=0),
    )


def test_place_can_be_taken_between_two_of_the_same_moment_many_times() -> None:
    board = new_board(RULES, queues())
    for number in range(3):
        board.join(f"c{number}", "support", 0, 1e9, 1e9)
    with pytest.raises(NotAllowed, match="no room"):
        for _ in range(200):
            board.move("c0", 2, 1e9)
            board.move("c1", 2, 1e9)
            order = [entry.call for entry in board.queues["support"]]
            assert order == ["c0", "c1", "c2"]
    assert len(board.queues["support"]) == 3


def test_who_does_not_wait_cannot_be_steered() -> None:
    board = new_board()
    for what in ("c1 moves 1", "c1 priority 5", "anna picks c1"):
        with pytest.raises(UnknownName, match="no call 'c1' waits"):
            happen(board, what, 0)
    with pytest.raises(UnknownName):
        happen(board, "nowhere closes", 0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"overflow": ["sales"]}, "write queue:NAME"),
        ({"overflow": ["external:abc"]}, "write queue:NAME"),
        ({"widen": [{"after_s": 9}, {"after_s": 9}]}, "in the order of after_s"),
        ({"strategy": "tiers", "first_penalty": 1}, "has its own plan"),
    ],
)
def test_contradictions_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        queues(**options)


def test_no_rule_about_waiting_is_for_who_is_called_back_and_they_teach_nothing() -> None:
    rules = Queue(max_length=1, max_wait_s=5, callback_after_s=3)
    board = Switchboard(Agents(), {"support": rules}, lambda count: 0)
    board.join("caller", "support", 0, 2.0, 2.0)
    assert board.join("back", "support", 0, 1.0, 3.0, Ticket(callback=True)) == []
    views = queue_views(board, {"support": ""}, 4.0)
    assert [(one.call, one.callback) for one in views[0].waiting] == [
        ("back", True),
        ("caller", False),
    ]
    decisions = board.tick(60.0)
    assert [one.call for one in decisions if isinstance(one, Divert)] == ["caller"]
    assert callers(board.queues["support"]) == 0
    board.leave("back", 61.0)
    forecast = board.queues["support"].forecast
    assert forecast.gave_up.count(61.0) == 0


def test_callers_answered_in_time_are_counted() -> None:
    board = new_board(queues=queues(service_level_s=20))
    for now, what in (
        (0.0, "anna phones 1"),
        (0.0, "c1 joins support"),
        (20.0, "anna answers c1"),
        (21.0, "bert phones 1"),
        (21.0, "c2 joins support"),
        (41.5, "bert answers c2"),
    ):
        happen(board, what, now)
    views = {view.name: view for view in queue_views(board, dict.fromkeys(board.queues, ""), 42.0)}
    assert (views["support"].answered, views["support"].in_time) == (2, 1)
    assert (views["sales"].answered, views["sales"].in_time) == (0, 0)
