"""What people do to the queues by hand, and the hours that open and close them."""

from collections.abc import Callable, Mapping

from callserver.acd.decisions import Decision
from callserver.acd.switchboard import Switchboard
from callserver.config import Config
from callserver.config.calendar import Open
from callserver.model import queue_facts as q
from callserver.model.errors import NotAllowed, UnknownName
from callserver.model.facts import Fact
from callserver.model.ports import Clock, WaitingCall


class Hands:
    """Of one router, whose ``carry_out`` does what the switchboard decides. ``calls`` are those
    who wait."""

    def __init__(
        self,
        board: Switchboard,
        config: Config,
        clock: Clock,
        publish: Callable[[Fact], None],
        carry_out: Callable[[list[Decision]], None],
        calls: Mapping[str, WaitingCall],
    ) -> None:
        self._board = board
        self._clock = clock
        self._publish = publish
        self._carry_out = carry_out
        self._calls = calls
        self._hours = {
            name: config.hours[queue.hours] for name, queue in config.queues.items() if queue.hours
        }
        self._by_hand: dict[str, bool] = {}

    def more_wrap_up(self, agent: str, seconds: float) -> None:
        """A longer wrap-up. Raises ``UnknownName``, ``NotAllowed``."""
        self._carry_out(self._board.more_wrap_up(agent, seconds, self._clock.now()))

    def pick(self, call: str, agent: str) -> None:
        """The agent takes this waiting caller, out of turn. Raises ``UnknownName``,
        ``NotAllowed``."""
        now, queue = self._clock.now(), self._board.queue_of(call)
        decisions = self._board.pick(call, agent, now)
        self._publish(q.CallerPicked(_whose(call), now, queue, agent))
        self._carry_out(decisions)

    def set_priority(self, call: str, priority: int) -> None:
        """Another priority for a waiting caller. Raises ``UnknownName``."""
        now, queue = self._clock.now(), self._board.queue_of(call)
        decisions = self._board.set_priority(call, priority, now)
        self._publish(q.PriorityChanged(_whose(call), now, queue, priority))
        self._carry_out(decisions)

    def place(self, call: str, position: int) -> None:
        """A waiting caller goes to this position of the queue. Raises ``UnknownName``,
        ``NotAllowed``."""
        now, queue = self._clock.now(), self._board.queue_of(call)
        decisions = self._board.move(call, position, now)
        at, (rank, moment, _) = self._board.place_of(call)
        self._publish(q.PlaceChanged(_whose(call), now, queue, at, rank, moment))
        self._carry_out(decisions)

    def send(self, call: str, queue: str) -> None:
        """A waiting caller goes to another queue, with the time waited. Raises ``UnknownName``,
        ``NotAllowed``."""
        here = self._board.queue_of(call)
        if queue not in self._board.queues:
            raise UnknownName(f"no queue {queue!r}")
        if queue == here:
            raise NotAllowed(f"they wait in {queue} already")
        if self._board.is_callback(call):
            raise NotAllowed("they are to be called back, and are not on the line to be sent on")
        self._publish(q.CallerMoved(_whose(call), self._clock.now(), here, queue))
        self._calls[call].send(queue)

    def close(self, queue: str, closed: bool | None) -> None:
        """The queue takes nobody any more, or takes callers; None: as its hours say. Raises
        ``UnknownName``."""
        if queue not in self._board.queues:
            raise UnknownName(f"no queue {queue!r}")
        if closed is None:
            self._by_hand.pop(queue, None)
            closed = self._over(queue)
        else:
            self._by_hand[queue] = closed
        self._be(queue, closed)

    def look_at_hours(self) -> None:
        """Open and close the queues that have hours, unless somebody said otherwise."""
        for queue in self._hours:
            if queue not in self._by_hand:
                self._be(queue, self._over(queue))

    def _over(self, queue: str) -> bool:
        hours = self._hours.get(queue)
        return hours is not None and hours.at(self._clock.now()) is not Open.OPEN

    def _be(self, queue: str, closed: bool) -> None:
        if self._board.queues[queue].closed != closed:
            now, by_hand = self._clock.now(), queue in self._by_hand
            self._publish((q.QueueClosed if closed else q.QueueOpened)(queue, now, by_hand))
            self._carry_out(self._board.close(queue, closed, now))


def _whose(call: str) -> str:
    """An agent who asks a queue waits under a name made of that of their call."""
    return call.partition(".")[0]
