"""Those who gave up waiting, until somebody of ours says whether they are called."""

from collections.abc import Callable, Collection, Mapping

from callserver.callback.book import Book
from callserver.config.queues import Queue
from callserver.model.callback import Callback, CallbackState, CallbackWhy
from callserver.model.callback_facts import SuggestionClosed
from callserver.model.caller_facts import CallbackRequested
from callserver.model.errors import NotAllowed
from callserver.model.facts import Fact


class Suggestions:
    """``note`` keeps a fact; the book hears it before it returns."""

    def __init__(
        self, book: Book, queues: Mapping[str, Queue], note: Callable[[Fact], None]
    ) -> None:
        self._book = book
        self._queues = queues
        self._note = note

    def accept(self, one: Callback, now: float) -> None:
        """They are to be called, at the place they had. Raises ``NotAllowed``."""
        self._check(one)
        who = (one.number, one.name, one.line, one.queue, one.priority)
        place = (one.entered_at, CallbackWhy.ABANDONED)
        self._note(CallbackRequested(one.call, now, *who, *place, language=one.language))

    def dismiss(self, one: Callback, now: float) -> None:
        """They are not. Raises ``NotAllowed``."""
        self._check(one)
        self._note(SuggestionClosed(one.call, now, CallbackState.DISMISSED))

    def came_back(self, numbers: Collection[str], queue: str | None, now: float) -> None:
        """Somebody with one of these numbers waits in this queue again, or (None) was served."""
        for one in self._book.suggestions():
            if one.number in numbers and queue in (None, one.queue):
                self._note(SuggestionClosed(one.call, now, CallbackState.RETURNED))

    def expire(self, now: float) -> float | None:
        """Those that are too old are over; when it is the next one's time."""
        left: list[float] = []
        for one in self._book.suggestions():
            queue = self._queues.get(one.queue)
            until = one.at + queue.callback.suggest.expires_s if queue is not None else now
            if until <= now:
                self._note(SuggestionClosed(one.call, now, CallbackState.EXPIRED))
            else:
                left.append(until)
        return min(left, default=None)

    def _check(self, one: Callback) -> None:
        if one.state is not CallbackState.SUGGESTED:
            raise NotAllowed(f"it is no suggestion: it is {one.state}")
