"""What somebody who is known changes (pure): whether they are refused, how they are spoken to,
where they stand in a queue."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, get_args

from callserver.config.lookup import Lookup
from callserver.config.speech import Language
from callserver.model.call import Phase
from callserver.model.connectors import Found
from callserver.model.flow import Value
from callserver.model.ticket import Ticket

STORE: Final = "store"
"""The source of what our own contacts say."""
BLOCKED: Final[Mapping[str, Value]] = {"blocked": True}
REFUSABLE: Final = frozenset({Phase.ARRIVING, Phase.FLOW, Phase.QUEUED, Phase.RINGING})


def fields(found: Found) -> dict[str, Value]:
    """As flows read them (``caller.contact.<field>``)."""
    own: dict[str, Value] = {"owner": found.owner} if found.owner else {}
    return {**found.fields, **own, **(BLOCKED if found.blocked else {})}


def refused(known: Mapping[str, Value], phase: Phase, options: Lookup) -> bool:
    """Whether the call ends here. Nobody is cut off who talks with somebody already."""
    return options.refuse_blocked and known.get("blocked") is True and phase in REFUSABLE


def language(known: Mapping[str, Value], options: Lookup) -> str | None:
    """The one the flow begins in; None: that of the line."""
    wanted = str(known.get("language") or "")
    return wanted if options.speak and wanted in get_args(Language) else None


def place(
    known: Mapping[str, Value], options: Lookup, priority: int, ticket: Ticket
) -> tuple[int, Ticket]:
    """Their priority and ticket in a queue, where the step says nothing else."""
    if known.get("vip") is True:
        priority += options.vip_priority
    owner = str(known.get("owner") or "")
    if options.owner_first and owner and not ticket.agent:
        ticket = replace(ticket, agent=owner)
    return priority, ticket
