"""Which fact becomes which event, and what is in it (pure).

A body is ``{"type": …, "timestamp": …, "data": {…}}`` as Standard Webhooks has it. Events of a call
carry the whole call as it was at that moment (``call``, with the names of the API), so whoever has
only the last one has everything. The id is made of what happened: the same fact, written again
after a fault, is the same event.
"""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from callserver.model import facts as f
from callserver.model.call import Direction, Result
from callserver.model.callback import CallbackState, CallbackWhy
from callserver.model.callback_facts import CallbackClosed
from callserver.model.caller_facts import CallbackRequested
from callserver.model.errands import Refusal
from callserver.model.hooks import EventType, HookEvent
from callserver.model.message_facts import (
    VoicemailAssigned,
    VoicemailDeleted,
    VoicemailDone,
    VoicemailFact,
    VoicemailLeft,
)
from callserver.model.plain import plain
from callserver.model.record import CallRecord
from callserver.model.recording_facts import RecordingMade
from callserver.model.talk import TargetKind
from callserver.model.talk_facts import DialAnswered
from callserver.model.times import iso, iso_or_none

CALL = "call:"
"""Before the id, in the key of an event."""


def of_fact(fact: f.Fact, call: CallRecord | None) -> Iterator[HookEvent]:
    """What others are told of a fact; ``call`` is the record after it (None: there is none, as of a
    callback that somebody entered)."""
    if isinstance(fact, CallbackRequested | f.CallbackOwed):
        data = {"call": _call(call) if call else None, "callback": _callback(fact)}
        yield _of_fact(EventType.CALLBACK_REQUESTED, fact, fact.call, fact.queue, data, fact.line)
    elif isinstance(fact, CallbackClosed):
        data = {
            "call": _call(call) if call else None,
            "callback": _closed(fact, call),
        }
        queue = fact.queue or (call.queue if call else None)
        line = fact.line or (call.line if call else "")
        yield _of_fact(EventType.CALLBACK_ENDED, fact, fact.call, queue, data, line)
    elif call is not None:
        yield from _in_call(fact, call)


def _in_call(fact: f.Fact, call: CallRecord) -> Iterator[HookEvent]:
    match fact:
        case f.CallOffered():
            yield _of_call(EventType.CALL_OFFERED, fact, call, {})
        case f.AgentOffered():  # AgentRinging comes only of phones that say that they ring
            yield _of_call(EventType.CALL_RINGING, fact, call, {"agent": fact.agent})
        case f.AgentMissed():
            more = {"agent": fact.agent, "why": fact.why}
            yield _of_call(EventType.CALL_NOT_TAKEN, fact, call, more)
        case f.AgentAnswered():
            yield _of_call(EventType.CALL_ANSWERED, fact, call, {"agent": fact.agent})
        case DialAnswered():
            agent = fact.target if fact.kind is TargetKind.AGENT else None
            yield _of_call(EventType.CALL_ANSWERED, fact, call, {"agent": agent})
        case f.CallEnded():
            yield _of_call(EventType.CALL_ENDED, fact, call, {})
            # Whom we call and who does not wait for us has missed nothing.
            if fact.ending.result is Result.ABANDONED and call.direction is Direction.INBOUND:
                yield _of_call(EventType.CALL_MISSED, fact, call, {})
        case RecordingMade():
            yield _of_call(EventType.RECORDING_READY, fact, call, {"recording": _recording(fact)})
        case VoicemailLeft() | VoicemailDone() | VoicemailAssigned() | VoicemailDeleted():
            type_, more = _of_voicemail(fact)
            data = {"call": _call(call), "voicemail": more}
            # Whoever was in no queue left it for a mailbox, which is one mostly.
            queue = call.queue or fact.mailbox or None
            yield _of_fact(type_, fact, call.id, queue, data, call.line)
        case _:
            return


def _of_voicemail(fact: VoicemailFact) -> tuple[EventType, dict[str, Any]]:
    what = {"id": fact.voicemail, "mailbox": fact.mailbox}
    match fact:
        case VoicemailLeft():
            return EventType.VOICEMAIL_LEFT, _voicemail(fact)
        case VoicemailDone():
            type_ = EventType.VOICEMAIL_DONE if fact.done else EventType.VOICEMAIL_REOPENED
            return type_, {**what, "by": fact.by}
        case VoicemailAssigned():
            more = {"assignee": fact.assignee, "by": fact.by}
            return EventType.VOICEMAIL_ASSIGNED, {**what, **more}
        case VoicemailDeleted():
            return EventType.VOICEMAIL_DELETED, {**what, "by": fact.by}


