"""What is wrong with a SIP message, in the words of the answer it gets."""

from __future__ import annotations

from sipmessage import Headers


class SipError(Exception):
    """A message that cannot be served. ``code`` and ``phrase`` are the answer. ``headers`` are the
    request's, when enough of them was readable to answer it; None: it has to be dropped.
    ``extra`` are header fields the answer must carry. Cure: the peer has to mend its message."""

    def __init__(
        self,
        code: int,
        phrase: str,
        headers: Headers | None = None,
        extra: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(f"{code} {phrase}")
        self.code = code
        self.phrase = phrase
        self.headers = headers
        self.extra = extra
