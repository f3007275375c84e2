"""Calls that somebody orders for an agent: click to call."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Order:
    """``agent`` shall talk with ``number`` (as one would dial it), who sees the number of ``line``
    (empty: that of the agent's queues, or of the house). ``call`` is a new id: whoever orders the
    call can say of it what they like before it begins. ``why`` is what they wrote, ``by`` is
    ``token:ID`` or ``connector:NAME``."""

    call: str
    agent: str
    number: str
    line: str
    why: str
    by: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """A call that goes now: ``number`` in E.164, ``name`` as the contacts know it, ``caller`` what
    they see of us."""

    call: str
    agent: str
    number: str
    name: str
    line: str
    caller: str


class OrderDesk(Protocol):
    """Who makes the calls."""

    async def call(self, order: Order) -> Ordered:
        """The agent's phones ring, then the number is dialled. Raises ``UnknownName``,
        ``NotAllowed`` (not signed in, on a call, not to be dialled) and ``NoWorker``."""
        ...
