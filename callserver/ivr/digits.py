"""What digits must be like (pure): patterns as telephone people write them, check digits, dates."""

import re
from datetime import date

_PART = re.compile(r"X|[0-9]|\[[0-9]+(?:-[0-9])?[0-9]*\]|\.$")

DATE_FORMS = {"ddmmyyyy": (0, 2, 4, 8), "mmddyyyy": (2, 0, 4, 8), "yyyymmdd": (6, 4, 0, 4)}
"""Where day, month, year begin, and where the year ends."""


def pattern(text: str) -> re.Pattern[str]:
    """``4XX[1-5].``: digits stand for themselves, X for any digit, [1-5] for one of those, a full
    stop at the end for one or more of any. Raises ``ValueError``."""
    parts = _PART.findall(text)
    if not parts or "".join(parts) != text:
        raise ValueError(
            f"`{text}` is no pattern; write digits, X for any digit, [1-5] for one of these, and a "
            "full stop at the end for any more"
        )
    translated = {"X": "[0-9]", ".": "[0-9]+"}
    try:
        return re.compile("".join(translated.get(part, part) for part in parts))
    except re.error:
        raise ValueError(
            f"`{text}` is no pattern; in [1-5] the smaller digit comes first"
        ) from None


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1 annex B), as in the
    numbers of bank cards."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return len(digits) > 1 and total % 10 == 0


def iso_date(digits: str, form: str) -> str | None:
    """The date that 8 digits say (``2026-11-23``), or None."""
    day, month, year, end = DATE_FORMS[form]
    if len(digits) != 8:
        return None
    try:
        said = date(
            int(digits[year:end]), int(digits[month : month + 2]), int(digits[day : day + 2])
        )
    except ValueError:
        return None
    return said.isoformat()
