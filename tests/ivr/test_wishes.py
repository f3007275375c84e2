"""Callbacks and surveys, walked in virtual time."""

from dataclasses import replace

import pytest

from callserver.model.callback import Callback, CallbackState, CallbackWhy, Window
from callserver.model.overflow import Wait
from callserver.speech.phrases import Phrase, phrase
from callserver.testing.control import FakeCall
from tests.ivr.talk import flow, walk

OFFER = flow("""
    start: offer
    steps:
      offer: {callback: {queue: support, priority: 2}, otherwise: wait}
      wait: {queue: support}
    """)
CHOSEN = flow("""
    start: ask
    steps:
      ask: {callback: {queue: support, offer: false}, otherwise: no}
      no: {say: No.}
    """)
RATE = flow("""
    start: rate
    steps:
      rate: {survey: {say: "Well?", question: satisfaction}, next: end, otherwise: none}
      none: {say: None.}
      end: {say: Bye.}
    """)
NUMBER = {"caller.number": "+37120000012"}


def said(words: Phrase) -> str:
    return f"en:{phrase(words, 'en')}"


def read_back(number: str) -> list[str]:
    own = [said(Phrase.CALLBACK_NUMBER), f"en:<phone {number}>"]
    return [*own, said(Phrase.CALLBACK_REVIEW)]


async def test_own_number_is_read_back_and_confirmed() -> None:
    assert await walk(OFFER, FakeCall((2.5, "1"), (9, "1"), known=NUMBER)) == [
        "@offer", said(Phrase.CALLBACK_OFFER), "key 1", *read_back("+37120000012"), "key 1",
        "call back support 2 +37120000012", said(Phrase.CALLBACK_CONFIRMED), "hung up",
    ]  # fmt: skip


async def test_caller_who_presses_nothing_waits_on() -> None:
    assert await walk(OFFER, FakeCall(known=NUMBER)) == [
        "@offer", said(Phrase.CALLBACK_OFFER), "no key", "@wait", "queue support 0", "hung up"
    ]  # fmt: skip


async def test_another_number_is_typed_and_one_that_may_not_be_dialled_is_refused() -> None:
    keys: list[tuple[float, str]] = [(8.0, "2")]
    keys += [(10.0 + n / 10, key) for n, key in enumerate("4470#")]
    keys += [(15.0 + n / 10, key) for n, key in enumerate("*37129999999#")]
    story = await walk(CHOSEN, FakeCall(*keys, (24.0, "1"), known=NUMBER))
    told = [line for line in story if not line.startswith("key ")]
    assert told == [
        "@ask", *read_back("+37120000012"), said(Phrase.CALLBACK_ENTER),
        said(Phrase.CALLBACK_REFUSED), said(Phrase.CALLBACK_ENTER), *read_back("+37129999999"),
        "call back support 0 +37129999999", said(Phrase.CALLBACK_CONFIRMED), "hung up",
    ]  # fmt: skip


async def test_wrong_number_is_heard_and_typed_again_and_the_confirmed_one_counts() -> None:
    keys = [(8.0 + n / 10, key) for n, key in enumerate("*37129999998#")]
    keys += [(20.0, "2"), *((22.0 + n / 10, key) for n, key in enumerate("*37129999999#"))]
    story = await walk(CHOSEN, FakeCall(*keys, (34.0, "1")))
    told = [line for line in story if not line.startswith("key ")]
    assert told == [
        "@ask", said(Phrase.CALLBACK_ENTER), *read_back("+37129999998"),
        said(Phrase.CALLBACK_ENTER), *read_back("+37129999999"),
        "call back support 0 +37129999999", said(Phrase.CALLBACK_CONFIRMED), "hung up",
    ]  # fmt: skip


async def test_withheld_number_is_asked_for_and_nothing_typed_is_no_callback() -> None:
    story = await walk(CHOSEN, FakeCall())
    assert story == [
        "@ask", *[said(Phrase.CALLBACK_ENTER), "no key"] * 3, said(Phrase.CALLBACK_CANCELLED),
        "@no", "en:No.", "hung up",
    ]  # fmt: skip


async def test_caller_who_cancels_goes_the_other_way() -> None:
    story = await walk(CHOSEN, FakeCall((7.0, "3"), known=NUMBER))
    assert story[-4:] == [said(Phrase.CALLBACK_CANCELLED), "@no", "en:No.", "hung up"]


async def test_answer_is_kept_and_the_caller_is_thanked() -> None:
    assert await walk(RATE, FakeCall((1, "4"))) == [
        "@rate", "en:Well?…", "key 4", "satisfaction: 4", said(Phrase.SURVEY_THANKS),
        "@end", "en:Bye.", "hung up",
    ]  # fmt: skip


