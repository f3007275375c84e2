"""One queue: who waits, in which order, and which agents are ready for them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from callserver.acd.decisions import Offer
from callserver.acd.ordered import Ordered
from callserver.acd.strategy import ReadyAgents, Strategy

Place = tuple[float, float, int]


@dataclass(slots=True, eq=False)
class Entry:
    """One waiting caller. ``entered_at`` is the time that counts for the place, ``seq`` parts those
    who came at the same moment. ``offer`` is set while an agent is rung for them; ``announce_at``
    is when they should next be told their place."""

    call: str
    queue: str
    priority: int
    entered_at: float
    seq: int
    announce_at: float
    offer: Offer | None = None
    place: Place = field(init=False)

    def __post_init__(self) -> None:
        self.place = (-self.priority, self.entered_at, self.seq)


class Queue:
    """Callers ordered by priority (greater first), then by how long they have waited. A caller for
    whom an agent is being rung keeps the place, and so is back where they were after a miss."""

    def __init__(self, name: str, strategy: Strategy, announce_every_s: float) -> None:
        self.name = name
        self.announce_every_s = announce_every_s
        self.ready = ReadyAgents(strategy)
        self._entries: Ordered[Place, Entry] = Ordered()
        self._unoffered: Ordered[Place, Entry] = Ordered()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def join(self, entry: Entry) -> None:
        self._entries.add(entry.place, entry)
        self._unoffered.add(entry.place, entry)

    def leave(self, entry: Entry) -> None:
        self._entries.discard(entry.place)
        self._unoffered.discard(entry.place)

    def offer(self, entry: Entry, offer: Offer) -> None:
        """An agent is rung for this caller; nobody else may be."""
        entry.offer = offer
        self._unoffered.discard(entry.place)

    def take_back(self, entry: Entry) -> None:
        """The agent did not take the call: the caller waits where they stood."""
        entry.offer = None
        self._unoffered.add(entry.place, entry)

    def head(self) -> Entry | None:
        """Who is next, leaving out those for whom an agent is being rung."""
        return self._unoffered.first()

    def position(self, entry: Entry) -> int:
        """The place as the caller is told it; 1 is the head."""
        return self._entries.place(entry.place) + 1
