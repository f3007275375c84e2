"""Each kind of step, walked by a caller in virtual time."""

from callserver.testing.control import FakeCall
from tests.ivr.talk import flow, walk

MENU = flow("""
    start: ask
    steps:
      ask:
        menu: {say: Choose., keys: {1: sales, 2: ask, "*": bye}, timeout_s: 5, tries: 3,
               otherwise: sales, invalid: No such key.}
      sales: {queue: sales, next: bye}
      bye: {say: Bye.}
    """)

MENU_WITHOUT_OTHERWISE = flow("""
    start: ask
    steps:
      ask: {menu: {say: Choose., keys: {1: sales}, tries: 2, timeout_s: 4}}
      sales: {queue: sales, priority: 5}
    """)


async def test_key_after_the_prompt_leads_to_its_step() -> None:
    call = FakeCall((3, "1"))
    assert await walk(MENU, call) == [
        "@ask", "en:Choose.", "key 1", "@sales", "queue sales 0", "@bye", "en:Bye.", "hung up"
    ]  # fmt: skip
    assert call.time == 3 + 60 + 2


async def test_key_during_the_prompt_cuts_it_short_and_counts() -> None:
    call = FakeCall((0.5, "*"))
    assert await walk(MENU, call) == [
        "@ask", "en:Choose.…", "key *", "@bye", "en:Bye.", "hung up"
    ]  # fmt: skip
    assert call.time == 2.5


async def test_keys_typed_ahead_walk_through_two_menus() -> None:
    assert await walk(MENU, FakeCall((0.1, "2"), (0.2, "1"))) == [
        "@ask", "en:Choose.…", "key 2", "@ask", "en:Choose.…", "key 1",
        "@sales", "queue sales 0", "@bye", "en:Bye.", "hung up",
    ]  # fmt: skip


async def test_wrong_key_is_answered_and_the_menu_is_asked_again() -> None:
    assert await walk(MENU, FakeCall((2.5, "7"), (8, "1"))) == [
        "@ask", "en:Choose.", "key 7", "en:No such key.", "en:Choose.", "key 1",
        "@sales", "queue sales 0", "@bye", "en:Bye.", "hung up",
    ]  # fmt: skip


async def test_key_pressed_while_being_told_of_a_wrong_one_counts() -> None:
    assert (await walk(MENU, FakeCall((2.5, "7"), (3, "*"))))[:5] == [
        "@ask", "en:Choose.", "key 7", "en:No such key.…", "key *"
    ]  # fmt: skip


async def test_silence_is_a_try_and_after_the_last_one_the_caller_goes_on() -> None:
    call = FakeCall()
    story = await walk(MENU, call)
    assert story[:8] == [
        "@ask", "en:Choose.", "no key", "en:Choose.", "no key", "en:Choose.", "no key", "@sales"
    ]  # fmt: skip
    assert call.time == 3 * (2 + 5) + 60 + 2


async def test_last_wrong_key_is_answered_before_the_caller_goes_on() -> None:
    story = await walk(MENU, FakeCall((2.1, "7"), (6.2, "8"), (10.3, "7")))
    assert story[-7:] == [
        "key 7", "en:No such key.", "@sales", "queue sales 0", "@bye", "en:Bye.", "hung up"
    ]  # fmt: skip


async def test_menu_without_otherwise_says_goodbye_in_the_language_of_the_call() -> None:
    assert await walk(MENU_WITHOUT_OTHERWISE, FakeCall(language="lv")) == [
        "@ask", "lv:Choose.", "no key", "lv:Choose.", "no key",
        "lv:Paldies par zvanu. Uz redzēšanos.", "hung up: no_input",
    ]  # fmt: skip


async def test_wrong_key_is_answered_with_the_systems_words_unless_the_flow_has_its_own() -> None:
    story = await walk(MENU_WITHOUT_OTHERWISE, FakeCall((2.5, "#"), (8, "1"), language="ru"))
    assert "ru:Извините, такого варианта нет." in story
    assert "queue sales 5" in story


async def test_key_skips_an_announcement_and_counts_in_the_menu_behind_it() -> None:
    greeted = flow("""
        start: hello
        steps:
          hello: {say: Hello., next: jingle}
          jingle: {play: jingle, next: law}
          law: {say: Calls are recorded., barge_in: false, next: ask}
          ask: {menu: {say: Choose., keys: {1: bye}}}
          bye: {hangup: {}}
        """)
    assert await walk(greeted, FakeCall((0.5, "1"))) == [
        "@hello", "en:Hello.…", "@jingle", "en:jingle.wav…", "@law", "en:Calls are recorded.",
        "@ask", "en:Choose.…", "key 1", "@bye", "hung up",
    ]  # fmt: skip


async def test_text_is_spoken_in_the_language_of_the_call_or_else_the_first_in_its_own_voice() -> (
    None
):
    spoken = flow("""
        start: hello
        steps:
          hello: {say: {en: Hello., lv: Labdien.}, next: again}
          again: {say: Example.}
        """)
    assert await walk(spoken, FakeCall(language="lv")) == [
        "@hello", "lv:Labdien.", "@again", "lv:Example.", "hung up"
    ]  # fmt: skip
    assert (await walk(spoken, FakeCall(language="uk")))[1] == "en:Hello."


async def test_caller_who_hangs_up_in_a_menu_is_not_asked_again() -> None:
    assert await walk(MENU, FakeCall(hangs_up_at_s=4)) == ["@ask", "en:Choose.", "caller gone"]
