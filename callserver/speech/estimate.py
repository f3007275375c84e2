"""A waiting time, told as a range of minutes: "about three", "to five minutes" (pure)."""

from callserver.speech.calendar import accusative, singular
from callserver.speech.numbers import small
from callserver.speech.words import Words

MINUTES = (*range(1, 11), 15, 20, 25, 30, 40, 50, 60, 90, 120)
"""What is said: the lower end is rounded down to one of these, the upper end up."""
HOUR = 60


def say_range(words: Words, low: float, high: float) -> tuple[str, ...]:
    """From ``low`` to ``high`` minutes. Raises ``ValueError`` when that is no range."""
    if not 0 <= low <= high:
        raise ValueError(f"{low:g}-{high:g} is no range of minutes")
    if high <= 1:
        return (words.estimate.less,)
    if low >= HOUR or high > MINUTES[-1]:
        return (words.estimate.more,)
    least = max((each for each in MINUTES if each <= low), default=MINUTES[0])
    most = min(each for each in MINUTES if each >= high)
    if least == most:
        return (about(words, most),)
    return (lower(words, least), upper(words, most))


def about(words: Words, number: int) -> str:
    """ "about five minutes"."""
    return words.estimate.about.format(_minutes(words, number))


def lower(words: Words, number: int) -> str:
    """ "about three": how a range begins."""
    number_only = words.estimate.genitive.get(number) or _number(words, number, "a")
    return words.estimate.from_.format(number_only)


def upper(words: Words, number: int) -> str:
    """ "to five minutes": how it ends."""
    if genitive := words.estimate.genitive.get(number):
        noun = words.nouns["minute"]
        form = noun.few if singular(words, number) else noun.many
        return words.estimate.to.format(f"{genitive} {form}")
    return words.estimate.to.format(_minutes(words, number))


def _minutes(words: Words, number: int) -> str:
    if number < 100:
        return accusative(words, number, words.nouns["minute"])
    noun = words.nouns["minute"]
    return f"{_number(words, number, 'a')} {noun.many or noun.other}"


def _number(words: Words, number: int, case: str) -> str:
    if number < 100:
        return small(words, number, case)
    return f"{words.numbers.hundreds[number // 100 - 1]} {small(words, number % 100, case)}"
