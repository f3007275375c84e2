"""What a call is: its legs, its phases and how it ends."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Direction(StrEnum):
    """Who started the call."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"  # between two agents


class Leg(StrEnum):
    """The at most four legs a call worker carries."""

    CUSTOMER = "customer"
    AGENT = "agent"
    THIRD = "third"
    SUPERVISOR = "supervisor"


class Phase(StrEnum):
    """Where a call is now. The allowed moves stand in ``call/lifecycle.py``."""

    ARRIVING = "arriving"
    FLOW = "flow"
    QUEUED = "queued"
    RINGING = "ringing"
    TALKING = "talking"
    ENDED = "ended"


class Result(StrEnum):
    """The outcome of a call, as the caller lived it."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    TRANSFERRED = "transferred"
    REJECTED = "rejected"
    FAILED = "failed"


class Reason(StrEnum):
    """Why it ended so; decided next to the failure, the same word everywhere."""

    # answered
    CUSTOMER_HUNG_UP = "customer_hung_up"
    AGENT_HUNG_UP = "agent_hung_up"
    THIRD_HUNG_UP = "third_hung_up"
    FLOW_ENDED = "flow_ended"
    SELF_SERVED = "self_served"
    # abandoned: where the caller was
    BEFORE_ANSWER = "before_answer"
    IN_FLOW = "in_flow"
    NO_INPUT = "no_input"
    IN_QUEUE = "in_queue"
    WHILE_RINGING = "while_ringing"
    # callback, voicemail
    CALLBACK_REQUESTED = "callback_requested"
    MESSAGE_LEFT = "message_left"
    # rejected
    NO_CAPACITY = "no_capacity"
    UNKNOWN_LINE = "unknown_line"
    CLOSED = "closed"
    UNWANTED = "unwanted"
    NOT_ALLOWED = "not_allowed"
    # failed, to somebody an agent called
    CALLEE_BUSY = "callee_busy"
    CALLEE_DECLINED = "callee_declined"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    # failed, to somebody we called back
    NO_AGENT = "no_agent"
    MACHINE = "machine"
    # failed
    WORKER_LOST = "worker_lost"
    NO_WORKER = "no_worker"
    LEG_FAILED = "leg_failed"
    NO_MEDIA = "no_media"
    FLOW_ERROR = "flow_error"
    INTERNAL_ERROR = "internal_error"
    SERVER_STOPPED = "server_stopped"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ended: the pair that stands in log, metric, record and page."""

    result: Result
    reason: Reason

    def __str__(self) -> str:
        return f"{self.result}/{self.reason}"


@dataclass(frozen=True, slots=True)
class LegStats:
    """RTP statistics of one leg over its whole life, as PJSIP counted them.

    ``rx`` is what the far end sent to us, ``tx`` what we sent; jitter and round trip in
    milliseconds, loss in packets (RFC 3550 section 6.4). ``tx_*`` losses come from the peer's
    RTCP reports and are 0 when it sent none. ``silent_s`` is how long it sent nothing though it
    should have, in silences longer than 5 s. ``srtp``: the sound was encrypted.
    """

    codec: str
    rx_packets: int
    rx_lost: int
    rx_jitter_ms: float
    tx_packets: int
    tx_lost: int
    tx_jitter_ms: float
    round_trip_ms: float
    silent_s: float = 0.0
    srtp: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A new call at the front door, after admission (who it is) and before dispatch.

    ``dialled`` is the user part of the Request-URI, ``number``/``name`` the caller's as the From
    (or a trusted P-Asserted-Identity) gave them. Exactly one of ``trunk`` and ``agent`` is set.
    """

    sip_call_id: str
    dialled: str
    number: str
    name: str
    trunk: str | None
    agent: str | None
    source: str
    at: float

    @classmethod
    def of_ours(cls, line: str, number: str, name: str, trunk: str | None, at: float) -> Self:
        """Of a call that we make to somebody, showing the number of ``line``: it has not come."""
        return cls(
            sip_call_id="",
            dialled=line,
            number=number,
            name=name,
            trunk=trunk,
            agent=None,
            source="",
            at=at,
        )
