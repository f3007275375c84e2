"""A PostgreSQL of its own: a cluster in a folder of its own, that nobody else uses.

::

    with Postgres() as server:
        server.create("calls")
        store = SqlStore(server.url("calls"))

It never touches the cluster of Debian's package. Nothing in it is safe from a power cut (no fsync),
which makes it quick: a database from a template takes 15 ms. Through the socket in its folder it
asks for no password; over TCP it does, as the ones in production do.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from callserver.testing.ports import free_port
from callserver.testing.watch import PATIENCE_S

ROLE: Final = "callserver"
"""Whose the databases are: a role that may do nothing else, like the one in production."""
PASSWORD: Final = "s3cret and long"
_ADMIN: Final = "admin"
_SYSTEM_USER: Final = "postgres"
_PLACES: Final = Path("/usr/lib/postgresql")  # Debian has it there, by version, and not in PATH
_DIE_WITH_PARENT: Final = ("setpriv", "--pdeathsig", "INT")
_PAUSE_S: Final = 0.02
_ACCESS: Final = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
_SETTINGS: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
}


class PostgresError(RuntimeError):
    """PostgreSQL is missing or did not start; the text tells why."""


def programs() -> Path:
    """The folder of the newest ``postgres`` here. Raises :class:`PostgresError`."""
    found = [path.parent for path in _PLACES.glob("*/bin/postgres")]
    if found:
        return max(found, key=lambda path: [int(n) for n in re.findall(r"\d+", path.parent.name)])
    if (here := shutil.which("postgres")) is not None:
        return Path(here).resolve().parent
    raise PostgresError("there is no PostgreSQL here. On Debian: apt-get install postgresql")


class Postgres:
    """Made by the constructor, started by :meth:`start`; :meth:`stop` and :meth:`start` again are a
    database that goes away and comes back. It ends with this process, whatever ends that."""

    def __init__(self) -> None:
        self._programs = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="callserver-pg-"))  # short: a socket lies in it
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._become = list(_DIE_WITH_PARENT)
        if os.getuid() == 0:  # PostgreSQL refuses to be root
            entry = pwd.getpwnam(_SYSTEM_USER)
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            self._become += [f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
        self._data = self.folder / "data"

    def start(self) -> None:
        """Until it takes connections."""
        new = not self._data.exists()
        if new:
            self._make()
        settings = {**_SETTINGS, "port": str(self.port), "unix_socket_directories": self.folder}
        options = [f"--{name}={value}" for name, value in settings.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - a program of the system, our values
                [*self._become, self._programs / "postgres", "-D", self._data, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._wait()
        if new:
            self.run(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")

    def stop(self) -> None:
        """At once, as far as clients can tell: their connections are cut."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(PATIENCE_S)
            self._process = None

    def close(self) -> None:
        """Stop, and take the folder away."""
        self.stop()
        shutil.rmtree(self.folder)

    def url(self, database: str, *, tcp: bool = False) -> str:
        """What goes into ``store.url``; ``tcp``: with a password, see :data:`PASSWORD`."""
        if tcp:
            return f"postgresql+asyncpg://{ROLE}@127.0.0.1:{self.port}/{database}"
        return f"postgresql+asyncpg://{ROLE}@/{database}?host={self.folder}&port={self.port}"

    def create(self, database: str, template: str = "template0", options: str = "") -> None:
        """A new database, in the place of one of this name: a copy of another one to which nobody
        is connected."""
        how = f"OWNER {ROLE} TEMPLATE {template} STRATEGY file_copy {options}"
        self.run(
            f"DROP DATABASE IF EXISTS {database} WITH (FORCE)",
            f"CREATE DATABASE {database} {how}",
        )

    def run(self, *statements: str, database: str = "postgres") -> str:
        """What these statements give, a line for each row, with ``|`` between columns."""
        command: list[Path | str] = [self._programs / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1"]
        command += ["-d", database, "-h", self.folder, "-p", str(self.port), "-U", _ADMIN]
        command += [f"--command={each}" for each in statements]
        return self._outcome(command)

    def _make(self) -> None:
        command: list[Path | str] = [
            *self._become,
            self._programs / "initdb",
            "-D",
            self._data,
            "-U",
            _ADMIN,
        ]
        command += ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._outcome(command)
        (self._data / "pg_hba.conf").write_text(_ACCESS)

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        ready: list[Path | str] = [self._programs / "pg_isready", "-q", "-h", self.folder]
        ready += ["-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode:  # noqa: S603 - our own words
            if self._process is None or self._process.poll() is not None:
                raise PostgresError(f"PostgreSQL ended at once: {self._said()}")
            if time.monotonic() > deadline:
                raise PostgresError(f"PostgreSQL does not answer: {self._said()}")
            time.sleep(_PAUSE_S)

    def _said(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-2000:]

    def _outcome(self, command: Sequence[Path | str]) -> str:
        done = subprocess.run(  # noqa: S603 - our own words
            command, check=False, capture_output=True, text=True, cwd=self.folder
        )
        if done.returncode:
            raise PostgresError(done.stderr.strip()[-2000:])
        return done.stdout.strip()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
