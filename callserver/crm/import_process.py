"""An import as a process of its own: 100,000 rows take half a minute of a core, and the loop here
carries calls."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from callserver import log
from callserver.model.errors import ImportBroken
from callserver.model.imports import Report, Told, Wish

LONGEST_REPORT: Final = 1 << 20
_LAST_WORDS: Final = 4000

_log = log.get("imports")


@dataclass(frozen=True, slots=True)
class Job:
    """What the process is told: where the table is, where mistakes go, and where contacts live.
    It goes over a pipe, since that of a database needs a password."""

    wish: Wish
    table: str
    mistakes: str
    store_url: str
    country: str
    store_password: str | None = None


class ImportProcess:
    """Runs imports for the database at ``store_url``; numbers without a country code are of
    ``country``."""

    def __init__(self, store_url: str, country: str, store_password: str | None = None) -> None:
        self._store = store_url, country, store_password

    async def __call__(self, wish: Wish, table: Path, mistakes: Path, told: Told) -> None:
        """As ``model.imports.Run`` says. Raises ``ImportBroken`` and ``OSError``."""
        job = Job(wish, str(table), str(mistakes), *self._store)
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "callserver.cli.importer"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LONGEST_REPORT,
        )
        words: asyncio.Task[bytes] | None = None
        try:
            if child.stdin is None or child.stdout is None or child.stderr is None:
                raise ImportBroken("it has no pipes")
            words = asyncio.create_task(_last(child.stderr), name="imports.words")
            child.stdin.write(msgspec.json.encode(job))
            child.stdin.close()
            async for line in child.stdout:
                told(msgspec.json.decode(line, type=Report))
            if status := await child.wait():
                said = (await words).decode(errors="replace")
                _log.error("import_broke", status=status, said=said)
                raise ImportBroken(f"its process ended with {status}; the log has more")
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
            if words is not None:
                words.cancel()


async def _last(stream: asyncio.StreamReader) -> bytes:
    """The end of what it says, however much that is: it must not stand still for us."""
    end = b""
    while piece := await stream.read(_LAST_WORDS):
        end = (end + piece)[-_LAST_WORDS:]
    return end
