"""A pretended call behaves as a real one, but for the sound and the waiting."""

from dataclasses import replace

from callserver.ivr.rehearsal.story import What
from callserver.ivr.rehearsal.ways import Exit, Trail, exits, marked
from tests.flow_tools.rehearse import flow, heard, last, played

MENU = flow("""
    start: ask
    steps:
      ask:
        menu: {say: Choose., keys: {1: sales, 2: sales, 9: ask}, tries: 2, otherwise: sales,
               invalid: No such key.}
      sales: {queue: sales, next: bye}
      bye: {say: {en: Goodbye., lv: Uz redzēšanos.}}
    """)


async def test_a_talk_that_goes_as_it_stands_there_is_good() -> None:
    one = await played(
        MENU,
        """
        - hears: choose
        - presses: 1
        - joins: sales
        - talks: 2 min
        - hears: Goodbye
        - call ends
        """,
    )
    assert one.failure is None
    assert last(one).what is What.ENDS
    assert 140 < last(one).at_s < 150


async def test_who_does_nothing_is_asked_again_and_goes_on() -> None:
    one = await played(MENU, "- hears: choose\n- hears: choose\n- joins: sales\n- hangs up")
    assert one.failure is None
    assert [m.what for m in one.story].count(What.SILENCE) == 2
    assert last(one).what is What.LEAVES


async def test_keys_typed_ahead_cut_the_next_prompt_short() -> None:
    one = await played(MENU, "- presses: 91\n- joins: sales")
    assert one.failure is None
    assert heard(one) == ["Choose."]
    assert [m.text for m in one.story if m.what is What.CUT] == ["Choose."]


async def test_time_passes_only_as_long_as_the_caller_waits() -> None:
    one = await played(MENU, "- hears: choose\n- waits: 3 s\n- presses: 1\n- joins: sales")
    assert one.failure is None
    assert 3 < next(m.at_s for m in one.story if m.what is What.KEY) < 6
    assert heard(one) == ["Choose."]


async def test_words_that_are_not_said_fail_with_the_line_and_what_came_instead() -> None:
    one = await played(MENU, "- hears: choose\n- hears: Welcome\n- presses: 1")
    assert one.failure is not None
    assert one.failure.line == 4
    assert one.failure.expected == "hears: Welcome"
    assert one.failure.instead == "the call joins the queue `sales`"


async def test_only_the_words_count_not_the_commas_and_marks_for_the_voice() -> None:
    spoken = flow("""
        start: tell
        steps:
          tell: {say: "За\u0301мок: {a|digits}. Вітаємо — так!", next: bye}
          bye: {hangup: {}}
        """)
    one = await played(
        spoken,
        """
        - {known: {a: "4711"}}
        - hears: замок four, seven one
        - hears: Вітаємо, ТАК
        """,
    )
    assert one.failure is None


async def test_lines_that_are_left_when_the_call_is_over_fail() -> None:
    one = await played(MENU, "- presses: 1\n- talks\n- call ends\n- hears: More")
    assert one.failure is not None
    assert one.failure.instead == "the call is over"


async def test_wrong_queue_fails() -> None:
    one = await played(MENU, "- presses: 2\n- joins: support")
    assert one.failure is not None
    assert one.failure.instead == "the call joins the queue `sales`"


async def test_language_of_the_talk_is_that_of_the_call() -> None:
    one = await played(MENU, "- language: lv\n- presses: 1\n- talks\n- hears: Uz redzēšanos")
    assert one.failure is None


async def test_exits_to_the_same_step_are_told_apart() -> None:
    trail = Trail()
    await played(MENU, "- presses: 2\n- talks", trail)
    assert trail.exits == {
        Exit("test", "ask", "keys.2", "sales"),
        Exit("test", "sales", "next", "bye"),
        Exit("test", "bye", "", None),
    }
    await played(MENU, "- presses: 9\n- hears: choose\n- joins: sales\n- talks", trail)
    missed = [one.key for one in exits(MENU) if one not in trail.exits]
    assert missed == ["keys.1"]


VARIABLES = flow("""
    start: count
    steps:
      count: {set: {often: caller.calls_24h > 3, evening: now.time > '18:00'}, next: decide}
      decide:
        switch:
          - {when: often and evening, to: both}
          - {when: often, to: both}
          - {when: "queue.sales.length > 10", to: many}
        otherwise: tell
      both: {say: You call often., next: tell}
      many: {say: Many are waiting., next: tell}
      tell: {say: "It is {now.time|time} and you are {caller.number|phone}."}
    """)


async def test_what_is_given_is_known_to_the_flow() -> None:
    often = await played(VARIABLES, "- known: {caller.calls_24h: 4}\n- hears: often")
    assert often.failure is None
    many = await played(VARIABLES, "- known: {queue.sales.length: 11}\n- hears: many")
    assert many.failure is None
    neither = await played(
        VARIABLES,
        '- at: 2026-12-24 18:30\n- caller: "+37167000000"\n- hears: It is six thirty p.m.',
    )
    assert neither.failure is None
    assert heard(neither) == [
        "It is six thirty p.m. and you are plus three seven one … six seven … zero zero zero … "
        "zero zero zero"
    ]


async def test_values_of_variables_can_be_expected() -> None:
    good = await played(VARIABLES, "- hears: It is\n- known: {often: false}")
    assert good.failure is None
    bad = await played(VARIABLES, "- hears: It is\n- known: {often: true}")
    assert bad.failure is not None


