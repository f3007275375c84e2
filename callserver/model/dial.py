"""Calls that a flow makes for its caller: whom it rings, and what comes of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from callserver.model.events import LegEnd
from callserver.model.talk import Target

MOST_AT_ONCE = 3
"""A call worker has four legs, and the caller has one of them."""


class DialEnd(StrEnum):
    """What came of it, for the flow."""

    ANSWERED = "answered"  # they talked; the other side hung up
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"  # a human "no"
    FAILED = "failed"  # could not be reached, or must not be dialled


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody to ring, for at most ``ring_s`` (None: as long as is usual for such a target)."""

    target: Target
    ring_s: float | None = None


@dataclass(frozen=True, slots=True)
class Dial:
    """Whom to ring: one after the other, or ``at_once`` (the first who answers talks, the others
    are rung no more). Meanwhile the caller hears a ringing tone, or ``music``. ``number`` and
    ``name`` are shown to those who are called; empty: what they usually see. ``given``: the caller
    is given away, so the call has been transferred when somebody outside takes it."""

    parties: tuple[Party, ...]
    at_once: bool = False
    music: bool = False
    number: str = ""
    name: str = ""
    given: bool = False

    @property
    def rounds(self) -> tuple[tuple[Party, ...], ...]:
        """Those who ring together, round after round."""
        return (self.parties,) if self.at_once else tuple((party,) for party in self.parties)


_CAME_TO = {
    LegEnd.NO_ANSWER: DialEnd.NO_ANSWER,
    LegEnd.BUSY: DialEnd.BUSY,
    LegEnd.DECLINED: DialEnd.REFUSED,
}


def came_to(end: LegEnd) -> DialEnd:
    """What it is to the flow that a phone was not answered."""
    return _CAME_TO.get(end, DialEnd.FAILED)


def nearest(ends: Iterable[DialEnd]) -> DialEnd:
    """Of several that were not answered the one that counts: it came nearest to an answer."""
    nearness = (DialEnd.NO_ANSWER, DialEnd.BUSY, DialEnd.REFUSED)
    found = set(ends)
    return next((end for end in nearness if end in found), DialEnd.FAILED)
