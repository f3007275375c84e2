"""Phones that were asked for a password and came back without one.

Some (baresip 1.0, SIPp 3.6) give up when a challenge names a digest they do not know, instead of
taking the other one (RFC 3261 section 22.1 would have them ignore it). Whoever asks anew without
having answered is therefore asked for MD5 alone.
"""

from collections import OrderedDict
from dataclasses import dataclass

REMEMBERED_S = 3600.0
MAX_REMEMBERED = 10_000

Who = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Memory:
    """``request`` was asked and not answered (empty: it was); ``simply``: ask for MD5 alone."""

    request: str
    simply: bool
    until: float


class Hesitant:
    """What is remembered of callers (address, user); the oldest are forgotten."""

    def __init__(self) -> None:
        self._known: OrderedDict[Who, _Memory] = OrderedDict()

    def ask(self, who: Who, request: str, now: float) -> bool:
        """``request`` (the same for its retransmissions) is being asked; true: ask simply."""
        known = self._recall(who, now)
        simply = known.simply or known.request not in ("", request)
        self._remember(who, _Memory(request, simply, now + REMEMBERED_S))
        return simply

    def is_simple(self, who: Who, now: float) -> bool:
        """Whether a caller has to be asked simply."""
        return self._recall(who, now).simply

    def answered(self, who: Who, now: float) -> None:
        """It did answer."""
        known = self._known.pop(who, None)
        if known is not None and known.simply:
            self._remember(who, _Memory("", simply=True, until=now + REMEMBERED_S))

    def _recall(self, who: Who, now: float) -> _Memory:
        known = self._known.get(who)
        return known if known is not None and known.until > now else _Memory("", False, 0.0)

    def _remember(self, who: Who, memory: _Memory) -> None:
        self._known[who] = memory
        self._known.move_to_end(who)
        if len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)
