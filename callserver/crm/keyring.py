"""The secrets of webhooks: none is stored. Each is made again, whenever something is signed, of a
random salt that stands in the database and of the key in a file that only this server can read.

So neither a backup of the database nor the key file alone lets anybody sign. A file that was lost
or exchanged is noticed: every salt carries the seal of the file it was made with.
"""

import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from callserver.model.errors import ConfigError, NotAllowed
from callserver.model.hooks import HookKey, Subscription

KEY_BYTES: Final = 32
_MADE: Final = b"callserver webhook secret v1\0"
_SEAL: Final = b"callserver webhook seal v1\0"


class Keyring:
    """The key in ``file``, made when it is needed first. Nodes that share a database share it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._key: bytes | None = None

    def new(self) -> HookKey:
        """A new salt. Raises ``ConfigError``: the file cannot be read or made."""
        return HookKey(secrets.token_hex(16), self._seal())

    def secret(self, subscription: str, key: HookKey) -> bytes:
        """What signs. Raises ``NotAllowed`` when it was made with another file."""
        if not hmac.compare_digest(key.seal, self._seal()):
            raise NotAllowed(
                f"{self._file} is not the key file this secret was made with; put it back, or give "
                f"the receiver a new secret: `callserver webhook rotate {subscription} --at-once`"
            )
        content = _MADE + f"{subscription}\0{key.salt}".encode()
        return hmac.digest(self._load(), content, hashlib.sha256)

    def secrets(self, subscription: Subscription, now: float) -> list[bytes]:
        """All that are in use, the newest first."""
        alive = (key for key in subscription.keys if key.until is None or key.until > now)
        return [self.secret(subscription.id, key) for key in alive]

    def _seal(self) -> str:
        return hmac.digest(self._load(), _SEAL, hashlib.sha256).hex()[:16]

    def _load(self) -> bytes:
        if self._key is None:
            try:
                self._key = self._read()
            except OSError as error:
                raise ConfigError(f"the key of the webhooks cannot be had: {error}") from error
        return self._key

    def _read(self) -> bytes:
        if not self._file.exists():
            self._make()
        if self._file.stat().st_mode & 0o077:
            raise ConfigError(f"{self._file}: others can read it; `chmod 600 {self._file}`")
        text = self._file.read_text(encoding="ascii", errors="replace").strip()
        try:
            key = bytes.fromhex(text)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise ConfigError(f"{self._file}: is no key; restore it from a backup, or delete it")
        return key

    def _make(self) -> None:
        """All of it or nothing, and never over another one: two processes may start at once."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fd, name = tempfile.mkstemp(dir=self._file.parent)  # readable by this user alone
        try:
            with os.fdopen(fd, "w") as file:
                file.write(secrets.token_hex(KEY_BYTES) + "\n")
                file.flush()
                os.fsync(fd)
            with suppress(FileExistsError):
                os.link(name, self._file)
        finally:
            Path(name).unlink()
