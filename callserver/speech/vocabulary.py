"""Everything a language may need to say, as pieces with names (pure).

A name is that of the recording that replaces the piece: ``number-21``, ``month-3``, ``goodbye``.
Two names may share a text; then the piece has the first one. Numbers are there twice: at the end of
what is said, and as ``number-21-on`` before something, where the voice stays up.
"""

from collections.abc import Iterator, Mapping
from functools import cache

from callserver.speech import estimate, numbers
from callserver.speech.calendar import minutes
from callserver.speech.values import ON, PAUSE
from callserver.speech.words import Noun, Words, words


def pieces(language: str, nouns: Mapping[str, Noun] | None = None) -> dict[str, str]:
    """Name → text of all that values are said with; ``nouns`` are those of the house."""
    first = dict(_own(language))
    for name, noun in (nouns or {}).items():
        for form, text in _forms(f"noun-{name}", noun):
            first.setdefault(text, form)
    return {name: text for text, name in first.items()}


@cache
def _own(language: str) -> Mapping[str, str]:
    """Text → name of what the language has by itself."""
    spoken = words(language)
    first = {PAUSE: "pause"}
    parts = (_numbers, _ordinals, _dates, _times, _windows, _estimates, _money, _letters, _nouns)
    for part in parts:
        for name, text in part(spoken):
            first.setdefault(text, name)
    return first


def _numbers(spoken: Words) -> Iterator[tuple[str, str]]:
    for name, text in _both(spoken):
        yield name, text
        yield f"{name}-on", f"{text}{ON}"
    plain = {numbers.small(spoken, number) for number in range(100)}
    for gender in ("f", "n"):
        for number in range(100):  # these never stand without their noun
            if (text := numbers.small(spoken, number, gender)) not in plain:
                yield f"number-{number}-{gender}", f"{text}{ON}"
    for name in ("minus", "plus", "point", "number"):
        yield name, getattr(spoken.numbers, name)
    if spoken.and_:
        yield "and", spoken.and_


def _both(spoken: Words) -> Iterator[tuple[str, str]]:
    for number in range(100):
        yield f"number-{number}", numbers.small(spoken, number)
    for number, text in enumerate(spoken.numbers.hundreds, start=1):
        yield f"number-{number}00", text
    yield from _forms("thousand", spoken.numbers.thousand)
    yield from _forms("million", spoken.numbers.million)


def _ordinals(spoken: Words) -> Iterator[tuple[str, str]]:
    # the genitive is for years, the form of days for dates
    for form in dict.fromkeys(("m", "f", "n", "g", spoken.date.day)):
        for number in range(1, 100):
            *_, last = numbers.ordinal(spoken, number, form)
            ending = "" if form == "m" else f"-{form}"
            if number <= numbers.WHOLE_ORDINALS or number % 10 == 0:
                yield f"ordinal-{number}{ending}", last


def _dates(spoken: Words) -> Iterator[tuple[str, str]]:
    for number, text in enumerate(spoken.months, start=1):
        yield f"month-{number}", text
    for number, text in enumerate(spoken.weekdays, start=1):
        yield f"weekday-{number}", text
    if spoken.year is not None:
        yield "year", spoken.year.after
        for number, text in spoken.year.centuries.items():
            yield f"year-{number}00s", text
        for number, text in spoken.year.round.items():
            yield f"year-{number}", text


def _times(spoken: Words) -> Iterator[tuple[str, str]]:
    clock = spoken.clock
    for name in ("at", "oh", "am", "pm", "noon", "midnight", "hundred"):
        if text := getattr(clock, name):
            yield f"time-{name}", text
    for number, text in enumerate(clock.hours):
        yield f"hour-{number}", text
    for number, text in enumerate(clock.hours_at):
        yield f"hour-{number}-at", text
    for number in range(1, 60) if clock.hours else ():
        yield f"minutes-{number}", minutes(spoken, number, at=False)
        yield f"minutes-{number}-at", minutes(spoken, number, at=True)


def _windows(spoken: Words) -> Iterator[tuple[str, str]]:
    yield "today", spoken.window.today
    yield "tomorrow", spoken.window.tomorrow
    for hour in range(24):
        yield f"window-from-{hour}", spoken.window.begin[hour]
        yield f"window-to-{hour + 1}", spoken.window.end[hour]


def _estimates(spoken: Words) -> Iterator[tuple[str, str]]:
    yield "wait-less", spoken.estimate.less
    yield "wait-more", spoken.estimate.more
    for number in estimate.MINUTES:
        yield f"wait-about-{number}", estimate.about(spoken, number)
        yield f"wait-from-{number}", estimate.lower(spoken, number)
        yield f"wait-to-{number}", estimate.upper(spoken, number)


def _money(spoken: Words) -> Iterator[tuple[str, str]]:
    for currency, (unit, part) in spoken.currencies.items():
        yield from _forms(f"money-{currency.lower()}", unit)
        yield from _forms(f"money-{currency.lower()}-part", part)


def _letters(spoken: Words) -> Iterator[tuple[str, str]]:
    signs = {"*": "star", "#": "hash", "-": "dash", "/": "slash", ".": "dot", "@": "at"}
    for char, text in spoken.letters.items():
        yield f"letter-{signs.get(char, char)}", text


def _nouns(spoken: Words) -> Iterator[tuple[str, str]]:
    for name, noun in spoken.nouns.items():
        yield from _forms(f"noun-{name}", noun)


def _forms(name: str, noun: Noun) -> Iterator[tuple[str, str]]:
    for category, text in noun.forms().items():
        yield f"{name}-{category}", text
