"""Phones whose connection is gone: where they are now.

A phone on TCP or TLS that lost its connection (the network changed, we were restarted) registers
again over a new one. What is still to be said to it in a running call then goes there.
"""

from collections import OrderedDict
from collections.abc import Iterable

from callserver.model.people import Binding

MAX_REMEMBERED = 2000


class Moved:
    """Bindings by the hop that leads nowhere now; the oldest are forgotten."""

    def __init__(self) -> None:
        self._lost: OrderedDict[str, Binding] = OrderedDict()

    def note(self, binding: Binding) -> None:
        """This phone is no longer there."""
        self._lost[binding.hop] = binding
        self._lost.move_to_end(binding.hop)
        if len(self._lost) > MAX_REMEMBERED:
            self._lost.popitem(last=False)

    def phone(self, hop: str) -> Binding | None:
        """Who was reached there."""
        return self._lost.get(hop)


def same_phone(old: Binding, candidates: Iterable[Binding]) -> Binding | None:
    """The binding that is the same phone: the series of its REGISTERs goes on (RFC 3261 section
    10.2.4), or its Contact is the same; else the only one of that agent which calls itself so."""
    others = [one for one in candidates if one.hop != old.hop]
    for one in others:
        if one.sip_call_id == old.sip_call_id or one.contact == old.contact:
            return one
    alike = [one for one in others if one.user_agent and one.user_agent == old.user_agent]
    return alike[0] if len(alike) == 1 else None
