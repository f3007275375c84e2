"""The life of a call as a table (pure): which phase may follow which, and what it means when the
customer hangs up there."""

from callserver.model.call import Ending, Phase, Reason, Result

MOVES: dict[Phase, frozenset[Phase]] = {
    Phase.ARRIVING: frozenset({Phase.FLOW, Phase.ENDED}),
    Phase.FLOW: frozenset({Phase.QUEUED, Phase.RINGING, Phase.TALKING, Phase.ENDED}),
    Phase.QUEUED: frozenset({Phase.RINGING, Phase.FLOW, Phase.ENDED}),
    Phase.RINGING: frozenset({Phase.QUEUED, Phase.FLOW, Phase.TALKING, Phase.ENDED}),
    Phase.TALKING: frozenset({Phase.FLOW, Phase.ENDED}),
    Phase.ENDED: frozenset(),
}

CUSTOMER_LEFT: dict[Phase, Ending] = {
    Phase.ARRIVING: Ending(Result.ABANDONED, Reason.BEFORE_ANSWER),
    Phase.FLOW: Ending(Result.ABANDONED, Reason.IN_FLOW),
    Phase.QUEUED: Ending(Result.ABANDONED, Reason.IN_QUEUE),
    Phase.RINGING: Ending(Result.ABANDONED, Reason.WHILE_RINGING),
    Phase.TALKING: Ending(Result.ANSWERED, Reason.CUSTOMER_HUNG_UP),
}


def move(now: Phase, wanted: Phase) -> Phase:
    """``wanted``, if it may follow ``now``; else ``ValueError``: a fault in our own code."""
    if wanted not in MOVES[now]:
        raise ValueError(f"a call cannot go from {now} to {wanted}")
    return wanted
