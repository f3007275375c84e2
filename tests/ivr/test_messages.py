"""Messages that callers leave, walked in virtual time."""

from callserver.speech.phrases import Phrase, phrase
from callserver.testing.control import FakeCall
from tests.ivr.talk import flow, walk

LEAVE = flow("""
    start: leave
    steps:
      leave:
        voicemail: {say: Speak., mailbox: support, max_s: 60, silence_s: 3}
        next: thanks
        otherwise: nothing
      thanks: {say: Thanks.}
      nothing: {say: Nothing.}
    """)
REVIEW = flow("""
    start: leave
    steps:
      leave: {voicemail: {review: true, tries: 1}, otherwise: nothing}
      nothing: {say: Nothing.}
    """)


def said(words: Phrase) -> str:
    return f"en:{phrase(words, 'en')}"


async def test_message_is_taken_and_the_caller_goes_on() -> None:
    call = FakeCall(speaks=[12])
    assert await walk(LEAVE, call) == [
        "@leave", "en:Speak.", "message support 12", said(Phrase.VOICEMAIL_SENT),
        "@thanks", "en:Thanks.", "hung up",
    ]  # fmt: skip
    assert call.time == 2 + 12 + 3 + 2 + 2


async def test_message_in_which_nothing_is_said_is_asked_for_once_more() -> None:
    assert await walk(LEAVE, FakeCall(speaks=[0.4, 5])) == [
        "@leave", "en:Speak.", "message support 0.4", "discarded m1",
        said(Phrase.VOICEMAIL_TOO_SHORT), "message support 5", said(Phrase.VOICEMAIL_SENT),
        "@thanks", "en:Thanks.", "hung up",
    ]  # fmt: skip


async def test_caller_who_says_nothing_at_all_goes_the_other_way() -> None:
    story = await walk(LEAVE, FakeCall())
    assert story[-4:] == ["discarded m2", "@nothing", "en:Nothing.", "hung up"]


async def test_caller_listens_records_again_and_sends() -> None:
    keys = [(time, key) for time, key in ((15.0, "1"), (16.0, "2"), (40.0, "#"))]
    assert await walk(REVIEW, FakeCall(*keys, speaks=[5, 6])) == [
        "@leave", said(Phrase.VOICEMAIL_LEAVE), "message  5", said(Phrase.VOICEMAIL_REVIEW),
        "key 1", "message 1…", said(Phrase.VOICEMAIL_REVIEW) + "…", "key 2", "discarded m1",
        "message  6", said(Phrase.VOICEMAIL_REVIEW), "no key", said(Phrase.VOICEMAIL_SENT),
        "hung up",
    ]  # fmt: skip


async def test_wrong_key_is_answered_and_silence_sends() -> None:
    story = await walk(REVIEW, FakeCall((14.0, "7"), speaks=[5]))
    assert story[3:7] == [
        said(Phrase.VOICEMAIL_REVIEW), "key 7", said(Phrase.INVALID_KEY),
        said(Phrase.VOICEMAIL_REVIEW),
    ]  # fmt: skip
    assert story[-2:] == [said(Phrase.VOICEMAIL_SENT), "hung up"]
