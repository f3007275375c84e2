"""Values in words: which pieces of text say a value, in which order (pure).

Start at :func:`pieces`. Every piece it can return is in ``vocabulary.pieces`` of the language, so
each is a sound file before the first call; a test compares the two.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache

import phonenumbers

from callserver.model.errors import PromptError
from callserver.model.flow import Spoken, Value
from callserver.speech.calendar import say_date, say_time, say_window
from callserver.speech.estimate import say_range
from callserver.speech.numbers import cardinal, counted, ordinal, small
from callserver.speech.words import Noun, Words, words

PAUSE = "…"
"""The piece that is silence."""

ON = ","
"""Ends a piece that something follows: its voice stays up."""

DATE_PARTS = ("", "weekday", "year", "full")
TIMES = ("", "at", "24")

LONGEST = 64
"""Characters; what comes from elsewhere may be a book."""

_MOST_DIGITS = 8  # behind the first
_MOST_DECIMALS = 6
_HOUR, _MINUTE = 3600, 60
_CENT = Decimal("0.01")


def pieces(
    language: str, kind: str, value: Value, arg: str = "", nouns: Mapping[str, Noun] | None = None
) -> tuple[str, ...]:
    """The pieces that say ``value`` in one of the ways of ``Spoken``; ``nouns`` are those of the
    house, beside the language's own. Raises ``PromptError`` when it cannot be said."""
    if value is None or isinstance(value, bool) or not (text := str(value).strip()):
        raise PromptError(f"there is no value to say as {kind}")
    if len(text) > LONGEST:
        raise PromptError(f"the value is too long to be said as {kind}")
    spoken = words(language)
    try:
        if kind == Spoken.COUNT:
            said = _count(spoken, text, arg, {**spoken.nouns, **(nouns or {})})
        else:
            said = _WAYS[Spoken(kind)](spoken, text, arg)
    except ValueError as error:
        raise PromptError(f"the value cannot be said as {kind}: {error}") from error
    lifted = _lifted(language)
    return tuple(
        f"{piece}{ON}" if piece in lifted and after not in ("", PAUSE) else piece
        for piece, after in zip(said, (*said[1:], ""), strict=True)
    )


@cache
def _lifted(language: str) -> frozenset[str]:
    """The pieces that come in two ways: numbers, which stand at the end as often as before it."""
    spoken = words(language)
    large = (*spoken.numbers.thousand.forms().values(), *spoken.numbers.million.forms().values())
    each = (small(spoken, number, gender) for number in range(100) for gender in "mfn")
    return frozenset((*each, *spoken.numbers.hundreds, *large))


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal("".join(text.split()).replace(",", "."))
    except InvalidOperation:
        raise ValueError("it is no number") from None
    if not number.is_finite() or number.adjusted() > _MOST_DIGITS:
        raise ValueError("the number is too large")
    return number


def _whole(text: str) -> int:
    number = _decimal(text)
    if number != number.to_integral_value():
        raise ValueError("no whole number")
    return int(number)


def _number(spoken: Words, text: str, _arg: str) -> tuple[str, ...]:
    number = round(_decimal(text), _MOST_DECIMALS)
    whole, _, after = f"{abs(number):f}".partition(".")
    digits = [small(spoken, int(digit)) for digit in after.rstrip("0")]
    said = [spoken.numbers.minus] if number < 0 else []
    said += cardinal(spoken, int(whole))
    return (*said, spoken.numbers.point, *digits) if digits else tuple(said)


def _ordinal(spoken: Words, text: str, arg: str) -> tuple[str, ...]:
    number = _whole(text)
    if 1 <= number <= 99:
        return ordinal(spoken, number, arg or "m")
    return (spoken.numbers.number, *cardinal(spoken, number))


def _digits(spoken: Words, text: str, _arg: str) -> tuple[str, ...]:
    return tuple(_character(spoken, char, letters="*#") for char in text)


def _spell(spoken: Words, text: str, _arg: str) -> tuple[str, ...]:
    return tuple(_character(spoken, char) for char in text.lower())


def _character(spoken: Words, char: str, letters: str | None = None) -> str:
    if char in "0123456789":
        return small(spoken, int(char))
    if char == "+":
        return spoken.numbers.plus
    if char in spoken.letters and (letters is None or char in letters):
        return spoken.letters[char]
    if char.isspace() or char in "-./()":
        return PAUSE
    raise ValueError("there is a character that cannot be read out")


def _phone(spoken: Words, text: str, _arg: str) -> tuple[str, ...]:
    said: list[str] = []
    for group in _groups(text):
        said += [PAUSE] if said else []
        said += [_character(spoken, char) for char in group]
    return tuple(said)


