"""What people do to the queues by hand: priority, order, picking a caller, closing."""

from callserver.acd.decisions import Decision
from callserver.acd.entry import Entry, Place, between, place_of
from callserver.acd.plan import Demand
from callserver.acd.roster import Roster
from callserver.model.errors import NotAllowed, UnknownName

# A burst of callers that came together is told the place together. The loop gets its turn in
# between, so that a thousand announcements do not make an agent's phone ring late.
AT_ONCE = 100


class Steering(Roster):
    """Every method returns what to do."""

    def set_priority(self, call: str, priority: int, now: float) -> list[Decision]:
        """Another priority for a waiting caller. Raises ``UnknownName``."""
        entry = self._entry(call)
        entry.priority = priority
        worth_s = self._books.routing.priority_s
        self._books.replace(entry, place_of(priority, entry.entered_at, entry.seq, worth_s))
        return self._books.decided(now)

    def move(self, call: str, position: int, now: float) -> list[Decision]:
        """Let a waiting caller have this place; 1 is the head, a number too great the end. Raises
        ``UnknownName``, ``NotAllowed``."""
        entry = self._entry(call)
        if position < 1:
            raise NotAllowed("places are counted from 1")
        queue = self.queues[entry.queue]
        here = queue.position(entry)
        if position > len(queue):
            position = len(queue)
        if position != here:
            shift = position > here
            before = queue.at(position - 1 + shift).place if position - 1 + shift else None
            after = queue.at(position + shift).place if position + shift <= len(queue) else None
            self._books.replace(entry, between(before, after, entry.seq))
        return self._books.decided(now)

    def pick(self, call: str, agent: str, now: float) -> list[Decision]:
        """The agent takes this waiting caller, out of turn; nobody else is rung for them any more.
        Raises ``UnknownName``, ``NotAllowed``."""
        entry, picker = self._entry(call), self._agent(agent)
        if agent in entry.rung:
            return self._books.decided(now)
        if entry.queue not in picker.profile.queues:
            raise NotAllowed(f"{agent} does not serve the queue {entry.queue}")
        picker.pick(now)
        for other in tuple(entry.rung):
            self._books.retract(entry, other, now)
        self._books.offer(entry, picker, now)
        return self._books.decided(now)

    def close(self, queue: str, closed: bool, now: float) -> list[Decision]:
        """The queue takes nobody any more, or takes callers again. Raises ``UnknownName``."""
        self._check_queue(queue)
        self.queues[queue].closed = closed
        if closed and self.queues[queue].config.at_closing == "overflow":
            self._books.send_on(self.queues[queue], AT_ONCE, now)
        return self._books.decided(now)

    def owe_callbacks(self, queue: str, count: int) -> None:
        """So many callers are to be called back before who joins now. Raises ``UnknownName``."""
        self._check_queue(queue)
        self.queues[queue].callbacks = count

    def queue_of(self, call: str) -> str:
        """Where a caller waits. Raises ``UnknownName``."""
        return self._entry(call).queue

    def is_callback(self, call: str) -> bool:
        """Whether they are to be called back. Raises ``UnknownName``."""
        return self._entry(call).ticket.callback

    def place_of(self, call: str) -> tuple[int, Place]:
        """The position of a caller, and what it comes from. Raises ``UnknownName``."""
        entry = self._entry(call)
        return self.queues[entry.queue].position(entry), entry.place

    def asks_for(self, entry: Entry) -> tuple[Demand, float | None]:
        """What a caller demands now, and when that becomes less."""
        return self._books.kinds.of(entry).demand, self._books.eases_at(entry)

    def _check_queue(self, queue: str) -> None:
        if queue not in self.queues:
            raise UnknownName(f"no queue {queue!r}; there are: {', '.join(sorted(self.queues))}")

    def _entry(self, call: str) -> Entry:
        entry = self._books.entries.get(call)
        if entry is None:
            raise UnknownName(f"no call {call!r} waits in a queue")
        return entry
