"""The database of a server that nobody has used yet: it is made once in a process, by the command
that people use, and copied for every server after the first."""

from pathlib import Path
from typing import ClassVar

_OWNER_ONLY = 0o600


class Blank:
    """One for all servers of this process: the file, and the secret of the token in it."""

    _made: ClassVar[tuple[bytes, str] | None] = None

    @classmethod
    def copy(cls, database: Path) -> str | None:
        """Put the file there; the secret. None: none was made before."""
        if cls._made is None:
            return None
        content, secret = cls._made
        database.touch(_OWNER_ONLY)
        database.write_bytes(content)
        return secret

    @classmethod
    def keep(cls, database: Path, secret: str) -> None:
        """For the servers to come, if all of it is in the file and nobody has it open."""
        if not Path(f"{database}-wal").exists():
            cls._made = database.read_bytes(), secret
