"""Identifiers: sortable by time of birth, safe in URLs and file names."""

import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def _base32(value: int, width: int) -> str:
    digits = []
    for _ in range(width):
        value, digit = divmod(value, 32)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def new_id() -> str:
    """A new id: 9 characters of milliseconds since 1970 and 9 random ones (45 bits)."""
    return id_at(time.time())


def id_at(at: float) -> str:
    """A new id for what happened then: it sorts among those of its time."""
    return _base32(max(0, int(at * 1000)), 9) + _base32(secrets.randbits(45), 9)
