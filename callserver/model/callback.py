"""Callers who are to be called back."""

from dataclasses import dataclass
from enum import StrEnum


class CallbackState(StrEnum):
    """How far it is."""

    OPEN = "open"
    MERGED = "merged"  # the same number waits for the same queue already, and got the better place


class CallbackWhy(StrEnum):
    """Where it comes from."""

    ASKED = "asked"
    FAULT = "fault"  # of ours, that cut them off


@dataclass(frozen=True, slots=True)
class Callback:
    """One request, of one call. ``at`` is when it came, ``entered_at`` the time that counts for
    the place."""

    call: str
    at: float
    number: str
    name: str
    line: str
    queue: str
    priority: int
    entered_at: float
    why: CallbackWhy
    state: CallbackState
