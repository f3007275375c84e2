"""The state of all requests, folded from facts."""

from dataclasses import replace

from callserver.callback.book import Book
from callserver.model import callback_facts as b
from callserver.model.callback import CallbackState, CallbackWhy, Outcome
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


def suggestion(call: str, at: float = 1.0, number: str = "+371200") -> b.CallbackSuggested:
    return b.CallbackSuggested(call, at, number, "Jo", "100", "support", 0, at - 0.5, "lv")


def test_suggestion_is_no_request_until_it_is_accepted() -> None:
    book = Book()
    (hint,) = book.follow(suggestion("c1"))
    assert (hint.state, hint.language, list(book)) == ("suggested", "lv", [])
    assert book.follow(suggestion("c1")) == (), "twice is once"
    accepted = replace(asked("c1", at=9.0), why=CallbackWhy.ABANDONED)
    (one,) = book.follow(accepted)
    assert (one.state, one.why, book.suggestions()) == (OPEN, "abandoned", [])
    assert book.follow(accepted) == ()
    assert book.follow(suggestion("c2", at=9.5)) == (), "they are to be called already"


def test_suggestion_is_merged_into_a_newer_one_and_into_what_they_ask_for() -> None:
    book = Book()
    book.follow(suggestion("c1", 1.0))
    old, new = book.follow(suggestion("c2", 5.0))
    assert (old.state, old.merged_into, new.state) == ("merged", "c2", "suggested")
    hint, one = book.follow(asked("r1", at=9.0))
    assert (hint.state, hint.merged_into) == ("merged", "r1")
    assert (one.state, one.entered_at) == (OPEN, 4.5), "with the place they had"
    assert book.suggestions() == []


def test_closed_suggestion_is_over_and_no_request_is_closed_with_it() -> None:
    book = Book()
    book.follow(suggestion("c1"))
    book.follow(asked("r1", number="+371201"))
    assert book.follow(b.CallbackClosed("c1", 2.0, DONE)) == ()
    assert book.follow(b.SuggestionClosed("r1", 2.0, CallbackState.EXPIRED)) == ()
    (gone,) = book.follow(b.SuggestionClosed("c1", 2.0, CallbackState.DISMISSED))
    assert (gone.state, gone.closed_at, book.suggestions()) == ("dismissed", 2.0, [])
    book.forget_closed()
    assert (book.get("c1"), book.get("r1")) == (None, next(iter(book)))


def site(call: str, at: float = 1.0, not_before: float | None = None) -> CallbackRequested:
    return replace(asked(call, at=at), why=CallbackWhy.SITE, not_before=not_before)


def test_who_sits_before_a_web_site_changes_nothing_that_the_caller_asked_for() -> None:
    book = Book()
    mine = replace(asked("r1", at=5.0), not_before=100.0)
    book.follow(mine)
    (theirs,) = book.follow(site("s1", at=1.0, not_before=900.0))
    assert (theirs.state, theirs.merged_into) == ("merged", "r1")
    assert [(one.not_before, one.entered_at) for one in book] == [(100.0, 5.0)]
    (cancelled,) = book.follow(b.CallbackClosed("s1", 9.0, CallbackState.CANCELLED))
    assert (cancelled.state, len(book)) == ("cancelled", 1)


def test_what_the_caller_asks_for_takes_the_place_of_what_a_web_site_asked_for() -> None:
    book = Book()
    book.follow(site("s1", at=1.0))
    theirs, mine = book.follow(asked("r1", at=5.0))
    assert (theirs.state, theirs.merged_into) == ("merged", "r1")
    assert (mine.state, mine.entered_at) == (OPEN, 1.0)
    assert book.follow(asked("r1", at=5.0)) == ()
    assert [one.entered_at for one in book] == [1.0], "twice is once"


def test_suggestion_stays_when_a_web_site_asks_and_can_still_be_accepted() -> None:
    book = Book()
    book.follow(suggestion("c1"))
    book.follow(site("s1", at=5.0))
    assert len(book.suggestions()) == 1
    book.follow(replace(asked("c1", at=9.0), why=CallbackWhy.ABANDONED, entered_at=0.5))
    assert [(one.call, one.entered_at) for one in book] == [("c1", 0.5)]
