"""A numbered fact as a line of the spool, and back (pure).

``CRC NUMBER KIND JSON``, ended by a newline: the CRC-32 of all that follows it as 8 hexadecimal
digits, the fact's number in its run, its class, its fields. JSON has no raw newlines, and what no
UTF-8 can hold is mended first, so every fact has a line.
"""

import binascii
from dataclasses import dataclass
from typing import Any, get_args

import msgspec

from callserver.model.facts import Fact
from callserver.model.plain import plain

_KINDS: dict[bytes, type[Any]] = {kind.__name__.encode(): kind for kind in get_args(Fact)}
_CRC_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Noted:
    """A fact and its number in its run; the first one has 1."""

    number: int
    fact: Fact


def to_line(noted: Noted) -> bytes:
    """The line, newline included."""
    kind = type(noted.fact).__name__.encode()
    fields = msgspec.json.encode(plain(msgspec.to_builtins(noted.fact)))
    rest = b"%d %s %s" % (noted.number, kind, fields)
    return b"%08x %s\n" % (binascii.crc32(rest), rest)


def number_of(line: bytes) -> int | None:
    """The number of a line that is whole; None: it is torn, or the disk has changed it."""
    head, _, rest = line.partition(b" ")
    if len(head) != _CRC_DIGITS or head != b"%08x" % binascii.crc32(rest):
        return None
    number = rest.partition(b" ")[0]
    return int(number) if number.isdigit() else None


def from_line(line: bytes) -> Noted | None:
    """The fact of a line without its newline; None: it cannot be read (see :func:`number_of`), or
    another version wrote it."""
    number = number_of(line)
    if number is None:
        return None
    _, _, kind, fields = line.split(b" ", 3)
    if kind not in _KINDS:
        return None
    try:
        return Noted(number, msgspec.json.decode(fields, type=_KINDS[kind]))
    except msgspec.DecodeError:  # ValidationError is one
        return None
