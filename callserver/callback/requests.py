"""What people may do about requests: those who serve customers (``CallbackDesk``), and customers
themselves, before a web site (``SiteDesk``) or on the line (``CallerDesk``)."""

from collections.abc import Callable, Sequence
from typing import Protocol

from callserver.call.services import Services
from callserver.callback.book import Book, closing
from callserver.callback.hours import clocks
from callserver.callback.online import OnLine
from callserver.callback.outlook import outlook, place
from callserver.callback.suggestions import Suggestions
from callserver.callback.windows import windows
from callserver.config.callbacks import Callbacks as Rules
from callserver.config.outgoing import zone
from callserver.model import callback_facts as b
from callserver.model.callback import (
    Callback,
    CallbackState,
    CallbackWhy,
    Outlook,
    Wanted,
    Window,
)
from callserver.model.caller_facts import CallbackRequested
from callserver.model.errors import NotAllowed, UnknownName
from callserver.model.ids import new_id
from callserver.model.live import QueueView
from callserver.model.overflow import Wait


class Queues(Protocol):
    """What is asked of the router."""

    def queues(self) -> Sequence[QueueView]: ...

    def wait_at(self, queue: str, place: int) -> Wait | None: ...


class Requests:
    """``close`` ends an open request and all that is done for it; ``machine`` ends the conversation
    with one, False: there is none."""

    def __init__(
        self,
        book: Book,
        house: Services,
        switch: Queues,
        on_line: OnLine,
        suggestions: Suggestions,
        close: Callable[[str, CallbackState], None],
        machine: Callable[[str], bool],
    ) -> None:
        self._book = book
        self._house = house
        self._switch = switch
        self._on_line = on_line
        self._suggestions = suggestions
        self._close = close
        self._machine = machine

    # --- CallbackDesk ---------------------------------------------------------------------------

    def create(self, wanted: Wanted) -> Callback:
        number = self._dialable(wanted.number)
        self._willing(number)
        self._ask(wanted, number, CallbackWhy.ENTERED)
        found = self._book.open_for(number, wanted.queue)
        if found is None:
            raise NotAllowed("the request was not taken")
        return found

    def cancel(self, callback: str) -> Callback:
        one = self._known(callback)
        if one.state is not CallbackState.OPEN:
            raise NotAllowed(f"the request is {one.state} already")
        self._close(callback, CallbackState.CANCELLED)
        return self._known(callback)

    def accept(self, callback: str) -> Callback:
        one = self._known(callback)
        self._willing(one.number)
        self._suggestions.accept(one, self._house.clock.now())
        return self._known(callback)

    def dismiss(self, callback: str) -> Callback:
        self._suggestions.dismiss(self._known(callback), self._house.clock.now())
        return self._known(callback)

    def machine(self, callback: str) -> Callback:
        one = self._known(callback)
        if not self._machine(callback):
            raise NotAllowed("nobody talks with them now")
        self._house.journal.note(b.CallbackReopened(one.call, self._house.clock.now()))
        return self._known(callback)

    def _known(self, callback: str) -> Callback:
        one = self._book.get(callback)
        if one is None:
            raise UnknownName(f"no open callback {callback}")
        return one

    def _dialable(self, number: str) -> str:
        found = self._house.directory.dialable(number)
        if found is None:
            raise NotAllowed("this number may not be dialled (`outgoing` in the configuration)")
        return found

    def _willing(self, number: str) -> None:
        if self._house.directory.spares(number):
            raise NotAllowed("they asked not to be called (the do-not-call list)")

    def _ask(self, wanted: Wanted, number: str, why: CallbackWhy) -> str:
        house, now = self._house, self._house.clock.now()
        house.directory.has_queue(wanted.queue)
        if wanted.not_after is not None and wanted.not_after <= now:
            raise NotAllowed("`not_after` is over")
        name = new_id()
        who = (number, wanted.name, wanted.line, wanted.queue, wanted.priority)
        entered_at = max(now, wanted.not_before or now)
        window = (wanted.not_before, wanted.not_after)
        place = (entered_at, why, *window, wanted.language)
        house.journal.note(CallbackRequested(name, now, *who, *place))
        return name

    # --- SiteDesk -------------------------------------------------------------------------------

    def ask_from_site(self, wanted: Wanted, why: CallbackWhy = CallbackWhy.SITE) -> Callback:
        number = self._dialable(wanted.number)  # nobody is told who is on the do-not-call list
        return self._known(self._ask(wanted, number, why))

    def find(self, callback: str) -> Callback | None:
        return self._book.get(callback)

    def give_up(self, one: Callback) -> None:
        if one.state is CallbackState.OPEN:
            self._close(one.call, CallbackState.CANCELLED)
        elif one.state is CallbackState.MERGED:  # the one it waits with was asked for by others
            now = self._house.clock.now()
            self._house.journal.note(closing(one, now, CallbackState.CANCELLED))

    def outlook(self, one: Callback, waits_with: Callback) -> Outlook:
        config, now = self._house.config, self._house.clock.now()
        queue = config.queues.get(one.queue)
        rules = Rules() if queue is None else queue.callback
        views = self._switch.queues()
        callers = next((view.waiting for view in views if view.name == one.queue), ())
        others = [o for o in self._book if o.queue == one.queue and o.call != waits_with.call]
        at = place(one, others, callers, config.routing.priority_s)
        wait = None if queue is None else self._switch.wait_at(one.queue, at)
        return outlook(one, waits_with, at, wait, rules, zone(config.outgoing.timezone), now)

    # --- CallerDesk -----------------------------------------------------------------------------

    def waits(self, queue: str, number: str) -> Callback | None:
        """The request of somebody who is on the line, whatever way their number is written."""
        found = (self._book.open_for(name, queue) for name in self._on_line.names(number))
        return next((one for one in found if one is not None), None)

    def windows(
        self, queue: str, number: str, hours: int, days: int, most: int
    ) -> Sequence[Window]:
        config, now = self._house.config, self._house.clock.now()
        here = config.queues.get(queue)
        if here is None:
            return ()
        calendar = config.hours.get(here.hours)
        where = clocks(number, zone(config.outgoing.timezone))
        rules, wanted = here.callback, {"hours": hours, "days": days, "most": most}
        return windows(calendar, rules, where, now, **wanted)

    def expected(self, queue: str, number: str) -> Wait | None:
        one, now = self._book.open_for(number, queue), self._house.clock.now()
        seen = None if one is None else self.outlook(one, one)
        if seen is None or seen.place is None or seen.earliest is None or seen.latest is None:
            return None
        low, high = max(seen.earliest - now, 0.0), max(seen.latest - now, 0.0)
        return Wait(low, (low + high) / 2, high)

    def call_off(self, request: str) -> None:
        one = self._book.get(request)
        if one is not None:
            self.give_up(one)

    def held(self, queue: str, number: str) -> float | None:
        """Since when somebody has a place in a queue who is not on the line."""
        one = self.waits(queue, number)
        return None if one is None or one.not_before is not None else one.entered_at
