"""Which fact becomes which event, and what is in it."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, get_args

import pytest

from callserver.call import record as records
from callserver.crm import customer_events, events
from callserver.model import facts as f
from callserver.model.call import Ending, Reason, Result
from callserver.model.callback import CallbackState, CallbackWhy, Outcome
from callserver.model.callback_facts import CallbackClosed
from callserver.model.caller_facts import CallbackRequested
from callserver.model.contacts import Contact
from callserver.model.events import LegEnd
from callserver.model.hooks import EventType, HookEvent, Subscription
from callserver.model.message_facts import (
    VoicemailAssigned,
    VoicemailDeleted,
    VoicemailDone,
    VoicemailLeft,
)
from callserver.model.record import CallRecord
from callserver.model.talk import TargetKind
from callserver.model.talk_facts import DialAnswered
from callserver.testing.story import STORY, a_call
from tests.store.samples import sample


def told(facts: Iterable[f.Fact]) -> list[HookEvent]:
    """What is told of a call."""
    found: list[HookEvent] = []
    record: CallRecord | None = None
    for fact in facts:
        if isinstance(fact, f.CallOffered):
            record = records.begin(fact)
        elif record is not None:
            record = records.fold(record, fact)
        found += events.of_fact(fact, record)
    return found


def content(event: HookEvent) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(event.body)
    assert body.keys() == {"type", "timestamp", "data"}
    assert body["type"] == event.type
    data: dict[str, Any] = body["data"]
    return data


def test_a_call_is_told_as_it_goes_and_each_event_has_the_call_as_it_was_then() -> None:
    found = told(a_call("c1", 1_772_357_400.25))
    assert [event.type for event in found] == STORY
    assert {event.key for event in found} == {"call:c1"}
    calls = [content(event)["call"] for event in found]
    assert [call["phase"] for call in calls] == ["arriving", "ringing", "talking", "ended", "ended"]
    assert [call["agent"] for call in calls] == [None, None, "alice", "alice", "alice"]
    assert content(found[1])["agent"] == "alice"
    assert calls[-1]["offered_at"] == "2026-03-01T09:30:00.250Z"
    assert (calls[-1]["waited_s"], calls[-1]["talked_s"]) == (4.0, 60.0)
    assert (calls[-1]["result"], calls[-1]["reason"]) == ("answered", "customer_hung_up")


def test_the_id_is_that_of_what_happened() -> None:
    first, again, other = (told(a_call(id_, 1000.0)) for id_ in ("c1", "c1", "c2"))
    assert [one.id for one in first] == [one.id for one in again]
    assert len({one.id for one in (*first, *other)}) == 10
    assert [one.body for one in first] == [one.body for one in again]


def begun() -> list[f.Fact]:
    return list(a_call("c1", 1000.0))[:3]


@pytest.mark.parametrize(
    ("ending", "types"),
    [
        (Ending(Result.ABANDONED, Reason.IN_QUEUE), ["call.ended", "call.missed"]),
        (Ending(Result.VOICEMAIL, Reason.MESSAGE_LEFT), ["call.ended"]),
        (Ending(Result.REJECTED, Reason.CLOSED), ["call.ended"]),
    ],
)
def test_who_left_without_being_served_was_missed(ending: Ending, types: list[str]) -> None:
    found = told([*begun(), f.CallEnded("c1", 1010.0, ending)])
    assert [event.type for event in found[1:]] == types
    assert len({event.id for event in found}) == len(found)


def test_an_agent_who_does_not_take_it_is_told() -> None:
    missed = f.AgentMissed("c1", 1004.0, "alice", LegEnd.DECLINED)
    found = told([*list(a_call("c1", 1000.0))[:5], missed])
    assert [event.type for event in found[1:]] == ["call.ringing", "call.not_taken"]
    data = content(found[-1])
    assert (data["agent"], data["why"]) == ("alice", "declined")
    assert data["call"]["missed_by"] == ["alice"]


def test_whom_a_flow_calls_answers_too() -> None:
    for kind, agent in ((TargetKind.AGENT, "bo"), (TargetKind.EXTERNAL, None)):
        found = told([*begun(), DialAnswered("c1", 1001.0, kind, "bo")])
        assert found[-1].type is EventType.CALL_ANSWERED
        assert content(found[-1])["agent"] == agent


def test_a_voicemail_and_a_callback() -> None:
    left = VoicemailLeft(
        *("c1", 1001.0, "v1", "office", "100", "+371", "Anna", "v1.wav", "ab" * 32, 12.5, 8000),
        *(200_044, 990.0, False),
    )
    asked = CallbackRequested("c1", 1002.0, "+371", "Anna", "100", "support", 5, 990.0)
    closed = CallbackClosed("c1", 1003.0, CallbackState.DONE)
    voicemail, wish, done = told([*begun(), left, asked, closed])[1:]
    assert content(voicemail)["voicemail"]["url"] == "/api/v1/voicemails/v1/audio"
    assert content(wish)["callback"]["why"] == "asked"
    assert (wish.type, wish.queue) == ("callback.requested", "support")
    told_of = content(done)["callback"]
    assert (told_of["id"], told_of["state"], told_of["reached"]) == ("c1", "done", True)
    assert told_of["number"] == "+37120000012", "of the call, when the fact does not say"


def test_what_is_done_with_a_voicemail_belongs_to_its_mailbox_and_its_line() -> None:
    facts: list[f.Fact] = [
        VoicemailDone("c1", 1001.0, "v1", "office", True, "token:t"),
        VoicemailDone("c1", 1002.0, "v1", "office", False, "token:t"),
        VoicemailAssigned("c1", 1003.0, "v1", "office", "anna", "token:t"),
        VoicemailDeleted("c1", 1004.0, "v1", "", "age"),
    ]
    offered = next(iter(a_call("c1", 1000.0)))
    found = told([offered, *facts])[1:]
    names = ["voicemail.done", "voicemail.reopened", "voicemail.assigned", "voicemail.deleted"]
    assert [one.type for one in found] == names
    assert [one.queue for one in found] == ["office", "office", "office", None]
    assert {(one.line, one.key) for one in found} == {("100", "call:c1")}
    assert content(found[2])["voicemail"] == {
        **{"id": "v1", "mailbox": "office", "assignee": "anna", "by": "token:t"}
    }


def test_a_callback_that_somebody_entered_has_no_call() -> None:
    asked = CallbackRequested(
        *("q1", 1.0, "+371", "", "", "sales", 0, 1.0), why=CallbackWhy.ENTERED
    )
    who = ("+371", "Anna", "100", "sales", "lv")
    closed = CallbackClosed("q1", 2.0, CallbackState.EXPIRED, *who, 3, Outcome.NO_ANSWER)
    wish, done = (*events.of_fact(asked, None), *events.of_fact(closed, None))
    assert (content(wish)["call"], wish.key, wish.queue) == (None, "call:q1", "sales")
    assert (content(done)["call"], done.queue, done.line) == (None, "sales", "100")
    assert content(done)["callback"] == {
        **{"id": "q1", "state": "expired", "reached": False, "number": "+371", "name": "Anna"},
        **{"line": "100", "queue": "sales", "language": "lv", "tries": 3, "last": "no_answer"},
    }


@pytest.mark.parametrize("kind", get_args(f.Fact), ids=lambda kind: kind.__name__)
def test_every_fact_can_be_told_whatever_is_in_it(kind: Any) -> None:
    record = sample(CallRecord, full=True)
    for full in (False, True):
        for event in events.of_fact(sample(kind, full=full), record):
            content(event)


def test_what_a_phone_sends_never_breaks_a_body() -> None:
    offered = begun()[0]
    assert isinstance(offered, f.CallOffered)
    odd = f.CallOffered(
        *("c1", 1.0, offered.direction, "100", "\ud800\0", '"\u2028</script>', None, "x", "w")
    )
    (event,) = told([odd])
    assert content(event)["call"]["number"] == "?\ufffd"


def test_secrets_of_the_inside_are_not_told() -> None:
    for event in told(a_call("c1", 1000.0)):
        assert "wc1" not in event.body and "192.0.2.1" not in event.body


def test_contacts() -> None:
    jane = Contact("k1", 4.0, 5.0, name="Jāne", numbers=("+37120000012",), fields={"tier": "gold"})
    changed = customer_events.of_contact(jane, "1")
    gone = customer_events.of_forgotten("k1", 6.0, "2")
    assert changed.key == gone.key == "contact:k1"
    told = content(changed)["contact"]
    assert (told["name"], told["numbers"]) == ("Jāne", ["+37120000012"])
    assert (told["fields"], told["updated_at"]) == ({"tier": "gold"}, "1970-01-01T00:00:05.000Z")
    assert content(gone) == {"contact": {"id": "k1", "merged_into": None}}


WANTS: list[tuple[tuple[str, ...], tuple[str, ...], str, str | None, bool]] = [
    (("*",), (), "call.ended", None, True),
    (("call.*",), (), "call.ended", None, True),
    (("call.ended",), (), "call.ended", "support", True),
    (("call.ended",), (), "call.missed", "support", False),
    (("call.*",), (), "callback.ended", None, False),
    (("*",), ("support",), "call.ended", "support", True),
    (("*",), ("support",), "call.ended", "sales", False),
    (("*",), ("support",), "call.offered", None, False),
    (("*",), ("support",), "contact.changed", None, True),
    ((), (), "call.ended", None, False),
]


@pytest.mark.parametrize(("types", "queues", "type_", "queue", "wanted"), WANTS)
def test_who_wants_what(
    types: tuple[str, ...], queues: tuple[str, ...], type_: str, queue: str | None, wanted: bool
) -> None:
    one = Subscription("h", "https://x", types, queues, "", (), 0.0)
    key = "contact:+1" if type_.startswith("contact") else "call:c1"
    event = HookEvent("msg_1", 0.0, EventType(type_), key, queue, "{}")
    assert one.wants(event) is wanted
    of_line = replace(one, lines=("100",))
    assert of_line.wants(replace(event, line="100")) is wanted
    assert of_line.wants(event) is (wanted and key == "contact:+1")
