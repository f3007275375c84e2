"""From facts to metrics and to the one log line of a call: a listener on the bus."""

from callserver import log
from callserver.call.journal import Journal
from callserver.metrics import Metrics
from callserver.model import facts as f
from callserver.model.dial import DialEnd
from callserver.model.recording_facts import RecordingPaused
from callserver.model.talk_facts import DialAnswered, DialMissed

_log = log.get("call")


class CallMeter:
    """Counts what the journal notes."""

    def __init__(self, metrics: Metrics, journal: Journal) -> None:
        self._metrics = metrics
        self._journal = journal

    def __call__(self, fact: f.Fact) -> None:
        match fact:
            case f.CallAnswered():
                record = self._journal.record(fact.call)
                if record is not None:
                    self._metrics.setup.observe(max(fact.at - record.offered_at, 0.0))
            case f.QueueLeft():
                self._metrics.wait.labels(fact.queue).observe(max(fact.waited_s, 0.0))
            case RecordingPaused():
                self._metrics.recording_gaps.labels(fact.why).inc()
            case f.MediaLost():
                self._metrics.media_lost.labels(fact.leg).inc()
            case DialAnswered():
                self._metrics.flow_dials.labels(DialEnd.ANSWERED).inc()
            case DialMissed():
                self._metrics.flow_dials.labels(fact.why).inc()
            case f.CallEnded():
                self._ended(fact)
            case _:
                pass

    def _ended(self, fact: f.CallEnded) -> None:
        ending, record = fact.ending, self._journal.record(fact.call)
        self._metrics.calls.labels(ending.result, ending.reason).inc()
        if record is None:
            return
        if record.talking_at is not None:
            self._metrics.talk.labels(record.queue or "").observe(record.talked_s)
        _log.info(
            "call_ended",
            call=record.id,
            result=ending.result,
            reason=ending.reason,
            line=record.line,
            number=log.mask(record.number),
            queue=record.queue,
            agent=record.agent,
            step=record.step,
            lasted_s=round(fact.at - record.offered_at, 3),
            waited_s=round(record.waited_s, 3),
            talked_s=round(record.talked_s, 3),
            held_s=round(record.held_s, 3),
            missed_by=list(record.missed_by),
        )
