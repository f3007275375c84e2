"""Callbacks and surveys, walked in virtual time."""

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
