"""Facts of calls, as the journal gets them."""

from callserver.model import facts as f
from callserver.model.agent import AgentState
from callserver.model.call import Direction, Ending, Leg, LegStats, Reason, Result
from callserver.model.events import LegEnd

STATS = LegStats("PCMU", 500, 1, 2.0, 500, 0, 1.0, 3.0)
SERVED = Ending(Result.ANSWERED, Reason.CUSTOMER_HUNG_UP)


def offered(call: str, at: float = 100.0) -> f.CallOffered:
    return f.CallOffered(
        call, at, Direction.INBOUND, "100", "+371", "Jane", "t", f"sip-{call}", f"w{call}"
    )


def whole(call: str) -> list[f.Fact]:
    """A call from its arrival to its end, every fact of which counts in the record."""
    return [
        offered(call),
        f.CallAnswered(call, 100.1),
        f.StepEntered(call, 100.1, "support", "v1", "welcome"),
        f.DigitPressed(call, 103.0, "1"),
        f.QueueJoined(call, 104.0, "support", 2, 104.0),
        f.AgentOffered(call, 105.0, "support", "boris"),
        f.AgentMissed(call, 107.0, "boris", LegEnd.NO_ANSWER),
        f.AgentOffered(call, 107.0, "support", "alice"),
        f.AgentChanged("alice", 107.0, AgentState.RINGING, "", call),
        f.QueueLeft(call, 108.0, "support", 4.0),
        f.AgentAnswered(call, 108.0, "alice"),
        f.LegReleased(call, 128.0, Leg.CUSTOMER, None, LegEnd.HUNG_UP, 200, STATS),
        f.AgentFinished(call, 128.0, "alice"),
        f.CallEnded(call, 128.1, SERVED),
    ]
