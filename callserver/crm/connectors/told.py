"""An event as connectors read it: the body that ``crm/events`` wrote, with types."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from callserver.model.call import Direction, Reason, Result
from callserver.model.errands import Refusal
from callserver.model.hooks import EventType


class Call(Struct, frozen=True, kw_only=True):
    """The call as it was at that moment. Times are ISO 8601."""

    id: str
    direction: Direction
    line: str
    number: str
    name: str
    queue: str | None
    agent: str | None
    offered_at: str
    answered_at: str | None
    talking_at: str | None
    ended_at: str | None
    result: Result | None
    reason: Reason | None
    waited_s: float
    talked_s: float
    held_s: float
    missed_by: tuple[str, ...]

    @property
    def inbound(self) -> bool:
        return self.direction is Direction.INBOUND

    @property
    def talked(self) -> bool:
        """Whether anybody of ours talked with them."""
        return self.talking_at is not None

    @property
    def customer(self) -> str:
        """Their number; `anonymous` when it is withheld."""
        return self.number or "anonymous"

    @property
    def caller(self) -> str:
        return self.customer if self.inbound else self.line

    @property
    def callee(self) -> str:
        return self.line if self.inbound else self.customer

    @property
    def title(self) -> str:
        """What people see first."""
        way = "Call from" if self.inbound else "Call to"
        if self.ended_at is not None and not self.talked:
            way = "Missed call from" if self.inbound else "Not reached:"
        who = f"{self.name} {self.customer}".strip()
        return f"{way} {who}"


class Sound(Struct, frozen=True, kw_only=True):
    """A recording or a voicemail. ``url`` is a path of our API."""

    id: str
    url: str
    duration_s: float
    size: int


class NotMade(Struct, frozen=True, kw_only=True):
    """Why a call that the CRM asked for was not made; ``why`` is for people."""

    kind: Refusal
    why: str


class Told(Struct, frozen=True, kw_only=True):
    """One event. ``agent`` is whom it is about: who is rung, did not answer, talks. ``refusal``:
    the CRM asked for this call, and it was not made."""

    type: EventType
    timestamp: str
    call: Call
    agent: str | None = None
    recording: Sound | None = None
    voicemail: Sound | None = None
    refusal: NotMade | None = None

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self.call.ended_at is not None


class _Body(Struct):
    type: EventType
    timestamp: str
    data: dict[str, Any]


def read(body: str) -> Told | None:
    """The event of a body; None: it is about no call. Raises ``ValueError``: nobody wrote that."""
    try:
        found = msgspec.json.decode(body, type=_Body)
        if found.data.get("call") is None:
            return None
        content = {"type": found.type, "timestamp": found.timestamp, **found.data}
        return msgspec.convert(content, Told)
    except msgspec.MsgspecError as error:
        raise ValueError(f"the event cannot be read: {error}") from None


def seconds(iso: str) -> float:
    """Such a time in seconds since 1970."""
    return datetime.fromisoformat(iso).timestamp()


def summary(told: Told) -> str:
    """What happened, for people, in a few lines."""
    call = told.call
    lines = [
        f"{call.direction.capitalize()} call of {call.offered_at[:19].replace('T', ' ')} UTC",
        f"From {call.caller} to {call.callee}" + (f", queue {call.queue}" if call.queue else ""),
        f"{call.result}: {call.reason}" if call.result else "",
        f"Waited {round(call.waited_s)} s, talked {round(call.talked_s)} s"
        + (f" with {call.agent}" if call.agent and call.talked else ""),
        f"Call {call.id}",
    ]
    return "\n".join(line for line in lines if line)
