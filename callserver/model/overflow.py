"""When a queue does not take or keep a caller, and what a caller is told while waiting."""

from dataclasses import dataclass
from enum import StrEnum


class Overflow(StrEnum):
    """Why a queue sends a caller on."""

    FULL = "full"
    EMPTY = "empty"  # nobody is there who could take the call
    CLOSED = "closed"
    TOO_LONG = "too_long"  # waited longer than the queue lets anybody wait


@dataclass(frozen=True, slots=True)
class Wait:
    """How long it will still take, in seconds: between ``low`` and ``high`` in four of five cases,
    ``likely`` in the middle."""

    low: float
    likely: float
    high: float


@dataclass(frozen=True, slots=True)
class Notice:
    """What a waiting caller is told: the place (1 is the head) and how long it will take, one of
    the queue's own ``message`` texts, and whether they are offered to be called back; each if it is
    time for it."""

    position: int | None = None
    wait: Wait | None = None
    message: str = ""
    callback: bool = False
