"""Numbers in words: pieces of text that are spoken one after the other (pure).

A number below 100 is one piece, so that it sounds as one; hundreds, thousands and millions are
pieces of their own. Genders and cases are the letters of :mod:`callserver.speech.words`.
"""

from callserver.speech.words import Noun, Ordinals, Words

LARGEST = 999_999_999
WHOLE_ORDINALS = 31
"""Ordinals up to this one (the days of a month) are one piece, larger ones two."""

CATEGORIES = {
    "english": ("one", "other"),
    "slavic": ("one", "few", "many"),
    "latvian": ("one", "other", "zero"),
}
"""Plural categories by rule, in the order of the numbers 1, 2 and 10."""


def small(words: Words, number: int, case: str = "m") -> str:
    """0 … 99 in one piece."""
    own = words.numbers.genders.get(case, {})
    ones = words.numbers.ones
    if number < 20:
        return own.get(number, ones[number])
    tens, one = divmod(number, 10)
    ten = words.numbers.tens[tens - 2]
    return f"{ten}{words.numbers.joint}{own.get(one, ones[one])}" if one else ten


def cardinal(words: Words, number: int, gender: str = "m") -> tuple[str, ...]:
    """A whole number of at most nine digits. Raises ``ValueError``."""
    if abs(number) > LARGEST:
        raise ValueError(f"{number} is too large to be said")
    if number < 0:
        return (words.numbers.minus, *cardinal(words, -number, gender))
    millions, rest = divmod(number, 1_000_000)
    thousands, rest = divmod(rest, 1_000)
    pieces = [*_many(words, millions, words.numbers.million)]
    pieces += _many(words, thousands, words.numbers.thousand)
    if rest or not pieces:
        pieces += _group(words, rest, gender)
    return tuple(pieces)


def _many(words: Words, count: int, noun: Noun) -> list[str]:
    if count == 0:
        return []
    named = [] if count == 1 and words.numbers.bare else _group(words, count, noun.gender)
    return [*named, noun.form(category(words, count))]


def _group(words: Words, number: int, gender: str) -> list[str]:
    """0 … 999."""
    hundreds, rest = divmod(number, 100)
    pieces = [words.numbers.hundreds[hundreds - 1]] if hundreds else []
    return [*pieces, small(words, rest, gender)] if rest or not hundreds else pieces


def category(words: Words, number: int) -> str:
    """The plural category (CLDR) of a whole number: which form of a noun follows it."""
    tens, one = abs(number) % 100, abs(number) % 10
    teen = 11 <= tens <= 19
    match words.plural:
        case "slavic":
            if one == 1 and not teen:
                return "one"
            return "few" if 2 <= one <= 4 and not teen else "many"
        case "latvian":
            if one == 0 or teen:
                return "zero"
            return "one" if one == 1 else "other"
        case _:
            return "one" if abs(number) == 1 else "other"


def counted(words: Words, number: int, noun: Noun) -> tuple[str, ...]:
    """A number with its noun: "two calls"."""
    return (*cardinal(words, number, noun.gender), noun.form(category(words, number)))


def ordinal(words: Words, number: int, form: str = "m") -> tuple[str, ...]:
    """1 … 99 as one or two pieces. Raises ``ValueError``."""
    if not 1 <= number <= 99:
        raise ValueError(f"{number} cannot be said as an ordinal")
    ten, one = divmod(number, 10)
    if number < 20:
        return (_inflected(words.ordinals, words.ordinals.ones[number - 1], form),)
    if one == 0:
        return (_inflected(words.ordinals, words.ordinals.tens[ten - 2], form),)
    last = _inflected(words.ordinals, words.ordinals.ones[one - 1], form)
    if number <= WHOLE_ORDINALS:
        return (f"{words.numbers.tens[ten - 2]}{words.numbers.joint}{last}",)
    return (words.numbers.tens[ten - 2], last)


def _inflected(ordinals: Ordinals, base: str, form: str) -> str:
    for ending, forms in ordinals.endings.items():
        if base.endswith(ending) and form in forms:
            return base.removesuffix(ending) + forms[form]
    return base