async def test_each_case_of_a_switch_is_an_exit_of_its_own() -> None:
    trail = Trail()
    await played(VARIABLES, "- known: {caller.calls_24h: 4}\n- call ends", trail)
    taken = [one.key for one in trail.exits if one.step == "decide"]
    assert taken == ["cases.1"]


async def test_marked_names_are_equal_to_what_they_mark() -> None:
    for one in (MENU, VARIABLES):
        assert marked(one) == one
        for name, step in marked(one).steps.items():
            for key, way in step.targets().items():
                assert way.exit == Exit("test", name, key, str(way))  # type: ignore[attr-defined]


SECRET = flow("""
    start: pin
    steps:
      pin: {collect: {say: Your PIN., into: pin, max_length: 4, secret: true}, next: bye}
      bye: {say: Thank you.}
    """)


async def test_secret_digits_are_in_no_story() -> None:
    one = await played(SECRET, "- presses: 4711#\n- hears: thank you")
    assert one.failure is None
    assert not [m for m in one.story if set("4711") & set(m.text)]
    assert "pin = ••••" in [m.text for m in one.story]


OUTER = flow("""
    start: first
    steps:
      first: {subflow: inner, next: again}
      again: {subflow: inner}
    """)
INNER = flow("""
    start: ask
    steps:
      ask: {menu: {say: Choose., keys: {1: one}, tries: 1, otherwise: bye}}
      one: {say: One.}
      bye: {hangup: {}}
    """)


async def test_exits_out_of_subflows_are_seen_by_both() -> None:
    outer = replace(OUTER, name="outer", subflows={"inner": replace(INNER, name="inner")})
    trail = Trail()
    one = await played(outer, "- presses: 1\n- hears: one\n- presses: 1\n- call ends", trail)
    assert one.failure is None
    assert trail.exits == {
        Exit("inner", "ask", "keys.1", "one"),
        Exit("inner", "one", "", None),
        Exit("outer", "first", "next", "again"),
        Exit("outer", "again", "", None),
    }


OUTSIDE = flow("""
    start: points
    steps:
      points: {python: loyalty_points, with: {number: caller.number}, into: points, next: tell,
               failed: sorry}
      tell: {say: "You have {points|count:call}."}
      sorry: {say: We cannot tell., next: wait}
      wait: {queue: support}
    """)


async def test_steps_that_ask_outside_come_to_what_the_talk_says() -> None:
    told = await played(OUTSIDE, "- outcomes: {points: {points: 3}}\n- hears: three calls")
    assert told.failure is None
    failed = await played(OUTSIDE, "- outcomes: {points: failed}\n- hears: cannot tell")
    assert failed.failure is None


async def test_nothing_is_asked_outside_when_the_talk_does_not_say_what_it_comes_to() -> None:
    one = await played(OUTSIDE, "- hears: three")
    assert one.failure is not None
    assert "step `points` asks outside" in one.failure.instead
    assert "outcomes: {points: {points: …}}" in one.failure.instead


async def test_unknown_way_out_is_told_with_those_there_are() -> None:
    one = await played(OUTSIDE, "- outcomes: {points: fialed}\n- hears: three")
    assert one.failure is not None
    assert "no way out `fialed`; did you mean `failed`?" in one.failure.instead


async def test_any_step_can_be_given_its_way_out() -> None:
    trail = Trail()
    one = await played(MENU, "- outcomes: {ask: keys.9}\n- joins: sales", trail)
    assert one.failure is not None  # round and round, until the budget is spent
    one = await played(MENU, "- outcomes: {ask: keys.2}\n- joins: sales", trail)
    assert one.failure is None
    assert Exit("test", "ask", "keys.2", "sales") in trail.exits


DIAL = flow("""
    start: ring
    steps:
      ring:
        dial: [agent:anna, "external:+37167000000"]
        ring_s: 20
        busy: busy
        otherwise: late
        next: bye
      busy: {transfer: "external:+37120000000"}
      late: {say: Too late.}
      bye: {say: Goodbye.}
    """)


async def test_who_is_called_answers_and_talks() -> None:
    one = await played(
        DIAL,
        """
        - rings: agent:anna
        - finds: busy
        - rings: external:+37167000000
        - talks: 2 min
        - hears: Goodbye
        - call ends
        """,
    )
    assert one.failure is None
    assert 140 < last(one).at_s < 150


async def test_phones_ring_as_long_as_they_shall_and_nobody_answers() -> None:
    one = await played(
        DIAL,
        """
        - rings: agent:anna
        - waits: 25 s
        - rings: external:+37167000000
        - hears: too late
        """,
    )
    assert one.failure is None
    assert 40 < last(one).at_s < 45


async def test_call_given_away_has_been_transferred() -> None:
    one = await played(
        DIAL,
        """
        - rings: agent:anna
        - finds: busy
        - finds: busy
        - rings: external:+37120000000
        - talks
        - call ends: transferred/third_hung_up
        """,
    )
    assert one.failure is None
    trail = Trail()
    await played(DIAL, "- finds: busy\n- finds: busy\n- talks", trail)
    assert trail.exits == {
        Exit("test", "ring", "busy", "busy"),
        Exit("test", "busy", "", None),
    }


async def test_another_who_is_rung_fails_with_the_line() -> None:
    one = await played(DIAL, "- rings: agent:boris")
    assert one.failure is not None
    assert one.failure.instead == "it rings at `agent:anna`"
