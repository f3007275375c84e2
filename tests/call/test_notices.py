"""What waiting callers hear of a notice."""

import pytest

from callserver.call.notices import sound
from callserver.model.overflow import Notice, Wait
from callserver.speech.phrases import Phrase, phrase
from callserver.testing.control import FakePrompts

BUSY = f"en:{phrase(Phrase.AGENTS_BUSY, 'en')}"
ESTIMATE = f"en:{phrase(Phrase.WAIT_ESTIMATE, 'en')}"
OFFER = f"en:{phrase(Phrase.CALLBACK_OFFER, 'en')}"
RANGE = "en:<range 1.50-4.00>"
WAIT = Wait(90.0, 150.0, 240.0)


@pytest.mark.parametrize(
    ("notice", "exits", "first", "heard"),
    [
        (Notice(2), "", True, [BUSY, "en:position 2"]),
        (Notice(2), "", False, ["en:position 2"]),
        (Notice(2, WAIT), "", False, ["en:position 2", ESTIMATE, RANGE]),
        (Notice(message="Have your number ready."), "", True, ["en:Have your number ready."]),
        (Notice(callback=True), "1", False, [OFFER]),
        (Notice(callback=True), "2", False, []),
        (Notice(1, WAIT, "Hello.", callback=True), "12", True, None),
    ],
)
def test_a_notice_is_said_in_order(
    notice: Notice, exits: str, first: bool, heard: list[str] | None
) -> None:
    files = list(sound(notice, FakePrompts(), "en", exits, first=first))
    if heard is None:
        heard = [BUSY, "en:position 1", ESTIMATE, RANGE, "en:Hello.", OFFER]
    assert files == heard


def test_a_message_nobody_prepared_is_left_out() -> None:
    notice = Notice(1, message="Hello.")
    files = sound(notice, FakePrompts(["Hello."]), "en", "", first=False)
    assert files == ("en:position 1",)
