"""The conductor: lets those stand in the queues who can be called now, and makes the calls. What
people may do about them is in ``requests``.

Nothing but facts changes a request, and it is the facts that say when to plan again: somebody
asked, an agent became free, a caller came or went.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Protocol

from callserver import log
from callserver.call.restore import OpenCall, Restored
from callserver.call.services import Services
from callserver.call.session import Session
from callserver.callback.book import Book, closing
from callserver.callback.calls import Calls
from callserver.callback.online import OnLine
from callserver.callback.requests import Requests
from callserver.callback.session import CallbackSession
from callserver.callback.standing import TICKET, Standing
from callserver.callback.suggestions import Suggestions
from callserver.callback.turns import Steps, Turns
from callserver.config.outgoing import zone
from callserver.model import callback_facts as b
from callserver.model import facts as f
from callserver.model.call import Direction
from callserver.model.callback import (
    Callback,
    CallbackState,
    Outcome,
)
from callserver.model.caller_facts import CallbackRequested
from callserver.model.errors import NoWorker
from callserver.model.ids import new_id
from callserver.model.live import Crowd
from callserver.model.overflow import Wait
from callserver.model.ports import QueueDesk
from callserver.model.store_ports import Store
from callserver.runtime import Tasks

_log = log.get("callback")

SOON_S = 0.02  # what happens together is planned together
EACH_S = 0.0001  # and many requests take their time
BARRED_S = 60.0  # a number that cannot be dialled now is not looked at for so long
NO_ROOM_S = 5.0

_NEWS = (
    f.QueueJoined
    | f.QueueLeft
    | f.AgentChanged
    | f.CallEnded
    | CallbackRequested
    | f.CallbackOwed
    | b.CallbackSuggested
    | b.CallbackEnded
    | b.CallbackClosed
    | b.CallbackReopened
)


class Switch(QueueDesk, Protocol):
    """What is asked of the router."""

    def crowd(self, queue: str) -> Crowd: ...

    def owe_callbacks(self, queue: str, count: int) -> None: ...

    def wait_at(self, queue: str, place: int) -> Wait | None: ...


class Callbacks:
    """One per controller. ``begin`` gives a session a worker and lets it go."""

    def __init__(
        self,
        book: Book,
        house: Services,
        switch: Switch,
        begin: Callable[[Session], Awaitable[None]],
    ) -> None:
        self._book = book
        self._house = house
        self._switch = switch
        self._calls = Calls(house, begin, self._over)
        config, here = house.config, zone(house.config.outgoing.timezone)
        self._turns = Turns(book, config.queues, here, config.routing.priority_s)
        self._suggestions = Suggestions(book, config.queues, house.journal.note)
        self._standing: dict[str, Standing] = {}
        self._on_line = OnLine(house.directory.dialable)
        self.requests = Requests(
            *(book, house, switch, self._on_line, self._suggestions),
            close=self._close,
            machine=self._machine,
        )
        self._barred: dict[str, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._timer_for = 0.0
        self._running = False
        self._tasks = Tasks("callbacks")
        for name in config.queues:
            count = house.metrics.callbacks.open.labels(name)
            count.set_function(partial(self._open, name))

    # --- life -----------------------------------------------------------------------------------

    async def load(self, store: Store, before: Restored) -> None:
        """What the store knows, and the facts that come after it. Raises ``StoreError``."""
        for one in await store.open_callbacks():
            self._book.put(one)
        for call in before.calls:
            request = await store.callback(call.place.callback) if call.place.callback else None
            if request is not None:
                self._book.put(request)
        for fact in before.later:
            self._book.follow(fact)

    def start(self, calls: Iterable[OpenCall]) -> None:
        """All ``calls`` of the last controller that survived are back."""
        self._running = True
        for call in calls:
            if call.record.direction is Direction.INBOUND and call.record.number:
                self._calls_in(call.record.id, call.record.number)
        now = self._house.clock.now()
        for one in self._book:
            if one.in_hand and one.call not in self._calls:
                lost = b.CallbackEnded(one.attempts[-1].call, now, one.call, Outcome.FAILED)
                self._house.journal.note(lost)
        self._plan_at(now)

    async def stop(self) -> None:
        """Nobody is called any more; calls that run go on."""
        self._running = False
        if self._timer is not None:
            self._timer.cancel()
        for request in tuple(self._standing):
            self._withdraw(request)
        await self._tasks.close()

    # --- what happens ---------------------------------------------------------------------------

    def on_fact(self, fact: f.Fact) -> None:
        """A listener of the bus."""
        self._book.follow(fact)
        metrics = self._house.metrics.callbacks
        match fact:
            case f.CallOffered(direction=Direction.INBOUND, number=number) if number:
                self._calls_in(fact.call, number)
            case f.CallEnded():
                self._on_line.left(fact.call)
            case b.CallbackSuggested() if fact.number in self._on_line.numbers(but=fact.call):
                self._suggestions.came_back((fact.number,), fact.queue, fact.at)
            case f.QueueJoined():
                self._back(fact.call, fact.queue)
            case f.AgentAnswered():
                self._served(fact.call)
            case b.CallbackEnded():
                metrics.attempts.labels(fact.outcome).inc()
            case b.CallbackReopened():
                metrics.attempts.labels(Outcome.MACHINE).inc()
            case b.CallbackClosed():
                metrics.closed.labels(fact.state).inc()
                self._calls.closed(fact.call)
        if (len(self._book) or self._book.suggestions()) and isinstance(fact, _NEWS):
            self._plan_soon()

    def _calls_in(self, call: str, number: str) -> None:
        """Somebody is on the line: an agent who is being rung for them need not call."""
        names = self._on_line.came(call, number)
        for session in self._calls:
            if session.request.number in names and not session.dials:
                session.cancel()

    def _served(self, call: str) -> None:
        """An agent talks with a customer; who called in themselves need not be called back."""
        self._back(call, None)
        record = self._house.journal.record(call)
        if record is None or record.queue is None or record.callback_of is not None:
            return
        self._turns.caller_served(record.queue)
        theirs = self.requests.waits(record.queue, record.number)
        if theirs is not None and not theirs.in_hand:
            self._close(theirs.call, CallbackState.RETURNED)

    def _back(self, call: str, queue: str | None) -> None:
        """Somebody waits in a queue, or (None) is served: nobody need suggest to call them."""
        record = self._house.journal.record(call)
        if record is not None and record.number and self._book.suggestions():
            names = self._on_line.names(record.number)
            self._suggestions.came_back(names, queue, self._house.clock.now())

    def _machine(self, request: str) -> bool:
        session = self._calls.get(request)
        return session is not None and session.machine()

    def _close(self, request: str, state: CallbackState) -> None:
        self._withdraw(request)
        if (session := self._calls.get(request)) is not None:
            session.cancel()
        one, now = self._book.get(request), self._house.clock.now()
        if one is not None:
            self._house.journal.note(closing(one, now, state))

    # --- planning -------------------------------------------------------------------------------

    def _plan_soon(self) -> None:
        if self._running:
            nap_s = max(SOON_S, len(self._book) * EACH_S)
            self._plan_at(self._house.clock.now() + nap_s)

    def _plan_at(self, when: float) -> None:
        """Plan then, or sooner."""
        if self._timer is not None:
            if self._timer_for <= when:
                return
            self._timer.cancel()
        nap_s = max(when - self._house.clock.now(), 0.0)
        self._timer_for = when
        self._timer = asyncio.get_running_loop().call_later(nap_s, self._plan_all)

    def _plan_all(self) -> None:
        self._timer, now = None, self._house.clock.now()
        self._barred = {number: until for number, until in self._barred.items() if until > now}
        if (expires := self._suggestions.expire(now)) is not None:
            self._plan_at(expires)
        busy = self._on_line.numbers()
        for queue, requests in self._turns.waiting().items():
            crowd = self._switch.crowd(queue)
            steps = self._turns.look(queue, requests, crowd, busy, self._barred, now)
            self._take(queue, steps, now)
        if self._barred:
            self._plan_at(min(self._barred.values()))
        self._book.forget_closed(keep=[session.request.call for session in self._calls])

    def _take(self, queue: str, steps: Steps, now: float) -> None:
        for request, state in steps.close:
            self._close(request, state)
        for request in steps.withdraw:
            self._withdraw(request)
        for one in steps.stand:
            self._stand(one, now)
        self._switch.owe_callbacks(queue, steps.owed)
        if steps.look_at is not None:
            self._plan_at(steps.look_at)

    def _stand(self, one: Callback, now: float) -> None:
        """Take the place in the queue; it may be their turn at once."""
        if self._calls.callee(one) is None:
            self._barred[one.number] = now + BARRED_S
            self._plan_soon()
            return
        if one.name:
            name = self._house.prompts.learn_name(self._house.config.speech.language, one.name)
            self._tasks.start("name", name)
        standing = Standing(one, new_id(), self._their_turn)
        self._standing[one.call] = standing
        self._turns.stands(one.call)
        place = (one.priority, one.entered_at, TICKET)
        self._switch.join(standing.call, one.queue, standing, *place)

    def _withdraw(self, request: str) -> None:
        standing = self._standing.get(request)
        if standing is not None and not standing.begun:
            del self._standing[request]
            self._turns.over(request)
            self._switch.leave(standing.call)

    # --- calling --------------------------------------------------------------------------------

    def _their_turn(self, standing: Standing) -> None:
        """An agent is reserved."""
        request = standing.request
        self._turns.begins(request, self._switch.crowd(request.queue).callers)
        self._tasks.start(standing.call, self._call(standing))

    async def _call(self, standing: Standing) -> None:
        request = standing.request
        callee, known = self._calls.callee(request), self._book.get(request.call)
        try:
            if callee is None or known is None or known.state is not CallbackState.OPEN:
                raise NoWorker("the number must not be dialled any more")
            await self._calls.make(standing, callee)
        except NoWorker as error:
            _log.warning("cannot_call_back", request=request.call, why=str(error))
            self._switch.leave(standing.call)
            self._barred[request.number] = self._house.clock.now() + NO_ROOM_S
            self._over(request.call)

    def again(self, before: OpenCall) -> CallbackSession | None:
        """The session of a call of the last controller; None: it is not for a request of ours."""
        one = self._book.get(before.place.callback or "")
        if one is None or one.queue not in self._house.config.queues:
            return None
        self._turns.takes_up(one.call)
        return self._calls.again(before, one)

    def _over(self, request: str) -> None:
        """A call for this request is over."""
        self._calls.forget(request)
        self._standing.pop(request, None)
        self._turns.over(request)
        self._plan_soon()

    def _open(self, queue: str) -> int:
        return sum(one.queue == queue for one in self._book)
