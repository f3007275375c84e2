"""The scanners that nearly everybody on the internet uses, from Debian's package ``sipvicious``."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from callserver.testing.ports import free_port


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scanner said, its table of finds included."""

    out: str
    timed_out: bool


async def scan(
    tool: str, folder: Path, source: str, target: str, *arguments: str, within: float = 60.0
) -> Scan:
    """Run ``svmap``, ``svwar`` or ``svcrack`` from an address, and a port that no other scanner of
    this machine has, against ``host:port``. It is stopped after ``within`` seconds: where nobody
    answers, some would go on for long."""
    host, _, port = target.partition(":")
    home = folder / "home"
    home.mkdir(exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        *(tool, "-b", source, "-x", source, "-P", str(free_port()), "-p", port, "-t", "0.005"),
        *(*arguments, host),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
        env={**os.environ, "HOME": str(home)},
    )
    timed_out = False
    try:
        async with asyncio.timeout(within):
            out, _ = await process.communicate()
    except TimeoutError:
        timed_out = True
        process.kill()
        out, _ = await process.communicate()
    return Scan(out.decode(errors="replace"), timed_out)
