"""All requests, folded from facts (pure). The store folds its table with it too.

Who asks twice waits once: a second request of a number for a queue is merged into the open one,
which keeps the better place of the two, and the time they wish for now. What came from a web site
(``SITE``) changes nothing that others asked for, and is merged into what they ask for: nobody knows
whose number it was. A suggestion is merged into the first request.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from callserver.model import callback_facts as b
from callserver.model.callback import Attempt, Callback, CallbackState, CallbackWhy, Outcome
from callserver.model.caller_facts import CallbackRequested
from callserver.model.facts import CallbackOwed, Fact

Request = CallbackRequested | CallbackOwed


def request_of(fact: Fact) -> str | None:
    """The name of the request a fact is about; None: none."""
    match fact:
        case CallbackRequested() | CallbackOwed() | b.CallbackSuggested():
            return fact.call
        case b.CallbackClosed() | b.CallbackReopened() | b.SuggestionClosed():
            return fact.call
        case b.CallbackDialled() | b.CallbackEnded():
            return fact.request
        case _:
            return None


class Book:
    """``requests`` may be any of them, as long as all open ones are among them of those numbers
    and queues that will be asked for."""

    def __init__(self, requests: Iterable[Callback] = ()) -> None:
        self._all = {one.call: one for one in requests}
        self._open: dict[tuple[str, str], str] = {}
        self._suggested: dict[tuple[str, str], str] = {}
        for one in tuple(self._all.values()):
            self.put(one)

    def __iter__(self) -> Iterator[Callback]:
        """The open ones."""
        return iter([self._all[call] for call in self._open.values()])

    def __len__(self) -> int:
        return len(self._open)

    def get(self, request: str) -> Callback | None:
        return self._all.get(request)

    def open_for(self, number: str, queue: str) -> Callback | None:
        """What this number waits for."""
        call = self._open.get((number, queue))
        return None if call is None else self._all[call]

    def suggestions(self) -> list[Callback]:
        """Those whom somebody may want to call."""
        return [self._all[call] for call in self._suggested.values()]

    def forget_closed(self, keep: Collection[str] = ()) -> None:
        """Keep those that are open or suggested, and some others."""
        if len(self._all) > len(self._open) + len(self._suggested):
            kept = [self._all[call] for call in keep if call in self._all]
            self._all = {one.call: one for one in (*self, *self.suggestions(), *kept)}

    def follow(self, fact: Fact) -> tuple[Callback, ...]:
        """The requests that a fact changes, as they are then. Twice is once."""
        match fact:
            case CallbackRequested() | CallbackOwed():
                return self._add(_new(fact))
            case b.CallbackSuggested():
                return self._suggest(_suggestion(fact))
            case b.CallbackDialled():
                return self._change(fact.request, lambda one: _dialled(one, fact))
            case b.CallbackEnded():
                return self._change(fact.request, lambda one: _ended(one, fact))
            case b.CallbackClosed() | b.SuggestionClosed():
                return self._change(fact.call, lambda one: _closed(one, fact))
            case b.CallbackReopened():
                return self._change(fact.call, lambda one: self._reopened(one, fact))
            case _:
                return ()

    def _change(self, request: str, step: Callable[[Callback], Callback]) -> tuple[Callback, ...]:
        before = self._all.get(request)
        now = None if before is None else step(before)
        if now is None or now == before:
            return ()
        return self.put(now)

    def put(self, one: Callback) -> tuple[Callback, ...]:
        """It is so now."""
        self._all[one.call] = one
        key = (one.number, one.queue)
        for state, known in (
            (CallbackState.OPEN, self._open),
            (CallbackState.SUGGESTED, self._suggested),
        ):
            if one.state is state:
                known.setdefault(key, one.call)
            elif known.get(key) == one.call:
                del known[key]
        return (one,)

    def _reopened(self, one: Callback, fact: b.CallbackReopened) -> Callback:
        asked_again = self.open_for(one.number, one.queue) is not None
        if one.state is not CallbackState.DONE or not one.attempts or asked_again:
            return one
        *before, last = one.attempts
        machine = replace(last, outcome=Outcome.MACHINE, ended_at=fact.at)
        return replace(one, state=CallbackState.OPEN, closed_at=None, attempts=(*before, machine))

    def _suggest(self, new: Callback) -> tuple[Callback, ...]:
        key = (new.number, new.queue)
        if new.call in self._all or key in self._open:
            return ()
        earlier = self._suggested.get(key)
        merged = () if earlier is None else self._merge(self._all[earlier], new)
        return (*merged, *self.put(new))

    def _add(self, new: Callback) -> tuple[Callback, ...]:
        before = self._all.get(new.call)
        if before is not None and before.state is not CallbackState.SUGGESTED:
            same = (before.at, before.number, before.queue) == (new.at, new.number, new.queue)
            if same or before.attempts or before.state is not CallbackState.OPEN:
                return ()
            del self._open[before.number, before.queue]  # they changed their mind in the same call
        from_site = new.why.unproved
        changed: tuple[Callback, ...] = ()
        hint = None if from_site else self._suggested.get((new.number, new.queue))
        if hint is not None and hint != new.call:
            new = _with_place(new, self._all[hint])
            changed = self._merge(self._all[hint], new)
        earlier = self.open_for(new.number, new.queue)
        if earlier is None:
            return (*changed, *self.put(new))
        if earlier.why.unproved and not (from_site or earlier.attempts):
            return (*changed, *self._merge(earlier, new), *self.put(_with_place(new, earlier)))
        if not from_site:
            better = _with_place(earlier, new)
            when = replace(better, not_before=new.not_before, not_after=new.not_after)
            changed = (*changed, *self.put(when))
        return (*changed, *self._merge(new, earlier))

    def _merge(self, one: Callback, into: Callback) -> tuple[Callback, ...]:
        return self.put(replace(one, state=CallbackState.MERGED, merged_into=into.call))


def _with_place(one: Callback, other: Callback) -> Callback:
    """With the better place of the two."""
    return replace(
        one,
        priority=max(one.priority, other.priority),
        entered_at=min(one.entered_at, other.entered_at),
    )


def _new(fact: Request) -> Callback:
    asked = fact if isinstance(fact, CallbackRequested) else None
    return Callback(
        call=fact.call,
        at=fact.at,
        number=fact.number,
        name=fact.name,
        line=fact.line,
        queue=fact.queue,
        priority=fact.priority,
        entered_at=fact.entered_at,
        why=asked.why if asked else CallbackWhy.FAULT,
        state=CallbackState.OPEN,
        not_before=asked.not_before if asked else None,
        not_after=asked.not_after if asked else None,
        language=asked.language if asked else "",
    )


def _suggestion(fact: b.CallbackSuggested) -> Callback:
    return Callback(
        call=fact.call,
        at=fact.at,
        number=fact.number,
        name=fact.name,
        line=fact.line,
        queue=fact.queue,
        priority=fact.priority,
        entered_at=fact.entered_at,
        why=CallbackWhy.ABANDONED,
        state=CallbackState.SUGGESTED,
        language=fact.language,
    )


def _dialled(one: Callback, fact: b.CallbackDialled) -> Callback:
    if any(attempt.call == fact.call for attempt in one.attempts):
        return one
    return replace(one, attempts=(*one.attempts, Attempt(fact.call, fact.at, fact.agent)))


def _ended(one: Callback, fact: b.CallbackEnded) -> Callback:
    attempts = tuple(
        replace(attempt, outcome=fact.outcome, ended_at=fact.at)
        if attempt.call == fact.call and attempt.outcome is None
        else attempt
        for attempt in one.attempts
    )
    return replace(one, attempts=attempts)


def _closed(one: Callback, fact: b.CallbackClosed | b.SuggestionClosed) -> Callback:
    """A merged one may be cancelled on its own: the one it waits with stays."""
    cancelled = fact.state is CallbackState.CANCELLED and one.state is CallbackState.MERGED
    wanted = CallbackState.OPEN if isinstance(fact, b.CallbackClosed) else CallbackState.SUGGESTED
    if one.state is not wanted and not cancelled:
        return one
    return replace(one, state=fact.state, closed_at=fact.at)


def closing(
    one: Callback,
    at: float,
    state: CallbackState,
    call: str = "",
    outcome: Outcome = Outcome.ANSWERED,
) -> b.CallbackClosed:
    """The fact that a request is over; ``call`` is the one that did it, and what came of it."""
    calls = {attempt.call for attempt in one.attempts} | ({call} if call else set())
    last = one.attempts[-1].outcome if one.attempts else None
    return b.CallbackClosed(
        call=one.call,
        at=at,
        state=state,
        number=one.number,
        name=one.name,
        line=one.line,
        queue=one.queue,
        language=one.language,
        tries=len(calls),
        last=outcome if call else last,
    )
