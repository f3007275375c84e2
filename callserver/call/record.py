"""From facts to the call record (pure): one fact at a time, in order."""

from dataclasses import replace

from callserver.model import facts as f
from callserver.model import talk_facts as t
from callserver.model.call import Phase
from callserver.model.record import CallRecord, LegRecord, RecordingRecord


def begin(fact: f.CallOffered) -> CallRecord:
    """The record of a call that has just come."""
    return CallRecord(
        id=fact.call,
        direction=fact.direction,
        phase=Phase.ARRIVING,
        line=fact.line,
        number=fact.number,
        name=fact.name,
        trunk=fact.trunk,
        sip_call_id=fact.sip_call_id,
        worker=fact.worker,
        offered_at=fact.at,
    )


def fold(record: CallRecord, fact: f.Fact) -> CallRecord:  # noqa: C901 - a flat table of facts
    """The record after this fact. Facts that say nothing about the record leave it as it is."""
    match fact:
        case f.CallAnswered():
            return replace(record, phase=Phase.FLOW, answered_at=fact.at)
        case f.StepEntered():
            outermost = fact.stack[0] if fact.stack else fact
            return replace(
                record,
                flow=outermost.flow,
                flow_version=outermost.version,
                step=fact.step,
            )
        case f.DigitPressed():
            return replace(record, digits=record.digits + 1)
        case f.QueueJoined():
            return replace(record, phase=Phase.QUEUED, queue=fact.queue, queued_at=fact.entered_at)
        case f.AgentOffered():
            return replace(record, phase=Phase.RINGING)
        case f.AgentMissed():
            return replace(record, phase=Phase.QUEUED, missed_by=(*record.missed_by, fact.agent))
        case f.AgentAnswered():
            return replace(record, phase=Phase.TALKING, agent=fact.agent, talking_at=fact.at)
        case f.QueueLeft():
            return replace(record, waited_s=record.waited_s + fact.waited_s)
        case f.HoldStarted():
            return replace(record, held_since=record.held_since or fact.at)
        case f.HoldEnded():
            return _end_hold(record, fact.at)
        case f.AgentFinished():
            return replace(_end_talk(record, fact.at), phase=Phase.FLOW)
        case t.TransferCompleted() if fact.leg and record.phase is not Phase.TALKING:
            return replace(record, phase=Phase.TALKING, talking_at=fact.at)
        case f.LegReleased():
            leg = LegRecord(fact.leg, fact.agent, fact.end, fact.code, fact.at, fact.stats)
            return replace(record, legs=(*record.legs, leg))
        case f.CallEnded():
            ended = _end_talk(record, fact.at)
            return replace(ended, phase=Phase.ENDED, ended_at=fact.at, ending=fact.ending)
        case f.RecordingMade():
            return replace(record, recording=_recording(fact))
        case _:
            return record


def _end_hold(record: CallRecord, at: float) -> CallRecord:
    if record.held_since is None:
        return record
    return replace(record, held_s=record.held_s + at - record.held_since, held_since=None)


def _end_talk(record: CallRecord, at: float) -> CallRecord:
    if record.phase is not Phase.TALKING or record.talking_at is None:
        return record
    return replace(_end_hold(record, at), talked_s=record.talked_s + at - record.talking_at)


def _recording(fact: f.RecordingMade) -> RecordingRecord:
    return RecordingRecord(
        id=fact.recording,
        call=fact.call,
        path=fact.path,
        sha256=fact.sha256,
        duration_s=fact.duration_s,
        sample_rate=fact.sample_rate,
        size=fact.size,
        started_at=fact.started_at,
        repaired=fact.repaired,
    )
