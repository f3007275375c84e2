"""Facts about what people did to a queue by hand (see ``facts``); who did it stands in the audit
log."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PriorityChanged:
    """A waiting caller has another priority."""

    call: str
    at: float
    queue: str
    priority: int


@dataclass(frozen=True, slots=True)
class PlaceChanged:
    """A waiting caller was put at this position; ``rank`` and ``moment`` sort them now, as class of
    priority and time would."""

    call: str
    at: float
    queue: str
    position: int
    rank: float
    moment: float


@dataclass(frozen=True, slots=True)
class CallerPicked:
    """An agent was given a waiting caller out of turn."""

    call: str
    at: float
    queue: str
    agent: str


@dataclass(frozen=True, slots=True)
class CallerMoved:
    """A waiting caller goes to another queue, with the time waited."""

    call: str
    at: float
    queue: str
    to: str


@dataclass(frozen=True, slots=True)
class QueueClosed:
    """A queue takes nobody any more. ``by_hand``: somebody said so; else its hours are over."""

    queue: str
    at: float
    by_hand: bool


@dataclass(frozen=True, slots=True)
class QueueOpened:
    """A queue takes callers again."""

    queue: str
    at: float
    by_hand: bool


QueueFact = PriorityChanged | PlaceChanged | CallerPicked | CallerMoved | QueueClosed | QueueOpened
