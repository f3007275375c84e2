"""The two secrets of `/call-me`: a token lets a form be sent once, a key opens a request."""

import base64
import hashlib
import hmac
import secrets
from typing import Final

from callserver.keyfile import KeyFile

MOST: Final = 100_000
"""Forms of which is known that they were sent; more than the limits let through in their time."""

_REQUEST: Final = b"callserver call-me request v1\0"
_MAC_BYTES: Final = 16


class Forms:
    """Tokens of forms: signed, for ``good_s``, and good once. The key lives as long as the process:
    after a restart a page fetches another token."""

    def __init__(self, good_s: float) -> None:
        self._good_s = good_s
        self._key = secrets.token_bytes(32)
        self._sent: dict[str, float] = {}

    def new(self, now: float) -> tuple[str, float]:
        """A token, and until when it is good."""
        until = now + self._good_s
        content = f"{int(until)}.{secrets.token_urlsafe(12)}"
        return f"{content}.{_mac(self._key, content.encode())}", until

    def spend(self, token: str, now: float) -> bool:
        """Whether this form may be sent; it may not again."""
        content, _, mac = token.rpartition(".")
        if not hmac.compare_digest(_mac(self._key, _bytes(content)).encode(), _bytes(mac)):
            return False
        until = float(content.partition(".")[0])  # it was us who wrote it
        if until <= now or content in self._sent:
            return False
        if len(self._sent) >= MOST:
            self._sent = {one: end for one, end in self._sent.items() if end > now}
        if len(self._sent) >= MOST:
            return False
        self._sent[content] = until
        return True


class Keys:
    """What proves that whoever names a request is the one who made it."""

    def __init__(self, file: KeyFile) -> None:
        self._file = file

    def of(self, request: str) -> str:
        """For whoever asked. Raises ``ConfigError``."""
        return _mac(self._file.key(), _REQUEST + _bytes(request))

    def opens(self, request: str, key: str) -> bool:
        """Whether this is the key to it. Raises ``ConfigError``."""
        return hmac.compare_digest(_bytes(self.of(request)), _bytes(key))


def _mac(key: bytes, content: bytes) -> str:
    digest = hmac.digest(key, content, hashlib.sha256)[:_MAC_BYTES]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
