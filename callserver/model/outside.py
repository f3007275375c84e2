"""Asking other people's servers: what is asked, and who asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from callserver.model.flow import Value


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a destination of the configuration. ``path`` is appended to its address and is
    quoted already; ``query`` and ``body`` (JSON) or ``form`` (as browsers send one) are not.
    ``timeout_s`` counts for everything together: name, connection, answer and ``retries``."""

    destination: str
    method: Literal["GET", "POST"]
    path: str
    query: Mapping[str, Value] = field(default_factory=dict)
    body: Mapping[str, Value] | None = None
    timeout_s: float = 3.0
    retries: int = 1
    form: Mapping[str, str] | None = None


class Outside(Protocol):
    """Who asks."""

    async def ask(self, request: Request) -> Any:
        """The answer, as JSON. Raises ``OutsideError``, after ``timeout_s`` at the latest."""
        ...

    def tell(self, request: Request) -> None:
        """Send it when there is time, and again when it fails; returns at once, never fails."""
        ...
