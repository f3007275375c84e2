"""Telephone numbers as people and phones write them (pure)."""

import phonenumbers
from phonenumbers import PhoneNumber

MAX_CHARS = 32

_BETWEEN = str.maketrans("", "", " -./()\u00a0\u2011")
"""What people write between the digits."""


def tidy(text: str) -> str:
    """A number as it stands on a page or in a list, without what is there for the eye."""
    return text.strip().translate(_BETWEEN)


def parse(number: str, country: str) -> PhoneNumber | None:
    """A number as somebody wrote it, in ``country`` (``LV``; empty: none) when it is national.
    None: it is no telephone number."""
    if not number or len(number) > MAX_CHARS or not number.isascii():
        return None
    if not number.removeprefix("+").isdigit():  # no letters, no pauses, no second number
        return None
    if not country and number.startswith("00"):
        number = f"+{number[2:]}"
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None


def e164(number: PhoneNumber) -> str:
    """With its plus sign."""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read(text: str, country: str) -> str | None:
    """A number as it stands on a page or in a list, in E.164; None: it is no telephone number."""
    parsed = parse(tidy(text), country)
    return None if parsed is None else e164(parsed)


def as_recorded(number: str, country: str) -> tuple[str, ...]:
    """How phones and trunks may have written a number that is in E.164."""
    digits = number.removeprefix("+")
    found = [number, digits, f"00{digits}"]
    parsed = parse(number, "")
    if parsed is not None and parsed.country_code == phonenumbers.country_code_for_region(country):
        national = phonenumbers.national_significant_number(parsed)
        found += [national, f"0{national}"]
    return tuple(found)
