"""Values as every database and file takes them.

What a caller's phone sends ends up in the journal, so no content may make a write fail: text that
is no text is mended, numbers out of range are cut.
"""

from math import isfinite
from typing import Any

MAX_INT = 2**63 - 1


def plain(value: Any) -> Any:
    """The value, made of built-in types already, with U+FFFD for NUL (PostgreSQL refuses it) and
    ``?`` for lone surrogates (no UTF-8), 0 for what is not a finite number, and integers cut to 64
    bits."""
    if isinstance(value, str):
        if value.isascii():
            return value if "\0" not in value else value.replace("\0", "\ufffd")
        return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {plain(key): plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, float):
        return value if isfinite(value) else 0.0
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-MAX_INT, min(value, MAX_INT))
    return value
