"""What people are told, in four languages, whatever callers send."""

import json
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from callserver.call import record as records
from callserver.crm import events
from callserver.crm.messenger import Language
from callserver.crm.notices import LANGUAGES, Notice, Notices
from callserver.model import facts as f
from callserver.model.callback import CallbackState
from callserver.model.callback_facts import CallbackClosed
from callserver.model.errors import ConfigError
from callserver.model.hooks import Subscription
from callserver.model.message_facts import VoicemailAssigned, VoicemailLeft
from callserver.testing.story import a_call

AT = 1_772_357_400.25
OFFERED = next(one for one in a_call("c1", AT) if isinstance(one, f.CallOffered))
TITLES = {"queue:support": "Help", "line:100": "Main line"}


def notices(folder: Path | None = None) -> Notices:
    return Notices(folder, timezone(timedelta(hours=2)), TITLES)


def left(name: str = "Jane", number: str = "+37120000012") -> VoicemailLeft:
    return VoicemailLeft(
        *("c1", AT + 90, "v1", "office", "100", number, name, "v1.wav", "ab" * 32, 72.4, 8000),
        *(200_044, AT + 5, False),
    )


def of(fact: f.Fact, language: str, **changes: Any) -> Notice:
    """The notice of a fact of an inbound call of Jane."""
    (event,) = events.of_fact(fact, records.begin(replace(OFFERED, **changes)))
    return notices().of(event.id, event.body, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_has_words_in_every_language_and_no_place_is_left_open(language: str) -> None:
    told = [
        of(left(), language),
        of(VoicemailAssigned("c1", AT, "v1", "office", "anna", "token:t"), language),
        of(CallbackClosed("c1", AT, CallbackState.UNREACHED), language),
        of(CallbackClosed("c1", AT, CallbackState.CANCELLED), language),
        notices().of("msg_1", events.trial("msg_1", AT), language),
    ]
    for one in told:
        assert all(one.subject and one.text and one.short for _ in "1")
        assert not any("{w" in part or "{n" in part for part in (one.subject, one.text, one.short))
    assert len({one.subject for one in told}) == len(told)


def test_no_language_borrowed_the_words_of_another() -> None:
    for fact in (left(), CallbackClosed("c1", AT, CallbackState.UNREACHED)):
        assert len({of(fact, language).short for language in LANGUAGES}) == len(LANGUAGES)


def test_a_voicemail_says_who_when_how_long_and_where() -> None:
    one = of(left(), "en", number="+37120000012", name="Jane", line="100")
    assert one.subject == "Voicemail from Jane (+37120000012) (1:12)"
    assert "Time: 2026-03-01 11:30" in one.text, "in the time zone of the house"
    assert "Line: Main line" in one.text and "Mailbox: office" in one.text
    assert (one.number, one.voicemail) == ("+37120000012", "v1")
    nobody = of(left(), "uk", number="", name="")
    assert nobody.subject == "Голосове повідомлення від номер приховано (1:12)"


def test_what_a_caller_sends_is_one_short_line_and_never_a_place() -> None:
    evil = "{number}\r\nBcc: x@y.z\x00\x1b[31m\ud800{0.__class__}" + "a" * 500
    one = of(left(), "en", name=evil, number="+1")
    assert "\n" not in one.subject and "\r" not in one.text and len(one.subject) < 200
    assert one.subject.startswith("Voicemail from {number} Bcc: x@y.z")


def test_own_texts_replace_ours_and_mistakes_in_them_are_told(tmp_path: Path) -> None:
    file = tmp_path / "en.yaml"
    file.write_text("events: {test: {subject: Mine, short: 'Hi {who}'}, call.ended: {short: x}}")
    body = events.trial("msg_1", AT)
    mine = Notices(tmp_path, UTC, {})
    assert mine.of("msg_1", body, "en").subject == "Mine"
    assert mine.of("msg_1", body, "lv").subject == "Zvanu servera pārbaude"
    ended = json.dumps({"type": "call.ended", "timestamp": "2026-03-01T09:30:00Z", "data": {}})
    assert mine.of("msg_1", ended, "en").short == "x"
    for text, wrong in (
        ("events: {test: {short: '{password}'}}", "there is no .*password"),
        ("events: {test: {colour: red}}", "colour"),
        ("events: {test: 5}", "must be texts"),
        ("evens: {}", "nothing else"),
        ("{", "en.yaml"),
    ):
        file.write_text(text)
        with pytest.raises(ConfigError, match=wrong):
            Notices(tmp_path, UTC, {})


def test_who_was_entered_and_not_reached_is_told_in_their_language() -> None:
    fact = CallbackClosed(
        *("q1", AT, CallbackState.UNREACHED, "+37120000099", "Ilze", "100", "support", "lv", 3)
    )
    (event,) = events.of_fact(fact, None)
    language = Language({"100": "ru"}, "en")
    anybody = Subscription("h", "message:sms", ("*",), (), "", (), 0.0)
    assert language.of(anybody, event.body) == "lv"
    assert language.of(replace(anybody, language="uk"), event.body) == "uk"
    one = notices().of(event.id, event.body, "lv")
    assert (one.number, one.subject) == ("+37120000099", "Neizdevās sazvanīt: Ilze (+37120000099)")
    assert one.short.startswith("Mēs jums zvanījām")
    (event,) = events.of_fact(left(), records.begin(OFFERED))
    assert language.of(anybody, event.body) == "ru", "that of the line"
