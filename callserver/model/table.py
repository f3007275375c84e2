"""Cells of a table that people open in other programs (pure). A text that such a program would
reckon with gets an apostrophe, and loses it when the table comes back."""

from typing import Any, Final

FORMULA: Final = ("=", "-", "@", "\t", "\r")
"""Such a program reckons with a cell that begins so; ``+`` begins a number of ours."""
_QUOTE: Final = "'"


def guarded(value: Any) -> Any:
    """The value as it goes into the table."""
    if isinstance(value, str) and value.lstrip(_QUOTE).startswith(FORMULA):
        return _QUOTE + value
    return value


def unguarded(text: str) -> str:
    """And back."""
    if text.startswith(_QUOTE) and text.lstrip(_QUOTE).startswith(FORMULA):
        return text.removeprefix(_QUOTE)
    return text
