"""The file of an SQLite database, and whether it is still the one that was opened.

SQLite goes on writing into a file that somebody has deleted, and all of it is gone when the process
ends. So the file is looked at before every transaction (2 µs).
"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from callserver.model.errors import StoreError

WAL_WITHIN_S: Final = 2.0


class DatabaseFile:
    """One file by name; what stands there under that name may change."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._prepared: tuple[int, int] | None = None
        self._opened: tuple[int, int] | None = None

    def prepare(self) -> None:
        """Make folder and file, readable by this user alone: it holds the digests of the agents'
        passwords and the numbers of callers. Raises ``OSError``."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch(mode=0o600, exist_ok=True)
        if not self.path.stat().st_size:
            self._write_ahead()
        self._prepared = self._identity()

    def _write_ahead(self) -> None:
        """WAL from the first byte on: whoever turns it on while another does is told at once that
        the file is locked, however long it is ready to wait. What else is wrong with the file,
        the connection tells that works with it."""
        deadline = time.monotonic() + WAL_WITHIN_S
        while time.monotonic() < deadline:
            try:
                with closing(sqlite3.connect(self.path)) as connection:
                    connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.Error as error:
                if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
                    return
                time.sleep(0.01)
            else:
                return

    def opened(self) -> None:
        """What was there in :meth:`prepare` is what we work with, even if it is gone by now."""
        self._opened = self._prepared or (0, 0)

    def replaced(self) -> bool:
        """Whether another file stands there than was opened, or none."""
        return self._opened is not None and self._identity() != self._opened

    def sweep(self) -> None:
        """Take away what belongs to the file that is gone. SQLite would take the old log for that
        of the new file, and the memory that the two would share has room for one."""
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def _identity(self) -> tuple[int, int] | None:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(
                f"could not look at the database file {self.path}: {error}; make its folder "
                "readable for this user"
            ) from error
        return stat.st_dev, stat.st_ino