def _groups(number: str) -> list[str]:
    """As the number's country writes it; without a country code in threes and twos."""
    bare = re.sub(r"[\s().-]", "", number)
    if not re.fullmatch(r"\+?[0-9]{2,20}", bare):
        raise ValueError("no telephone number")
    if bare.startswith("+"):
        try:
            parsed = phonenumbers.parse(bare)
        except phonenumbers.NumberParseException:
            return ["+", *_threes(bare[1:])]
        form = phonenumbers.PhoneNumberFormat.INTERNATIONAL
        return re.split(r"[\s-]+", phonenumbers.format_number(parsed, form))
    return _threes(bare)


def _threes(digits: str) -> list[str]:
    threes = len(digits) // 3 - (len(digits) % 3 == 1)
    rest = digits[max(threes, 0) * 3 :]
    groups = [digits[3 * n : 3 * n + 3] for n in range(threes)]
    return groups + [rest[n : n + 2] for n in range(0, len(rest), 2)]


def _date(spoken: Words, text: str, arg: str) -> tuple[str, ...]:
    if arg not in DATE_PARTS:
        raise ValueError(f"`{arg}`; say one of: {', '.join(DATE_PARTS[1:])}")
    parts = {"full": frozenset({"weekday", "year"})}.get(arg, frozenset({arg}))
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError("it is no date like 2026-11-23") from None
    return say_date(spoken, day, parts)


def _time(spoken: Words, text: str, arg: str) -> tuple[str, ...]:
    if arg not in TIMES:
        raise ValueError(f"`{arg}`; say one of: {', '.join(TIMES[1:])}")
    if re.fullmatch(r"\d:\d\d(:\d\d)?", text):
        text = f"0{text}"
    try:
        day_too = re.match(r"\d{4}-", text)
        when = datetime.fromisoformat(text).time() if day_too else time.fromisoformat(text)
    except ValueError:
        raise ValueError("it is no time like 14:05") from None
    return say_time(spoken, when, arg)


def _money(spoken: Words, text: str, arg: str) -> tuple[str, ...]:
    try:
        unit, part = spoken.currencies[arg]
    except KeyError:
        raise ValueError(f"no currency `{arg}`; there are: {_list(spoken.currencies)}") from None
    amount = _decimal(text).quantize(_CENT, ROUND_HALF_UP)
    whole, cents = divmod(int(abs(amount) * 100), 100)
    said = [spoken.numbers.minus] if amount < 0 else []
    if whole or not cents:
        said += counted(spoken, whole, unit)
    if cents:
        said += [spoken.and_] if whole and spoken.and_ else []
        said += counted(spoken, cents, part)
    return tuple(said)


def _duration(spoken: Words, text: str, _arg: str) -> tuple[str, ...]:
    seconds = round(_decimal(text))
    if seconds < 0:
        raise ValueError("it is negative")
    parts = {
        "hour": seconds // _HOUR,
        "minute": seconds % _HOUR // _MINUTE,
        "second": seconds % _MINUTE,
    }
    said: list[str] = []
    for name, number in parts.items():
        if number or (name == "second" and not said):
            said += counted(spoken, number, spoken.nouns[name])
    return tuple(said)


def _count(spoken: Words, text: str, arg: str, nouns: Mapping[str, Noun]) -> tuple[str, ...]:
    if arg not in nouns:
        raise ValueError(f"no noun `{arg}`; there are: {_list(nouns)}; yours go to speech.nouns")
    return counted(spoken, _whole(text), nouns[arg])


def _range(spoken: Words, text: str, _arg: str) -> tuple[str, ...]:
    low, _, high = text.partition("-")
    return say_range(spoken, float(_decimal(low)), float(_decimal(high or low)))


def _window(spoken: Words, text: str, _arg: str) -> tuple[str, ...]:
    return say_window(spoken, text)


def _list(names: Mapping[str, object]) -> str:
    return ", ".join(names)


_WAYS: Mapping[str, Callable[[Words, str, str], tuple[str, ...]]] = {
    Spoken.NUMBER: _number,
    Spoken.ORDINAL: _ordinal,
    Spoken.DIGITS: _digits,
    Spoken.SPELL: _spell,
    Spoken.DATE: _date,
    Spoken.TIME: _time,
    Spoken.MONEY: _money,
    Spoken.PHONE: _phone,
    Spoken.DURATION: _duration,
    Spoken.RANGE: _range,
    Spoken.WINDOW: _window,
}
