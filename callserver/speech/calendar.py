"""Dates and times of day as pieces of text (pure)."""

import re
from datetime import date, time

from callserver.speech.numbers import cardinal, category, ordinal, small
from callserver.speech.words import Noun, Words


def say_date(words: Words, day: date, parts: frozenset[str]) -> tuple[str, ...]:
    """Day and month, and what of ``weekday`` and ``year`` is in ``parts``. It reads as an answer to
    "when?" (English: without "on")."""
    pieces: list[str] = []
    for part in words.date.order:
        match part:
            case "day":
                pieces += ordinal(words, day.day, words.date.day)
            case "month":
                pieces.append(words.months[day.month - 1])
            case "weekday" if part in parts:
                pieces.append(words.weekdays[day.weekday()])
            case "year" if part in parts:
                pieces += _year(words, day.year)
            case _:
                pass
    return tuple(pieces)


def _year(words: Words, year: int) -> tuple[str, ...]:
    century, rest = divmod(year, 100)
    if words.year is None:
        return _english_year(words, year)
    if year in words.year.round:
        return (words.year.round[year],)
    if century not in words.year.centuries or not rest:
        return cardinal(words, year)
    return (words.year.centuries[century], *ordinal(words, rest, "g"), words.year.after)


def _english_year(words: Words, year: int) -> tuple[str, ...]:
    century, rest = divmod(year, 100)
    if not 1100 <= year <= 9999 or (century % 10 == 0 and rest < 10):
        return cardinal(words, year)
    if rest == 0:
        return (small(words, century), words.clock.hundred)
    if rest < 10:
        return (small(words, century), words.clock.oh, small(words, rest))
    return (small(words, century), small(words, rest))


def say_window(words: Words, when: str) -> tuple[str, ...]:
    """``today 14-16``, ``tomorrow 10-12``, ``2026-11-26 22-24``. Raises ``ValueError``."""
    found = re.fullmatch(r"(today|tomorrow|\d{4}-\d\d-\d\d) (\d{1,2})-(\d{1,2})", when)
    if found is None or not int(found[2]) < int(found[3]) <= 24:
        raise ValueError("it is no time like `tomorrow 10-12`")
    named = {"today": words.window.today, "tomorrow": words.window.tomorrow}.get(found[1])
    weekday = frozenset({"weekday"})
    day = (named,) if named else say_date(words, date.fromisoformat(found[1]), weekday)
    return (*day, words.window.begin[int(found[2])], words.window.end[int(found[3]) - 1])


def say_time(words: Words, when: time, arg: str) -> tuple[str, ...]:
    """Hours and minutes. ``arg``: empty for the time as a name, ``at`` as an answer to "when?",
    ``24`` for 24 hours in English (elsewhere it is the rule)."""
    if not words.clock.hours:
        pieces = _english_24(words, when) if arg == "24" else _english_12(words, when)
        return (words.clock.at, *pieces) if arg == "at" else pieces
    hours = words.clock.hours_at if arg == "at" else words.clock.hours
    if not when.minute:
        return (hours[when.hour],)
    return (hours[when.hour], minutes(words, when.minute, at=arg == "at"))


def minutes(words: Words, number: int, *, at: bool) -> str:
    """The minutes of a time of day, 1 … 59, as one piece."""
    noun = words.nouns["minute"]
    if not at:
        said = f"{small(words, number, noun.gender)} {noun.form(category(words, number))}"
    elif noun.ls:
        said = f"{small(words, number, 'l')} {noun.l if singular(words, number) else noun.ls}"
    else:
        said = accusative(words, number, noun)
    return words.clock.minutes.format(said)


def accusative(words: Words, number: int, noun: Noun) -> str:
    """A number below 100 with its feminine noun, as after "in" or "about", as one piece."""
    plural = noun.form(category(words, number)) if noun.many else noun.other
    form = (noun.a or noun.one) if singular(words, number) else plural
    return f"{small(words, number, 'a')} {form}"


def singular(words: Words, number: int) -> bool:
    """Whether the noun after a number is in the singular."""
    return category(words, number) == "one"


def _english_12(words: Words, when: time) -> tuple[str, ...]:
    clock = words.clock
    if not when.minute and when.hour % 12 == 0:
        return (clock.noon if when.hour else clock.midnight,)
    half = clock.pm if when.hour >= 12 else clock.am
    return (small(words, when.hour % 12 or 12), *_english_minutes(words, when.minute), half)


def _english_24(words: Words, when: time) -> tuple[str, ...]:
    after = _english_minutes(words, when.minute) or (words.clock.hundred,)
    return (small(words, when.hour), *after)


def _english_minutes(words: Words, number: int) -> tuple[str, ...]:
    if not number:
        return ()
    return (words.clock.oh, small(words, number)) if number < 10 else (small(words, number),)
