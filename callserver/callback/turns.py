"""Whose turn it is (pure): the requests, who of them stands in which queue, and what the shares
are. The server and the simulation (``bench callbacks``) both go by it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from callserver.callback.book import Book
from callserver.callback.plan import Scene, plan
from callserver.callback.share import Share
from callserver.config.queues import Queue
from callserver.model.agent import THERE, AgentState
from callserver.model.callback import Callback, CallbackState
from callserver.model.live import Crowd


@dataclass(frozen=True, slots=True)
class Steps:
    """What to do about a queue: ``close`` these, let those ``withdraw`` from the queue and these
    ``stand`` in it. So many more are ``owed`` a call soon; ``look_at`` is when to look again."""

    close: tuple[tuple[str, CallbackState], ...]
    withdraw: tuple[str, ...]
    stand: tuple[Callback, ...]
    owed: int
    look_at: float | None


class Turns:
    """``here`` is our own clock, ``priority_s`` as in ``routing``."""

    def __init__(
        self, book: Book, queues: Mapping[str, Queue], here: tzinfo, priority_s: float
    ) -> None:
        self._book = book
        self._queues = queues
        self._here = here
        self._priority_s = priority_s
        self._shares = {name: Share(queue.callback.share) for name, queue in queues.items()}
        self._standing: set[str] = set()
        self._begun: set[str] = set()

    def waiting(self) -> dict[str, list[Callback]]:
        """The open requests for which no call is made, by queue."""
        found: dict[str, list[Callback]] = {name: [] for name in self._queues}
        for one in self._book:
            if one.call not in self._begun and one.queue in found:
                found[one.queue].append(one)
        return found

    def look(
        self,
        queue: str,
        requests: Collection[Callback],
        crowd: Crowd,
        busy: Collection[str],
        barred: Collection[str],
        now: float,
    ) -> Steps:
        """What to do about the requests that wait for a queue; ``busy`` and ``barred`` as in
        :class:`callserver.callback.plan.Scene`."""
        scene = Scene(
            callers=crowd.callers,
            idle=0 if crowd.closed else crowd.agents.get(AgentState.READY, 0),
            agents=0 if crowd.closed else sum(crowd.agents.get(state, 0) for state in THERE),
            share=self._shares[queue],
            here=self._here,
            priority_s=self._priority_s,
            busy=busy,
            barred=barred,
        )
        made = plan(requests, scene, self._queues[queue].callback, now)
        wanted = frozenset(made.stand)
        named = {one.call: one for one in requests}
        return Steps(
            close=made.close,
            withdraw=tuple(call for call in named if call in self._standing and call not in wanted),
            stand=tuple(named[call] for call in made.stand if call not in self._standing),
            owed=made.due - len(made.stand),
            look_at=made.look_at,
        )

    def stands(self, request: str) -> None:
        """It has a place in its queue now."""
        self._standing.add(request)

    def begins(self, one: Callback, callers: int) -> None:
        """An agent is reserved for it, while so many wait on the line."""
        self._begun.add(one.call)
        self._shares[one.queue] = self._shares[one.queue].callback_served(callers)

    def has_begun(self, request: str) -> bool:
        """Whether a call is being made for it."""
        return request in self._begun

    def takes_up(self, request: str) -> None:
        """After a restart: a call for it goes on."""
        self._begun.add(request)

    def over(self, request: str) -> None:
        """It stands in no queue, and no call is made for it."""
        self._standing.discard(request)
        self._begun.discard(request)

    def caller_served(self, queue: str) -> None:
        """Somebody on the line got an agent."""
        if queue in self._shares:
            self._shares[queue] = self._shares[queue].caller_served()