def refused(call: CallRecord, refusal: Refusal, why: str) -> HookEvent:
    """What a CRM is told of a call that it asked for and that was not made."""
    data = {"call": _call(call), "refusal": {"kind": refusal, "why": why}}
    at = call.offered_at
    return _event(EventType.CALL_ENDED, f"refused_{call.id}", at, CALL + call.id, None, data)


def make(type_: EventType, id_: str, at: float, key: str, data: dict[str, Any]) -> HookEvent:
    """An event that is of no call."""
    return _event(type_, id_, at, key, None, data)


def named(id_: str) -> str:
    """The id of an event that is made with this one."""
    return f"msg_{id_}"


def trial(id_: str, at: float) -> str:
    """The body of a test."""
    data = {"test": True, "note": "somebody looks whether this webhook works; nothing happened"}
    return _body("test", at, {"id": id_, **data})


def _of_call(type_: EventType, fact: f.Fact, call: CallRecord, more: dict[str, Any]) -> HookEvent:
    return _of_fact(type_, fact, call.id, call.queue, {"call": _call(call), **more}, call.line)


def _of_fact(
    type_: EventType,
    fact: f.Fact,
    call: str,
    queue: str | None,
    data: dict[str, Any],
    line: str,
) -> HookEvent:
    content = msgspec.json.encode([type_, plain(msgspec.to_builtins(fact))])
    digest = base64.b32encode(hashlib.sha256(content).digest()[:20]).decode().lower()
    return _event(type_, digest, fact.at, CALL + call, queue, data, line)


def _event(
    type_: EventType,
    id_: str,
    at: float,
    key: str,
    queue: str | None,
    data: dict[str, Any],
    line: str = "",
) -> HookEvent:
    return HookEvent(named(id_), at, type_, key, queue, _body(type_, at, data), line)


def _body(type_: str, at: float, data: dict[str, Any]) -> str:
    content = {"type": type_, "timestamp": iso(at), "data": data}
    return msgspec.json.encode(plain(msgspec.to_builtins(content))).decode()


def _call(call: CallRecord) -> dict[str, Any]:
    return {
        "id": call.id,
        "direction": call.direction,
        "phase": call.phase,
        "line": call.line,
        "number": call.number,
        "name": call.name,
        "queue": call.queue,
        "agent": call.agent,
        "offered_at": iso(call.offered_at),
        "answered_at": iso_or_none(call.answered_at),
        "queued_at": iso_or_none(call.queued_at),
        "talking_at": iso_or_none(call.talking_at),
        "ended_at": iso_or_none(call.ended_at),
        "result": call.ending.result if call.ending else None,
        "reason": call.ending.reason if call.ending else None,
        "waited_s": round(call.waited_s, 3),
        "talked_s": round(call.talked_s, 3),
        "held_s": round(call.held_s, 3),
        "missed_by": call.missed_by,
        "callback_of": call.callback_of,
        "survey": call.survey,
    }


def _recording(fact: RecordingMade) -> dict[str, Any]:
    return {
        "id": fact.recording,
        "url": f"/api/v1/recordings/{fact.recording}/audio",
        "sha256": fact.sha256,
        "duration_s": fact.duration_s,
        "size": fact.size,
        "started_at": iso(fact.started_at),
    }


def _voicemail(fact: VoicemailLeft) -> dict[str, Any]:
    return {
        "id": fact.voicemail,
        "url": f"/api/v1/voicemails/{fact.voicemail}/audio",
        "mailbox": fact.mailbox,
        "sha256": fact.sha256,
        "duration_s": fact.duration_s,
        "size": fact.size,
        "started_at": iso(fact.started_at),
    }


def _callback(fact: CallbackRequested | f.CallbackOwed) -> dict[str, Any]:
    return {
        "id": fact.call,
        "state": CallbackState.OPEN,
        "number": fact.number,
        "name": fact.name,
        "queue": fact.queue,
        "priority": fact.priority,
        "entered_at": iso(fact.entered_at),
        "why": fact.why if isinstance(fact, CallbackRequested) else CallbackWhy.FAULT,
    }


def _closed(fact: CallbackClosed, call: CallRecord | None) -> dict[str, Any]:
    """All that it takes to write to somebody who could not be reached."""
    return {
        "id": fact.call,
        "state": fact.state,
        "reached": fact.state in (CallbackState.DONE, CallbackState.RETURNED),
        "number": fact.number or (call.number if call else ""),
        "name": fact.name or (call.name if call else ""),
        "line": fact.line or (call.line if call else ""),
        "queue": fact.queue or (call.queue if call else None),
        "language": fact.language,
        "tries": fact.tries,
        "last": fact.last,
    }
