"""Mail to people, as the rooms that write it and the one that sends it know it."""

from dataclasses import dataclass
from typing import Final, Protocol

from callserver.model.hooks import Answer

TOO_LARGE: Final = 552
"""The server's word for a mail that is longer than it takes (RFC 5321 section 4.2.3)."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside the text. ``kind`` is its media type."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one address. ``id`` makes its Message-ID: whoever gets it twice can know. ``at``
    is seconds since 1970."""

    id: str
    to: str
    at: float
    subject: str
    text: str
    language: str = ""
    attachment: Attachment | None = None


class Postman(Protocol):
    """Who brings mail to its server."""

    async def bring(self, letter: Letter) -> Answer:
        """Bring it, once; the status is the code of SMTP (RFC 5321 section 4.2). Raises
        ``OutsideError`` when the server took nothing from us, with the cure."""
        ...
