"""Who sends an event to a destination, when it is no webhook: the connectors. Words only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from callserver.crm.manners import Said
from callserver.model.hooks import Attempt, Pending


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a try. ``verdict`` None: the status says it. ``known`` is what is remembered
    from now on, of the events of this key, whatever came of it."""

    attempt: Attempt
    retry_after: str = ""
    verdict: Said | None = None
    known: tuple[str, Mapping[str, str]] | None = None


class Sender(Protocol):
    """Of one destination."""

    async def send(self, event: Pending, body: str) -> Sent:
        """Send it, once; never fails. Raises ``StoreError``: what is known cannot be read."""
        ...
