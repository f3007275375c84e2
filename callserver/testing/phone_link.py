"""The controlling end of a phone's process: orders down, reports up, and its death told to all."""

import asyncio
import contextlib
import itertools
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from callserver.testing import phone_words as words
from callserver.testing.watch import Watch

_WAKE = b"\r\n\r\n"
_START_S = 10.0
_CLOSE_S = 3.0
_LINE_BYTES = 1 << 20
_REPORTS = msgspec.json.Decoder(words.Report)


class PhoneError(Exception):
    """The phone could not do what it was asked; the message says why."""


class PhoneDied(PhoneError):
    """The phone's process is gone; its ``.stderr`` file in ``log_dir`` may tell more."""


class PhoneLink:
    """One process. ``watch`` is told of every report; ``error`` is set when the process is gone."""

    def __init__(
        self,
        setup: words.Setup,
        process: asyncio.subprocess.Process,
        take: Callable[[words.Report], None],
    ) -> None:
        self.name = setup.name
        self.pid = process.pid
        self.port = 0
        self.watch = Watch()
        self.error: PhoneDied | None = None
        self._host = setup.host
        self._process = process
        self._take = take
        self._wake = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._wake.setblocking(False)
        self._wake_port = 0
        self._numbers = itertools.count(1)
        self._done: dict[int, str] = {}
        self._reader = asyncio.create_task(self._read(), name=f"phone.{self.name}.read")

    @classmethod
    async def start(cls, setup: words.Setup, take: Callable[[words.Report], None]) -> "PhoneLink":
        """The process, listening. ``take`` gets all its reports about registration and calls, and
        is called before ``watch`` is told. Raises :class:`PhoneDied`."""
        with _stderr(setup) as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "callserver.testing.phone_process",
                msgspec.json.encode(setup).decode(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                limit=_LINE_BYTES,
            )
        link = cls(setup, process, take)
        try:
            await link.watch.until(f"phone {setup.name} is up", lambda: link.port, _START_S)
        except BaseException:
            await link.kill()
            raise
        return link

    def tell(self, order: words.Order) -> int:
        """Send an order without waiting for what becomes of it; its number."""
        if self.error is not None:
            raise self.error
        number = next(self._numbers)
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(words.Numbered(number, order)) + b"\n")
        if self._wake_port:
            self._wake.sendto(_WAKE, (self._host, self._wake_port))
        return number

    async def order(self, order: words.Order) -> None:
        """Have the process do something. Raises :class:`PhoneError` with its reason, or
        :class:`PhoneDied`."""
        number = self.tell(order)
        await self.watch.until(
            f"phone {self.name} obeys {type(order).__name__}",
            lambda: number in self._done,
            _START_S,
        )
        if error := self._done.pop(number):
            raise PhoneError(f"phone {self.name}: {type(order).__name__}: {error}")

    async def close(self) -> None:
        """Have it hang up, unregister and end; at the latest after 3 s."""
        if self.error is None:
            self.tell(words.Close())
        await self._gone()

    async def kill(self, sig: int = signal.SIGKILL) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(sig)
        await self._gone()

    async def _gone(self) -> None:
        try:
            async with asyncio.timeout(_CLOSE_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reader
        self._wake.close()
        if self._process.stdin is not None:
            self._process.stdin.close()
            with contextlib.suppress(ConnectionError):
                await self._process.stdin.wait_closed()

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            report = _REPORTS.decode(line)
            match report:
                case words.Ready():
                    self._wake_port, self.port = report.wake_port, report.port
                case words.Done():
                    self._done[report.id] = report.error
                case _:
                    self._take(report)
            self.watch.changed()
        status = await self._process.wait()
        self.error = PhoneDied(f"phone {self.name} (pid {self.pid}) ended with {status}")
        self.watch.fail(self.error)


def _stderr(setup: words.Setup) -> BinaryIO:
    if not setup.log_dir:
        return Path(os.devnull).open("wb")
    folder = Path(setup.log_dir)
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / f"phone-{setup.name}.stderr").open("wb")
