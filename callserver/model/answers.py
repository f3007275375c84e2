"""Answers that are kept, so that a request that is sent again is not carried out again."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a request came to. ``status`` 0: nothing yet. ``request`` is a digest of it; ``secret``:
    its body was shown once, and is not kept."""

    request: str
    status: int = 0
    location: str = ""
    body: str = ""
    secret: bool = False


class AnswerStore(Protocol):
    """Where they are, by key. Every method may raise ``StoreError``."""

    async def begin(self, key: str, request: str, now: float) -> KeptAnswer | None:
        """None: it is new, and in progress from now on; else what is known of it. Those from more
        than a day ago are forgotten."""
        ...

    async def keep(self, key: str, answer: KeptAnswer) -> None:
        """It came to this."""
        ...

    async def drop(self, key: str) -> None:
        """Nothing was done: it may be sent again."""
        ...
