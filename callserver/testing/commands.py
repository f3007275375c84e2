"""How a ``callserver`` command becomes a process: a fresh interpreter, as people start it.

Whoever starts hundreds of servers may set another :class:`Commands` (``Rig.commands``).
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class Command:
    """``callserver ARGUMENTS`` in a folder. The files are its standard input, output and error;
    ``stdin`` None is an empty one."""

    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    stdout: BinaryIO
    stderr: BinaryIO
    stdin: BinaryIO | None = None


class Running(Protocol):
    """What a rig needs of ``asyncio.subprocess.Process``."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    async def wait(self) -> int: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


class Commands(Protocol):
    async def start(self, command: Command) -> Running:
        """Returns when the process is there. Raises ``OSError`` when there can be none."""


class FreshInterpreter:
    """``python -m callserver …``."""

    async def start(self, command: Command) -> Running:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "callserver", *command.arguments),
            stdin=command.stdin or asyncio.subprocess.DEVNULL,
            stdout=command.stdout,
            stderr=command.stderr,
            cwd=command.folder,
            env=dict(command.environment),
        )
