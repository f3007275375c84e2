"""Calls made of facts, as a journal has them, and what others are told of them."""

from collections.abc import Iterator

from callserver.model import facts as f
from callserver.model.call import Direction, Ending, Reason, Result
from callserver.model.recording_facts import RecordingMade

STORY = ["call.offered", "call.ringing", "call.answered", "call.ended", "recording.ready"]


def a_call(id_: str, at: float, queue: str = "support") -> Iterator[f.Fact]:
    """A call that came at that time, that alice took, and of which :data:`STORY` is told."""
    yield f.CallOffered(
        *(id_, at, Direction.INBOUND, "100", "+37120000012", "Anna", "provider"),
        *(f"{id_}@192.0.2.1", f"w{id_}"),
    )
    yield f.CallAnswered(id_, at + 0.1)
    yield f.QueueJoined(id_, at + 1.0, queue, 0, at + 1.0)
    yield f.AgentOffered(id_, at + 2.0, queue, "alice")
    yield f.AgentRinging(id_, at + 2.1, "alice")
    yield f.QueueLeft(id_, at + 5.0, queue, 4.0)
    yield f.AgentAnswered(id_, at + 5.0, "alice")
    yield f.AgentFinished(id_, at + 65.0, "alice")
    ending = Ending(Result.ANSWERED, Reason.CUSTOMER_HUNG_UP)
    yield f.CallEnded(id_, at + 65.0, ending)
    yield RecordingMade(
        *(id_, at + 66.0, f"r{id_}", f"{id_}.wav", "ab" * 32, 60.0, 8000, 960_044),
        *(at + 5.0, False),
    )
