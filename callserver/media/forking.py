"""The forker's life, seen from the controller: started, watched, started again when it dies."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from callserver import log
from callserver.media import control, wire

_log = log.get("media")

FIRST_PAUSE_S = 0.1
LAST_PAUSE_S = 5.0
STEADY_S = 10.0
STOP_S = 2.0
REAP_S = 0.5

Exited = Callable[[str, int], None]


class ForkerProcess:
    """``path`` is the control socket. ``on_up`` is called when it is ready; ``on_exit`` with token
    and status of a worker that is gone, also for those it died before forking."""

    def __init__(self, path: Path, on_up: Callable[[], None], on_exit: Exited) -> None:
        self.up = asyncio.Event()
        self._path = path
        self._on_up = on_up
        self._on_exit = on_exit
        self._process: asyncio.subprocess.Process | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._asked: set[str] = set()
        self._jobs: dict[str, tuple[wire.MakeRecording, asyncio.Future[wire.RecordingDone]]] = {}

    @property
    def connected(self) -> bool:
        return self._transport is not None

    @property
    def pid(self) -> int:
        """Its process id; 0 when there is none."""
        return self._process.pid if self._process is not None else 0

    async def keep_alive(self) -> None:
        """Start it, and again whenever it dies, ever later when it does not stay. Ends when
        cancelled."""
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE_S
        while True:
            started = loop.time()
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "callserver.media.forker",
                "--socket",
                str(self._path),
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
            status = await self._process.wait()
            self._process = None
            _log.error("forker_died", status=status)
            pause = FIRST_PAUSE_S if loop.time() - started > STEADY_S else pause
            await asyncio.sleep(pause)
            pause = min(pause * 2, LAST_PAUSE_S)

    async def stop(self) -> None:
        """Ask it to leave; it stays as long as it has workers, so then it is cut off."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    def send(self, message: wire.ForkWorker) -> None:
        """Only while connected."""
        if self._transport is not None:
            self._asked.add(message.spec.token)
            self._transport.write(wire.encode(message))

    async def make_recording(self, job: wire.MakeRecording) -> wire.RecordingDone:
        """Sent again to the next forker when this one dies: making it twice does no harm."""
        done: asyncio.Future[wire.RecordingDone] = asyncio.get_running_loop().create_future()
        self._jobs[job.call] = (job, done)
        try:
            if self._transport is not None:
                self._transport.write(wire.encode(job))
            return await done
        finally:
            self._jobs.pop(job.call, None)

    # -- its connection

    def greet(self, hello: wire.Hello, transport: asyncio.WriteTransport) -> control.Guest:
        """The forker we started is the one that forks; one that an earlier controller left behind
        only reports."""
        if hello.pid == self.pid:
            self._transport = transport
            for job, _ in self._jobs.values():
                transport.write(wire.encode(job))
            self.up.set()
            self._on_up()
        else:
            _log.info("earlier_forker_came_back", pid=hello.pid)
            transport.write(wire.encode(wire.Retire()))
            return _Earlier(self, hello.pid)
        return _Guest(self, transport)

    def heard(self, message: wire.Message) -> None:
        if isinstance(message, wire.WorkerExited):
            self._asked.discard(message.token)
            self._on_exit(message.token, message.status)
        elif isinstance(message, wire.RecordingDone) and message.call in self._jobs:
            done = self._jobs[message.call][1]
            if not done.done():
                done.set_result(message)

    def born(self, token: str) -> None:
        """This worker lives, whatever becomes of the forker."""
        self._asked.discard(token)

    def left(self, transport: asyncio.WriteTransport) -> None:
        if transport is not self._transport:
            return
        self._transport = None
        self.up.clear()
        asked, self._asked = self._asked, set()
        for token in asked:
            self._on_exit(token, -1)


class _Guest:
    def __init__(self, forker: ForkerProcess, transport: asyncio.WriteTransport) -> None:
        self._forker = forker
        self._transport = transport

    def heard(self, message: wire.Message) -> None:
        self._forker.heard(message)

    def left(self) -> None:
        self._forker.left(self._transport)


class _Earlier:
    """A forker that an earlier controller started. After an upgrade (same process, new program) it
    is our child without the loop knowing it."""

    def __init__(self, forker: ForkerProcess, pid: int) -> None:
        self._forker = forker
        self._pid = pid

    def heard(self, message: wire.Message) -> None:
        self._forker.heard(message)

    def left(self) -> None:
        asyncio.get_running_loop().call_later(REAP_S, self._reap)

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, os.WNOHANG)
