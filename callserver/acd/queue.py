"""One queue: its rules, everybody who waits in it, and how many agents do what."""

from collections import Counter
from collections.abc import Iterator

from callserver.acd.entry import Entry, Place
from callserver.acd.estimate import Forecast
from callserver.acd.ordered import Ordered
from callserver.acd.plan import plan
from callserver.config.queues import Queue as QueueConfig
from callserver.model.agent import AgentState
from callserver.model.overflow import Wait


class Queue:
    """Callers in the order of their places. A caller for whom an agent is being rung keeps the
    place, and so is back where they were after a miss.

    ``agents`` counts its agents by state; ``shared`` those who are there, by how many queues they
    serve. ``callbacks`` are owed now and come before who joins last. ``answered`` counts the calls
    answered since the start, ``in_time`` those within ``service_level_s``.
    """

    def __init__(self, name: str, config: QueueConfig) -> None:
        self.name = name
        self.config = config
        self.plan = plan(config)
        self.agents: Counter[AgentState] = Counter()
        self.shared: Counter[int] = Counter()
        self.forecast = Forecast(config.handle_s)
        self.closed = False
        self.alone_since: float | None = None
        self.callbacks = 0
        self.answered = 0
        self.in_time = 0
        self._entries: Ordered[Place, Entry] = Ordered()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def add(self, entry: Entry) -> None:
        self._entries.add(entry.place, entry)

    def discard(self, entry: Entry) -> None:
        self._entries.discard(entry.place)

    def at(self, position: int) -> Entry:
        """Who has this place; 1 is the head. Raises ``IndexError``."""
        return self._entries.at(position - 1)

    def position(self, entry: Entry) -> int:
        """The place as the caller is told it; 1 is the head."""
        return self._entries.place(entry.place) + 1

    def wait(self, position: int, now: float) -> Wait | None:
        """How long it takes from this place; an agent of several queues is a part of one."""
        return self.forecast.wait(position + self.callbacks, self.agents_there, now)

    @property
    def agents_there(self) -> float:
        """Who takes calls of this queue now or in a while."""
        return sum(count / queues for queues, count in self.shared.items())

    def phones(self, entry: Entry, now: float) -> int:
        """How many may ring for a caller at once."""
        config = self.config
        if entry.ticket.one_by_one:
            return 1
        if config.strategy == "ring_all":
            return config.ring_at_most
        if config.strategy != "progressive" or not entry.rung:
            return 1
        steps = int((now - entry.rung_since) / config.ring_more_after_s + 1e-6)
        return min(1 + steps, config.ring_at_most)

    def rings_more_at(self, entry: Entry) -> float | None:
        """When one more phone may ring."""
        config = self.config
        if (
            config.strategy != "progressive"
            or entry.ticket.one_by_one
            or not entry.rung
            or entry.wanted == config.ring_at_most
        ):
            return None
        return entry.rung_since + entry.wanted * config.ring_more_after_s
