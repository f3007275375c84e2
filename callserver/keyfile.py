"""A key in a file that only this server can read, made when it is needed first. Nodes that share a
database share it."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from callserver.model.errors import ConfigError

KEY_BYTES: Final = 32


class KeyFile:
    """Read once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._key: bytes | None = None

    def key(self) -> bytes:
        """The key. Raises ``ConfigError``: the file cannot be read or made."""
        if self._key is None:
            try:
                self._key = self._read()
            except OSError as error:
                raise ConfigError(f"the key in {self.path} cannot be had: {error}") from error
        return self._key

    def _read(self) -> bytes:
        if not self.path.exists():
            self._make()
        if self.path.stat().st_mode & 0o077:
            raise ConfigError(f"{self.path}: others can read it; `chmod 600 {self.path}`")
        text = self.path.read_text(encoding="ascii", errors="replace").strip()
        try:
            key = bytes.fromhex(text)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise ConfigError(f"{self.path}: is no key; restore it from a backup, or delete it")
        return key

    def _make(self) -> None:
        """All of it or nothing, and never over another one: two processes may start at once."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fd, name = tempfile.mkstemp(dir=self.path.parent)  # readable by this user alone
        try:
            with os.fdopen(fd, "w") as file:
                file.write(secrets.token_hex(KEY_BYTES) + "\n")
                file.flush()
                os.fsync(fd)
            with suppress(FileExistsError):
                os.link(name, self.path)
        finally:
            Path(name).unlink()
