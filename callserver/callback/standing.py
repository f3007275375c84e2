"""A place in the queue that somebody keeps who is not on the line."""

from collections.abc import Callable

from callserver.model.callback import Callback
from callserver.model.overflow import Notice, Overflow
from callserver.model.ports import WaitingCall
from callserver.model.ticket import Ticket

TICKET = Ticket(callback=True)


class Standing:
    """Implements ``WaitingCall``. ``call`` is the id of the call that will be made; ``begin`` is
    told when the first agent is reserved for it. From the moment of :meth:`hand_over` on it only
    passes on what the router says."""

    def __init__(self, request: Callback, call: str, begin: Callable[["Standing"], None]) -> None:
        self.request = request
        self.call = call
        self.begun = False
        self._begin = begin
        self._reserved: list[str] = []
        self._visit: WaitingCall | None = None

    def hand_over(self, visit: WaitingCall) -> tuple[str, ...]:
        """The agents reserved so far; from now on ``visit`` hears the router."""
        self._visit = visit
        return tuple(self._reserved)

    def offer(self, agent: str) -> None:
        if self._visit is not None:
            self._visit.offer(agent)
            return
        self._reserved.append(agent)
        if not self.begun:
            self.begun = True
            self._begin(self)

    def retract(self, agent: str) -> None:
        if self._visit is not None:
            self._visit.retract(agent)
        elif agent in self._reserved:
            self._reserved.remove(agent)

    def announce(self, notice: Notice) -> None:
        if self._visit is not None:
            self._visit.announce(notice)

    def send(self, queue: str) -> None:
        """They asked for this queue."""
        if self._visit is not None:
            self._visit.send(queue)

    def divert(self, why: Overflow, to: str) -> None:
        """No rule about waiting is for those who are not on the line."""
        if self._visit is not None:
            self._visit.divert(why, to)
