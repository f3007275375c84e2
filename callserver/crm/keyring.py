"""The secrets of webhooks: none is stored. Each is made again, whenever something is signed, of a
random salt that stands in the database and of the key in a file that only this server can read.

So neither a backup of the database nor the key file alone lets anybody sign. A file that was lost
or exchanged is noticed: every salt carries the seal of the file it was made with.
"""

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Final

from callserver.keyfile import KeyFile
from callserver.model.errors import NotAllowed
from callserver.model.hooks import HookKey, Subscription

_MADE: Final = b"callserver webhook secret v1\0"
_SEAL: Final = b"callserver webhook seal v1\0"


class Keyring:
    """With the key in ``file``."""

    def __init__(self, file: Path) -> None:
        self._file = KeyFile(file)

    def new(self) -> HookKey:
        """A new salt. Raises ``ConfigError``: the file cannot be read or made."""
        return HookKey(secrets.token_hex(16), self._seal())

    def secret(self, subscription: str, key: HookKey) -> bytes:
        """What signs. Raises ``NotAllowed`` when it was made with another file."""
        if not hmac.compare_digest(key.seal, self._seal()):
            raise NotAllowed(
                f"{self._file.path} is not the key file this secret was made with; put it back, or "
                "give the receiver a new secret: "
                f"`callserver webhook rotate {subscription} --at-once`"
            )
        content = _MADE + f"{subscription}\0{key.salt}".encode()
        return hmac.digest(self._file.key(), content, hashlib.sha256)

    def secrets(self, subscription: Subscription, now: float) -> list[bytes]:
        """All that are in use, the newest first."""
        alive = (key for key in subscription.keys if key.until is None or key.until > now)
        return [self.secret(subscription.id, key) for key in alive]

    def _seal(self) -> str:
        return hmac.digest(self._file.key(), _SEAL, hashlib.sha256).hex()[:16]
