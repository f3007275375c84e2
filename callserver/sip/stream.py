"""Framing of SIP on a stream (RFC 3261 section 18.3; keep-alive of RFC 5626 section 4.4.1)."""

from __future__ import annotations

import re
from enum import Enum, auto

_LENGTH = re.compile(rb"\r\n(?:content-length|l)[ \t]*+:[ \t]*+([^\r\n]*+)", re.IGNORECASE)
_DIGITS = re.compile(rb"\d{1,8}")


class Ping(Enum):
    """A double CRLF, to be answered with one CRLF."""

    PING = auto()


class Stream:
    """Bytes in, whole messages out. Keeps at most ``max_bytes`` and what one ``feed`` brought.

    ``is_broken`` becomes true when the end of a message cannot be known (no usable Content-Length,
    too large: ``is_too_large``): the last item is then what there is of it, to be answered before
    closing.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max = max_bytes
        self._buffer = bytearray()
        self._searched = 0
        self._wanted = 0
        self.is_broken = False
        self.is_too_large = False

    @property
    def is_partial(self) -> bool:
        """Whether a message has begun and is not complete."""
        return bool(self._buffer.strip(b"\r\n"))

    def feed(self, data: bytes) -> list[bytes | Ping]:
        """What became complete."""
        if self.is_broken:
            return []
        self._buffer += data
        items: list[bytes | Ping] = []
        while True:
            if self._skip_line_ends():
                items.append(Ping.PING)
            if not self._buffer or not self._measure() or len(self._buffer) < self._wanted:
                return items
            items.append(bytes(self._buffer[: self._wanted]))
            if self.is_broken:
                self._buffer.clear()
                return items
            del self._buffer[: self._wanted]
            self._searched = self._wanted = 0

    def _skip_line_ends(self) -> bool:
        """Drop CRLFs between messages; true when they were a ping. A lone CRLF is kept a while, it
        may be the first half of one."""
        if self._wanted or not self._buffer or self._buffer[0] not in b"\r\n":
            return False
        rest = bytes(self._buffer).lstrip(b"\r\n")
        dropped = len(self._buffer) - len(rest)
        if not rest and dropped < 4:
            return False
        self._buffer[:] = rest
        self._searched = 0
        return dropped >= 4

    def _measure(self) -> bool:
        """Find the length of the first message; false: more bytes are needed."""
        if self._wanted:
            return True
        end = self._buffer.find(b"\r\n\r\n", max(self._searched - 3, 0))
        if end < 0:
            self._searched = len(self._buffer)
            if len(self._buffer) <= self._max:
                return False
            return self._break(too_large=True)
        length = _LENGTH.search(self._buffer, 0, end)
        if length is None or _DIGITS.fullmatch(length[1].strip()) is None:
            return self._break()
        self._wanted = end + 4 + int(length[1])
        if self._wanted > self._max:
            return self._break(too_large=True)
        return True

    def _break(self, *, too_large: bool = False) -> bool:
        self.is_broken = True
        self.is_too_large = too_large
        self._wanted = len(self._buffer)
        return True
