"""Whether values can be said the way a text wants it (pure): tried with a value that fits."""

from collections.abc import Mapping

from callserver.ivr.template import Slot
from callserver.model.errors import PromptError
from callserver.model.flow import Spoken, Value
from callserver.speech.values import pieces
from callserver.speech.words import Noun

SAMPLES: Mapping[Spoken, Value] = {
    Spoken.NUMBER: 1,
    Spoken.ORDINAL: 1,
    Spoken.DIGITS: "1",
    Spoken.SPELL: "1",
    Spoken.DATE: "2026-11-23",
    Spoken.TIME: "12:30",
    Spoken.MONEY: 1,
    Spoken.PHONE: "+37120000000",
    Spoken.DURATION: 1,
    Spoken.RANGE: "3-5",
    Spoken.WINDOW: "tomorrow 10-12",
    Spoken.COUNT: 1,
}


def unsayable(language: str, slot: Slot, nouns: Mapping[str, Noun]) -> str:
    """Why no value can be said so in this language; empty: it can."""
    try:
        pieces(language, slot.how, SAMPLES[slot.how], slot.arg, nouns)
    except PromptError as error:
        return f"`{{{slot.name}|{slot.how}:{slot.arg}}}` in `{language}`: {error}"
    return ""