async def test_wrong_key_is_asked_again_and_silence_is_no_answer() -> None:
    assert await walk(RATE, FakeCall((3, "7"))) == [
        "@rate", "en:Well?", "key 7", said(Phrase.INVALID_KEY), "en:Well?", "no key",
        "@none", "en:None.", "hung up",
    ]  # fmt: skip


async def test_caller_hears_when_they_are_called() -> None:
    call = FakeCall((7.0, "1"), known=NUMBER, expects=Wait(170.0, 250.0, 290.0))
    story = await walk(CHOSEN, call)
    assert story[-4:] == [
        said(Phrase.WAIT_ESTIMATE), "en:<range 2.83-4.83>", said(Phrase.CALLBACK_CONFIRMED),
        "hung up",
    ]  # fmt: skip


SCHEDULED = flow("""
    start: ask
    steps:
      ask: {callback: {queue: support, offer: false, schedule: {}}, next: end, otherwise: no}
      no: {say: No.}
      end: {hangup: {}}
    """)
WINDOWS = (Window(100.0, 200.0, "today 14-16"), Window(300.0, 400.0, "tomorrow 10-12"))
OFFERED = [
    said(Phrase.CALLBACK_WHEN), said(Phrase.CALLBACK_SOON), "en:press one.",
    "en:<window today 14-16>", "en:press two.", "en:<window tomorrow 10-12>", "en:press three.",
]  # fmt: skip


async def test_caller_chooses_when_hears_it_and_confirms() -> None:
    call = FakeCall((7.0, "1"), (25.0, "3"), (32.0, "1"), known=NUMBER, windows=WINDOWS)
    story = await walk(SCHEDULED, call)
    at = story.index(OFFERED[0])
    assert story[at : at + 12] == [
        *OFFERED, "key 3",
        said(Phrase.CALLBACK_AT), "en:<window tomorrow 10-12>", said(Phrase.CALLBACK_TIME_REVIEW),
        "key 1",
    ]  # fmt: skip
    assert story[at + 12 :] == [
        "call back support 0 +37120000012 tomorrow 10-12",
        said(Phrase.CALLBACK_CONFIRMED), "@end", "hung up",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "came"),
    [
        (("1", "1", "1"), "call back support 0 +37120000012"),
        (("1", "3", "2", "2", "1"), "call back support 0 +37120000012 today 14-16"),
        (("1", "9", "2", "1"), "call back support 0 +37120000012 today 14-16"),
        (("1", "2", "3"), "en:No."),
        (("1", "7", "8", "9"), "en:No."),
    ],
)
async def test_other_times_and_none(keys: tuple[str, ...], came: str) -> None:
    presses = [((n + 1) / 10, key) for n, key in enumerate(keys)]
    story = await walk(SCHEDULED, FakeCall(*presses, known=NUMBER, windows=WINDOWS))
    assert came in story


async def test_without_a_time_to_choose_it_is_as_soon_as_possible() -> None:
    story = await walk(SCHEDULED, FakeCall((7.0, "1"), known=NUMBER))
    assert "call back support 0 +37120000012" in story
    assert said(Phrase.CALLBACK_WHEN) not in story


AGAIN = flow("""
    start: again
    steps:
      again: {callback_again: support, now: wait, kept: kept, cancelled: off, next: menu}
      wait: {queue: support}
      kept: {say: Kept.}
      off: {say: Off.}
      menu: {say: Menu.}
    """)
REQUEST = Callback(
    *("r1", 0.0, "+37120000012", "", "100", "support", 0, 0.0),
    CallbackWhy.ASKED,
    CallbackState.OPEN,
)


@pytest.mark.parametrize(
    ("keys", "end"),
    [
        (((1.0, "1"),), ["@wait", "queue support 0"]),
        (((1.0, "2"),), [said(Phrase.CALLBACK_CONFIRMED), "@kept", "en:Kept."]),
        (((1.0, "3"),), ["called off r1", said(Phrase.CALLBACK_CANCELLED), "@off", "en:Off."]),
        ((), ["no key", "@menu", "en:Menu."]),
        (((1.0, "7"), (8.0, "2")), ["key 2", said(Phrase.CALLBACK_CONFIRMED), "@kept", "en:Kept."]),
    ],
)
async def test_caller_who_waits_for_a_callback_chooses(
    keys: tuple[tuple[float, str], ...], end: list[str]
) -> None:
    story = await walk(AGAIN, FakeCall(*keys, waits_for=REQUEST))
    assert story[1].startswith(said(Phrase.CALLBACK_AGAIN))
    told = [line for line in story if line != "hung up"]
    assert told[-len(end) :] == end


async def test_who_waits_for_no_callback_hears_nothing_of_it() -> None:
    other = replace(REQUEST, queue="sales")
    for call in (FakeCall(), FakeCall(waits_for=other)):
        assert await walk(AGAIN, call) == ["@again", "@menu", "en:Menu.", "hung up"]
