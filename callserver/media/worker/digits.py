"""Keys: every press is one digit, however often the network repeats it."""

import re

DIGITS = frozenset("0123456789*#ABCD")
# Some phones write the RFC 4733 event number into an INFO instead of the key.
_EVENTS = {"10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D"}
_SIGNAL = re.compile(r"^\s*Signal\s*=\s*(\S{1,2})\s*$", re.IGNORECASE | re.MULTILINE)


class KeyFilter:
    """RFC 4733 section 2.5: all packets of one press carry the timestamp of its beginning, and
    the last one comes three times. A press longer than the duration field can say goes on as a new
    segment whose timestamp is where the last one stopped."""

    def __init__(self) -> None:
        self._digit = ""
        self._timestamp = -1
        self._until = -1
        self._ended = True

    def press(self, digit: str, timestamp: int, duration: int, *, ended: bool) -> str | None:
        """The digit, if this packet (milliseconds) is the first of a press."""
        same = digit == self._digit and timestamp == self._timestamp
        segment = digit == self._digit and not self._ended and timestamp == self._until
        self._ended = ended or (same and self._ended)
        self._digit, self._timestamp = digit, timestamp
        self._until = timestamp + duration
        return digit if digit in DIGITS and not same and not segment else None


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
