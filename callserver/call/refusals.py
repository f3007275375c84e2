"""Calls that were turned away: each has its record, as long as they are people."""

from callserver import log
from callserver.call.journal import Journal
from callserver.metrics import Metrics
from callserver.model import facts as f
from callserver.model.call import Arrival, Direction, Ending, Reason, Result
from callserver.model.ids import new_id
from callserver.model.ports import Clock
from callserver.rate import Rate

PER_S = 10.0
BURST = 200
SAY_AGAIN_S = 60.0

_log = log.get("reception")


class Refusals:
    """Notes refusals in the journal, up to ``PER_S`` a second for each trunk and each agent. Beyond
    that they are a flood (anybody can forge the address of a trunk): counted, not written."""

    def __init__(self, journal: Journal, clock: Clock, metrics: Metrics) -> None:
        self._journal = journal
        self._clock = clock
        self._metrics = metrics
        self._rate = Rate(PER_S, BURST)
        self._said_at = -SAY_AGAIN_S

    def note(self, arrival: Arrival, reason: Reason) -> bool:
        """Somebody wanted to reach us and could not; whether that got a record."""
        failed = reason is Reason.NO_WORKER
        ending = Ending(Result.FAILED if failed else Result.REJECTED, reason)
        now = self._clock.now()
        if self._rate.take(arrival.trunk or f"agent:{arrival.agent}", now):
            self._metrics.calls.labels(ending.result, ending.reason).inc()
            self._metrics.calls_unrecorded.labels(reason).inc()
            if now - self._said_at >= SAY_AGAIN_S:
                self._said_at = now
                _log.warning("refusals_not_recorded", trunk=arrival.trunk, agent=arrival.agent)
            return False
        call = new_id()
        self._journal.note(
            f.CallOffered(
                call=call,
                at=arrival.at,
                direction=Direction.INBOUND,
                line=arrival.dialled,
                number=arrival.number,
                name=arrival.name,
                trunk=arrival.trunk,
                sip_call_id=arrival.sip_call_id,
                worker="",
            )
        )
        self._journal.note(f.CallEnded(call, now, ending))
        self._journal.forget(call)
        return True
