"""Keys: every press is one digit, however often the network repeats it."""

import re
from collections import deque

DIGITS = frozenset("0123456789*#ABCD")
# Some phones write the RFC 4733 event number into an INFO instead of the key.
_EVENTS = {"10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D"}
_SIGNAL = re.compile(r"^\s*Signal\s*=\s*(\S{1,2})\s*$", re.IGNORECASE | re.MULTILINE)


class KeyFilter:
    """RFC 4733 section 2.5: all packets of one press carry the timestamp of its beginning, and
    the last one comes three times, some of them when the next press has begun already. A press
    longer than the duration field can say goes on as a new segment whose timestamp is where the
    last one stopped."""

    REMEMBERED = 4

    def __init__(self) -> None:
        self._begun: deque[tuple[str, int]] = deque(maxlen=self.REMEMBERED)
        self._until = -1
        self._ended = True

    def press(self, digit: str, timestamp: int, duration: int, *, ended: bool) -> str | None:
        """The digit, if this packet (milliseconds) is the first of a press."""
        this = (digit, timestamp)
        if this in self._begun:
            if this == self._begun[-1]:
                self._ended = self._ended or ended
                self._until = timestamp + duration
            return None
        held = bool(self._begun) and digit == self._begun[-1][0] and not self._ended
        segment = held and timestamp == self._until
        self._begun.append(this)
        self._ended, self._until = ended, timestamp + duration
        return digit if digit in DIGITS and not segment else None


def digit_of_info(message: str) -> str | None:
    """The key in a SIP INFO: ``application/dtmf-relay`` has a line ``Signal=5``, in
    ``application/dtmf`` the body is the key itself."""
    head, _, body = message.replace("\r\n", "\n").partition("\n\n")
    kind = ""
    for line in head.split("\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() in ("content-type", "c"):
            kind = value.partition(";")[0].strip().lower()
    if kind == "application/dtmf-relay":
        found = _SIGNAL.search(body)
        key = found.group(1) if found else ""
    elif kind == "application/dtmf":
        key = body.strip()
    else:
        return None
    key = _EVENTS.get(key, key.upper())
    return key if key in DIGITS else None
