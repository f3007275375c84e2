"""Servers and commands without the second that a fresh interpreter needs for its imports: they are
forked from one process that has done these (``hatching``). Otherwise they are what
``python -m callserver …`` makes: processes with a folder, an environment and files of their own.
"""

import asyncio
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from callserver.testing.commands import Command, Running

PRELOADED = ("callserver.cli", "callserver.app")


class Hatched:
    """Implements ``Running``. ``line`` tells the pid and, later, the exit status."""

    def __init__(self, line: socket.socket, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._handle = os.pidfd_open(pid)
        self._end = asyncio.create_task(self._watch(line), name=f"hatched.{pid}")

    async def wait(self) -> int:
        return await asyncio.shield(self._end)

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        if self.returncode is None:
            signal.pidfd_send_signal(self._handle, number)

    async def _watch(self, line: socket.socket) -> int:
        try:
            self.returncode = await hear(line)
        finally:
            os.close(self._handle)
            line.close()
        return self.returncode


class Hatchery:
    """Implements ``Commands``. The process starts with the first command and ends with this one."""

    def __init__(self) -> None:
        self._requests: socket.socket | None = None

    async def start(self, command: Command) -> Running:
        if self._requests is None:
            self._requests = self._open()
        request = {
            "arguments": list(command.arguments),
            "folder": str(command.folder),
            "environment": dict(command.environment),
        }
        line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        line.setblocking(False)
        nothing = os.open(os.devnull, os.O_RDONLY)
        with theirs:
            files = (theirs, command.stdin, command.stdout, command.stderr)
            numbers = [nothing if file is None else file.fileno() for file in files]
            socket.send_fds(self._requests, [json.dumps(request).encode()], numbers)
        os.close(nothing)
        try:
            return Hatched(line, await hear(line))
        except BaseException:
            line.close()
            raise

    def _open(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        program = Path(__file__).with_name("hatching.py")
        with theirs:
            number = theirs.fileno()
            process = subprocess.Popen(  # noqa: S603 - a file beside this one
                [sys.executable, "-P", str(program), str(number), *PRELOADED],
                stdin=subprocess.DEVNULL,
                pass_fds=[number],
            )

        def close() -> None:
            ours.close()
            process.wait()

        atexit.register(close)
        return ours


async def hear(line: socket.socket) -> int:
    """The next number from the line. Raises ``OSError`` when there is nobody any more."""
    told = await asyncio.get_running_loop().sock_recv(line, 64)
    if not told:
        raise OSError("the hatchery is gone")
    return int(told)
