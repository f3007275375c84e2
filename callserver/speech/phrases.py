"""What the system itself says, in every language it speaks; the words are in ``speech/words``.

The wording avoids what grammar makes hard: a call (звонок, дзвінок, zvans) has the place, not the
caller, so nobody's gender is guessed; places are ordinals and written out, so that every voice
reads them alike.
"""

from enum import StrEnum

from callserver.speech.numbers import ordinal, small
from callserver.speech.words import words

LANGUAGES = ("en", "ru", "uk", "lv")

SPOKEN_POSITIONS = 20
"""Places up to this one are told exactly; beyond, the caller hears that it is more."""


class Phrase(StrEnum):
    """The phrases; the value is also the name of a recording that replaces one."""

    AGENTS_BUSY = "agents-busy"
    PLEASE_WAIT = "please-wait"
    THANK_YOU_FOR_WAITING = "thank-you-for-waiting"
    WAIT_ESTIMATE = "wait-estimate"  # a range of minutes follows
    QUEUE_FULL = "queue-full"
    NO_AGENTS = "no-agents"
    CLOSED = "closed"
    CLOSED_HOLIDAY = "closed-holiday"
    RECORDING_NOTICE = "recording-notice"

    INVALID_KEY = "invalid-key"
    INVALID_INPUT = "invalid-input"
    NO_ENTRY = "no-entry"
    ENTER_EXTENSION = "enter-extension"
    UNKNOWN_EXTENSION = "unknown-extension"

    CALLBACK_OFFER = "callback-offer"  # 1: call me back
    CALLBACK_NUMBER = "callback-number"  # the number follows
    CALLBACK_REVIEW = "callback-review"  # 1: confirm, 2: another number, 3: cancel
    CALLBACK_ENTER = "callback-enter"  # the number, then #
    CALLBACK_CONFIRMED = "callback-confirmed"
    CALLBACK_CANCELLED = "callback-cancelled"
    CALLBACK_REFUSED = "callback-refused"
    CALLBACK_GREETING = "callback-greeting"  # when we call back
    CALLBACK_MESSAGE = "callback-message"  # to a machine
    CALLBACK_WHEN = "callback-when"  # times follow, each with its key
    CALLBACK_SOON = "callback-soon"  # one of them; its key follows
    CALLBACK_AT = "callback-at"  # the time follows
    CALLBACK_TIME_REVIEW = "callback-time-review"  # 1: confirm, 2: another time, 3: cancel
    CALLBACK_AGAIN = "callback-again"  # when they call in themselves
    CALLBACK_AGAIN_KEYS = "callback-again-keys"  # 1: now, 2: as agreed, 3: cancel

    VOICEMAIL_LEAVE = "voicemail-leave"  # the tone follows; # ends it
    VOICEMAIL_REVIEW = "voicemail-review"  # 1: listen, 2: again, #: send
    VOICEMAIL_TOO_SHORT = "voicemail-too-short"
    VOICEMAIL_SENT = "voicemail-sent"
    VOICEMAIL_DISCARDED = "voicemail-discarded"

    SURVEY_OFFER = "survey-offer"
    SURVEY_THANKS = "survey-thanks"

    TRANSFERRING = "transferring"
    TRANSFER_FAILED = "transfer-failed"
    CALL_TOO_LONG = "call-too-long"
    SORRY = "sorry"
    GOODBYE = "goodbye"

    DO_NOT_CALL = "do-not-call"  # to the agent who dials such a number
    WHISPER_OUTGOING = "whisper-outgoing"  # a call somebody asked for by the API; a name may follow
    WHISPER_WAITED = "whisper-waited"  # to the agent; a duration follows
    WHISPER_CALLBACK = "whisper-callback"
    WHISPER_TRANSFERRED = "whisper-transferred"
    WHISPER_KNOWN = "whisper-known"


def phrase(name: Phrase, language: str) -> str:
    """The words of a phrase."""
    return words(language).phrases[name]


def position(place: int, language: str) -> str:
    """The sentence for a place in the queue; 1 is the head."""
    spoken = words(language)
    if place <= 1:
        return spoken.position.next
    if place > SPOKEN_POSITIONS:
        return spoken.position.beyond
    if spoken.position.counted == "cardinal":
        return spoken.position.place.format(small(spoken, place))
    return spoken.position.place.format(*ordinal(spoken, place))


def press(key: int, language: str) -> str:
    """Press this key, 1 to 9: it stands behind what the key does."""
    spoken = words(language)
    return spoken.press.format(small(spoken, key))


def everything(language: str) -> dict[str, str]:
    """All that the system may say in a language: name of the recording that replaces it → words.
    Places are ``position-1`` … ``position-20`` and ``position-beyond``, keys ``press-1`` …
    ``press-9``."""
    named = {str(name): phrase(name, language) for name in Phrase}
    for place in range(1, SPOKEN_POSITIONS + 1):
        named[f"position-{place}"] = position(place, language)
    named["position-beyond"] = words(language).position.beyond
    for key in range(1, 10):
        named[f"press-{key}"] = press(key, language)
    return named
