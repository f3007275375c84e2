"""What it is to a request that the customer's phone did not answer (pure)."""

from callserver.model.callback import Outcome
from callserver.model.events import LegEnd

_OUTCOMES = {
    LegEnd.BUSY: Outcome.BUSY,
    LegEnd.DECLINED: Outcome.DECLINED,
    LegEnd.NO_ANSWER: Outcome.NO_ANSWER,
}


def outcome_of(end: LegEnd) -> Outcome:
    """All that is no word of the callee's counts as a failure."""
    return _OUTCOMES.get(end, Outcome.FAILED)
