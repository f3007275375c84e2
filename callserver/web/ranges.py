"""Which part of a file is asked for, and whether at all: RFC 9110 sections 13 and 14. Pure.

Several ranges in one request are answered with the whole file, as section 14.2 allows: players ask
for one, and multipart answers are a way to make a server work for nothing.
"""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.ASCII | re.IGNORECASE)
_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


class Unsatisfiable(Exception):
    """The range lies outside of the file: 416."""


@dataclass(frozen=True, slots=True)
class Part:
    """``length`` bytes from ``start``."""

    start: int
    length: int


def part(header: str | None, size: int) -> Part | None:
    """What a Range header asks of a file of ``size`` bytes; None: all of it (also when the header
    is in another unit, malformed, or has several ranges). Raises :class:`Unsatisfiable`."""
    found = _RANGE.fullmatch(header or "")
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size:
        raise Unsatisfiable
    return Part(start, end - start)


def names(header: str, etag: str, *, weak: bool) -> bool:
    """Whether If-Match or If-None-Match names this version (its opaque tag, without quotes).
    ``weak``: a weak tag counts too (section 8.8.3.2)."""
    if header.strip() == "*":
        return True
    return any(tag == etag and (weak or not mark) for mark, tag in _TAG.findall(header))
