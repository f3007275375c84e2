"""One waiting caller, and the order among them."""

from dataclasses import dataclass, field
from math import inf

from callserver.acd.decisions import Offer
from callserver.model.errors import NotAllowed
from callserver.model.overflow import Wait
from callserver.model.ticket import Ticket

EDGE_S = 0.001
SHARE = 0.381966  # of a gap between two numbers: never a whole number, which is a caller's own

Place = tuple[float, float, float]
"""Smaller is sooner: a class of priority, a moment, and a number that parts those who are equal."""


def place_of(priority: int, entered_at: float, seq: float, priority_s: float) -> Place:
    """The place does not change while time passes, because all grow older alike: a higher priority
    is a moment so much earlier, or, with ``priority_s`` 0, a class of its own."""
    if priority_s:
        return (0.0, entered_at - priority * priority_s, seq)
    return (float(-priority), entered_at, seq)


def urgency(place: Place, weight: float, now: float) -> Place:
    """The place as it compares with those of other queues: time waited counts ``weight`` times."""
    rank, moment, seq = place
    waited = now - moment
    return (rank, -waited * weight if waited > 0 else -waited / weight, seq)


@dataclass(frozen=True, slots=True)
class Told:
    """An estimate, and what it came from."""

    wait: Wait
    position: int
    agents: float


@dataclass(slots=True, eq=False)
class Entry:
    """``entered_at`` is the time that counts as waited, ``since`` when this wait began, ``seq``
    is its own number. ``rung`` are the agents being rung, with their offers, ``wanted`` how many
    may be. ``stage`` is how far the plan of the queue has widened; the caller waits for
    ``prefers`` alone until ``prefer_until``. The next times to tell the place, one of the queue's
    ``messages`` (so many were told) and to offer a callback are ``place_at``, ``message_at`` and
    ``callback_at``. ``expected`` is the first estimate, ``told`` the last one that was told."""

    call: str
    queue: str
    ticket: Ticket
    priority: int
    entered_at: float
    since: float
    seq: int
    place: Place
    stage: int = 0
    prefers: str = ""
    prefer_until: float = 0.0
    wanted: int = 1
    rung_since: float = 0.0
    place_at: float = inf
    message_at: float = inf
    callback_at: float = inf
    messages: int = 0
    expected: Wait | None = None
    told: Told | None = None
    rung: dict[str, Offer] = field(default_factory=dict)

    @property
    def announce_at(self) -> float | None:
        """When they should next be told something."""
        at = min(self.place_at, self.message_at, self.callback_at)
        return None if at == inf else at


def between(before: Place | None, after: Place | None, seq: float) -> Place:
    """A place that sorts between two, for the caller of this number. Raises ``NotAllowed`` when
    there is no room left."""
    if before is None or after is None:
        rank, moment, _ = before or after or (0.0, 0.0, 0.0)
        return (rank, moment + (EDGE_S if before else -EDGE_S), seq)
    rank, moment, last = after
    middle = (before[1] + moment) / 2 if before[0] == rank else moment - EDGE_S
    if before[:2] < (rank, middle) < after[:2]:
        return (rank, middle, seq)
    first = before[2] if before[:2] == after[:2] else last - 1
    place = (rank, moment, first + (last - first) * SHARE)
    if not before < place < after:
        raise NotAllowed("there is no room at this place; move somebody else out of the way first")
    return place
