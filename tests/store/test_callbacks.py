"""Requests to be called back, in databases and in memory."""

from dataclasses import replace

from callserver.model.callback import Attempt, CallbackState, Outcome
from callserver.model.callback_facts import (
    CallbackClosed,
    CallbackDialled,
    CallbackEnded,
    CallbackSuggested,
)
from callserver.model.caller_facts import CallbackRequested
from callserver.model.facts import CallbackOwed
from callserver.model.store_ports import Store


def asked(call: str, number: str, priority: int, entered_at: float) -> CallbackRequested:
    return CallbackRequested(call, 100.0, number, "Jo", "100", "support", priority, entered_at)


async def test_who_asks_twice_waits_once_with_the_better_place(either: Store) -> None:
    first, second = asked("c1", "+371200", 0, 50.0), asked("c2", "+371200", 5, 90.0)
    other = asked("c3", "+371299", 0, 95.0)
    await either.append([first], {})
    await either.append([second, other, second], {})  # twice is once
    one, two, three = reversed(await either.callbacks(None, None, None, 10))
    assert (one.call, one.state, one.priority, one.entered_at) == ("c1", "open", 5, 50.0)
    assert (two.call, two.state, three.state) == ("c2", "merged", "open")
    assert (await either.past("+371200", 0, "c9")).open_callbacks == 1
    found = await either.callbacks("support", CallbackState.OPEN, "c3", 10)
    assert [one.call for one in found] == ["c1"]
    assert await either.callbacks("sales", None, None, 10) == []


async def test_owed_and_asked_are_told_apart(either: Store) -> None:
    owed = CallbackOwed("c1", 1.0, "+371200", "Jo", "100", "support", 0, 0.5)
    await either.append([owed, asked("c2", "+371200", 0, 0.1)], {})
    assert [one.why for one in await either.callbacks(None, None, None, 10)] == ["asked", "fault"]
    (still,) = await either.callbacks_owed()
    assert still.call == "c1"


async def test_attempts_windows_and_ends_are_kept_and_a_closed_request_is_not_merged_into(
    either: Store,
) -> None:
    first = replace(asked("c1", "+371200", 0, 50.0), not_before=200.0, not_after=900.0)
    tried = CallbackDialled("a1", 210.0, "c1", "alice")
    await either.append([first, tried], {})
    (one,) = await either.open_callbacks()
    assert (one.not_before, one.not_after, one.in_hand) == (200.0, 900.0, True)
    ended = CallbackEnded("a1", 220.0, "c1", Outcome.BUSY)
    closed = CallbackClosed("c1", 230.0, CallbackState.UNREACHED)
    await either.append([ended, closed], {})
    await either.append([ended, tried, first, asked("c2", "+371200", 0, 300.0)], {})
    done = await either.callback("c1")
    assert done is not None
    assert done.attempts == (Attempt("a1", 210.0, "alice", Outcome.BUSY, 220.0),)
    assert (done.state, done.closed_at) == ("unreached", 230.0)
    assert [one.call for one in await either.open_callbacks()] == ["c2"]
    assert await either.callback("c9") is None


async def test_suggestions_languages_and_what_waits_with_what_are_kept(either: Store) -> None:
    place = ("+371200", "Jo", "100", "support", 0, 50.0, "lv")
    await either.append([CallbackSuggested("c1", 60.0, *place)], {})
    (hint,) = await either.open_callbacks()
    assert (hint.state, hint.language, hint.why) == ("suggested", "lv", "abandoned")
    assert (await either.past("+371200", 0, "c9")).open_callbacks == 0, "nobody has promised it"
    mine = replace(asked("c2", "+371200", 0, 70.0), language="uk")
    await either.append([mine], {})
    merged, one = reversed(await either.callbacks(None, None, None, 10))
    assert (merged.state, merged.merged_into) == ("merged", "c2")
    assert (one.state, one.language, one.entered_at) == ("open", "uk", 50.0)
    await either.append([CallbackSuggested("c3", 80.0, *place)], {})
    assert [request.call for request in await either.open_callbacks()] == ["c2"]
