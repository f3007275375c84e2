"""Requests as the tests write them; the time is seconds, noon is 0 on a working day."""

from datetime import UTC, datetime
from typing import Any

from callserver.model.callback import Attempt, Callback, CallbackState, CallbackWhy, Outcome

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
NUMBER = "+4930123456"  # one clock: Berlin, 13:00 at noon


def request(call: str = "r1", entered: float = 0.0, *tries: Outcome, **more: Any) -> Callback:
    """Somebody who entered so many seconds after noon, and was tried since, each try 10 s long and
    the last one ending at ``ended`` (default: 100 s after noon)."""
    ended = NOON + more.pop("ended", 100.0)
    attempts = tuple(
        Attempt(f"{call}-{n}", ended - 10, "alice", outcome, ended)
        for n, outcome in enumerate(tries)
    )
    known: dict[str, Any] = {
        "call": call,
        "at": NOON + entered,
        "number": NUMBER,
        "name": "Jo",
        "line": "100",
        "queue": "support",
        "priority": 0,
        "entered_at": NOON + entered,
        "why": CallbackWhy.ASKED,
        "state": CallbackState.OPEN,
        "attempts": attempts,
    }
    return Callback(**{**known, **more})
