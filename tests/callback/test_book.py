"""The state of all requests, folded from facts."""

from dataclasses import replace

from callserver.callback.book import Book
from callserver.model import callback_facts as b
from callserver.model.callback import CallbackState, Outcome
from callserver.model.caller_facts import CallbackRequested

OPEN, DONE = CallbackState.OPEN, CallbackState.DONE


def asked(call: str, number: str = "+371200", at: float = 1.0) -> CallbackRequested:
    return CallbackRequested(call, at, number, "Jo", "100", "support", 0, at)


def test_request_is_tried_until_somebody_answers() -> None:
    book = Book()
    book.follow(asked("r1"))
    dialled = b.CallbackDialled("c1", 2.0, "r1", "alice")
    book.follow(dialled)
    assert book.follow(dialled) == (), "twice is once"
    (busy,) = [one for one in book if one.in_hand]
    assert busy.attempts[0].outcome is None
    book.follow(b.CallbackEnded("c1", 3.0, "r1", Outcome.BUSY))
    assert book.follow(b.CallbackEnded("c1", 4.0, "r1", Outcome.ANSWERED)) == ()
    book.follow(b.CallbackDialled("c2", 5.0, "r1", "bob"))
    book.follow(b.CallbackEnded("c2", 6.0, "r1", Outcome.ANSWERED))
    (done,) = book.follow(b.CallbackClosed("r1", 6.0, DONE))
    assert [(one.agent, one.outcome, one.ended_at) for one in done.attempts] == [
        ("alice", "busy", 3.0),
        ("bob", "answered", 6.0),
    ]
    assert (list(book), done.state, done.closed_at) == ([], "done", 6.0)
    assert book.follow(b.CallbackClosed("r1", 7.0, CallbackState.EXPIRED)) == ()


def test_who_asks_again_after_it_was_done_waits_again() -> None:
    book = Book()
    book.follow(asked("r1"))
    book.follow(b.CallbackClosed("r1", 2.0, DONE))
    book.follow(asked("r2", at=3.0))
    assert [(one.call, one.entered_at) for one in book] == [("r2", 3.0)]


def test_who_changes_their_mind_in_the_same_call_waits_once() -> None:
    book = Book()
    book.follow(asked("r1"))
    book.follow(replace(asked("r1"), queue="sales"))
    (one,) = book
    assert (one.call, one.queue) == ("r1", "sales")
    assert book.open_for("+371200", "support") is None


def test_conversation_with_a_machine_is_none() -> None:
    book = Book()
    book.follow(asked("r1"))
    book.follow(b.CallbackDialled("c1", 2.0, "r1", "alice"))
    book.follow(b.CallbackEnded("c1", 3.0, "r1", Outcome.ANSWERED))
    book.follow(b.CallbackClosed("r1", 3.0, DONE))
    book.follow(b.CallbackReopened("r1", 9.0))
    (one,) = book
    assert (one.state, one.attempts[0].outcome, one.attempts[0].ended_at) == (OPEN, "machine", 9.0)
    book.forget_closed()
    assert book.get("r1") == one


def test_facts_about_requests_that_are_not_known_change_nothing() -> None:
    book = Book()
    for fact in (
        b.CallbackDialled("c1", 2.0, "r1", "alice"),
        b.CallbackEnded("c1", 2.0, "r1", Outcome.BUSY),
        b.CallbackClosed("r1", 2.0, DONE),
        b.CallbackReopened("r1", 2.0),
        b.CallbackStarted("c1", 2.0, "r1"),
    ):
        assert book.follow(fact) == ()
