"""The flows, for those who look and steer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FlowView:
    """One flow. ``version`` is what new calls get (None: it is in use nowhere), ``lines`` the
    numbers that begin with it, ``calls`` how many are in any version of it now, ``mistakes`` those
    of its file: while there are some, the last good version stays in use."""

    name: str
    version: str | None
    lines: tuple[str, ...]
    calls: int
    mistakes: tuple[str, ...]


class FlowShelf(Protocol):
    """All flows."""

    def flows(self) -> Sequence[FlowView]:
        """By name."""
        ...

    async def reload(self) -> None:
        """Read the files again; what is good and new is in use afterwards."""
        ...
