"""From facts to the call record (pure): one fact at a time, in order."""

from dataclasses import replace

from callserver.model import caller_facts as c
from callserver.model import facts as f
from callserver.model import talk_facts as t
from callserver.model.call import Leg, Phase
from callserver.model.callback_facts import CallbackStarted
from callserver.model.record import CallRecord, LegRecord, RecordingGap, RecordingRecord
from callserver.model.recording_facts import RecordingMade, RecordingPaused, RecordingResumed


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
            talking = replace(record, phase=Phase.TALKING, agent=fact.agent, talking_at=fact.at)
            return _hold(talking, record.holding, fact.at)
        case f.QueueLeft():
            return replace(record, waited_s=record.waited_s + max(fact.waited_s, 0.0))
        case f.HoldStarted():
            return _hold(record, tuple({*record.holding, fact.leg}), fact.at)
        case f.HoldEnded():
            return _hold(record, _without(record.holding, fact.leg), fact.at)
        case f.AgentFinished():
            return _end_talk(record, Phase.FLOW, fact.at)
        case t.TransferCompleted() if fact.leg and record.phase is not Phase.TALKING:
            talking = replace(record, phase=Phase.TALKING, talking_at=fact.at)
            return _hold(talking, record.holding, fact.at)
        case t.CallOrdered():
            return replace(record, agent=fact.agent)
        case t.FlowDialled():
            return replace(record, phase=Phase.RINGING)
        case t.DialMissed():
            return replace(record, phase=Phase.FLOW)
        case t.DialAnswered():
            talking = replace(record, phase=Phase.TALKING, talking_at=fact.at)
            return _hold(talking, record.holding, fact.at)
        case t.DialEnded():
            return _end_talk(record, Phase.FLOW, fact.at)
        case f.LegReleased():
            leg = LegRecord(fact.leg, fact.agent, fact.end, fact.code, fact.at, fact.stats)
            rest = _hold(record, _without(record.holding, fact.leg), fact.at)
            return replace(rest, legs=(*record.legs, leg))
        case f.CallEnded():
            ended = _end_talk(record, Phase.ENDED, fact.at)
            return replace(ended, ended_at=fact.at, ending=fact.ending, holding=())
        case CallbackStarted():
            return replace(record, callback_of=fact.request)
        case c.SurveyAnswered():
            return replace(record, survey={**record.survey, fact.question: fact.answer})
        case RecordingPaused() if not _in_gap(record):
            return replace(record, gaps=(*record.gaps, RecordingGap(fact.at, None, fact.why)))
        case RecordingResumed() if _in_gap(record):
            gap = replace(record.gaps[-1], until=fact.at, part=fact.part, after_s=fact.after_s)
            return replace(record, gaps=(*record.gaps[:-1], gap))
        case RecordingMade():
            return replace(record, recording=_recording(fact))
        case _:
            return record


def _in_gap(record: CallRecord) -> bool:
    return bool(record.gaps) and record.gaps[-1].until is None


def _without(holding: tuple[Leg, ...], leg: Leg) -> tuple[Leg, ...]:
    return tuple(one for one in holding if one is not leg)


def _hold(record: CallRecord, holding: tuple[Leg, ...], at: float) -> CallRecord:
    """These legs hold from now on. It counts while two talk, and once when both hold."""
    record = replace(record, holding=tuple(sorted(holding)))
    if record.phase is Phase.TALKING and holding:
        return replace(record, held_since=record.held_since or at)
    if record.held_since is None:
        return record
    return replace(record, held_s=record.held_s + _since(record.held_since, at), held_since=None)


def _end_talk(record: CallRecord, phase: Phase, at: float) -> CallRecord:
    talked_s = record.talked_s
    if record.phase is Phase.TALKING and record.talking_at is not None:
        talked_s += _since(record.talking_at, at)
    return _hold(replace(record, phase=phase, talked_s=talked_s), record.holding, at)


def _since(start: float, end: float) -> float:
    """How long; nothing when the system's clock was set back in between."""
    return max(end - start, 0.0)


def _recording(fact: RecordingMade) -> RecordingRecord:
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
