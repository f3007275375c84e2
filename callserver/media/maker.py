"""The maker of stereo files: one child of the forker, started with the first recording.

It is a process of its own, so that a broken file harms no call, and only it imports pydub: that
brings ``threading``, whose hook after a fork would cost every worker 0.4 MB. One file at a time.
"""

import contextlib
import os
import socket
import sys
from collections import deque
from collections.abc import Callable
from typing import NoReturn

from callserver.media import wire
from callserver.media.title import MAKER, be_called

NICE = 10  # the sound of running calls goes first
_READ_BYTES = 65536


class Maker:
    """The forker's side. ``answer`` takes each ``RecordingDone``; ``become_child`` closes, in the
    child, what belongs to the forker."""

    def __init__(
        self, answer: Callable[[wire.RecordingDone], None], become_child: Callable[[], None]
    ) -> None:
        self._answer = answer
        self._become_child = become_child
        self._jobs: deque[wire.MakeRecording] = deque()
        self._pid = 0
        self._socket: socket.socket | None = None
        self._decoder = wire.Decoder()

    @property
    def busy(self) -> bool:
        return bool(self._jobs)

    @property
    def socket(self) -> socket.socket | None:
        """What to wait on for answers."""
        return self._socket

    def make(self, job: wire.MakeRecording) -> None:
        self._jobs.append(job)
        if len(self._jobs) == 1:
            self._next()

    def read(self) -> None:
        """An answer came."""
        data = b""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                data = self._socket.recv(_READ_BYTES)
        for message in self._decoder.feed(data):
            if isinstance(message, wire.RecordingDone) and self._jobs:
                self._jobs.popleft()
                self._answer(message)
                self._next()
        if not data:
            self.close()

    def exited(self, pid: int, status: int) -> None:
        """A child is gone; if it was the maker, its file is not made and the next one begins."""
        if pid != self._pid:
            return
        self._pid = 0
        if self._socket is not None:
            self.read()
        self.close()
        if self._jobs:
            job = self._jobs.popleft()
            self._answer(wire.not_made(job, f"its maker died ({status})"))
            self._next()

    def close(self) -> None:
        """Let the maker go; it leaves when it has nothing to do."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _next(self) -> None:
        if not self._jobs:
            return
        if not self._pid:
            self._fork()
        if self._socket is not None:
            with contextlib.suppress(OSError):  # it just died; its exit is reported next
                self._socket.sendall(wire.encode(self._jobs[0]))

    def _fork(self) -> None:
        ours, theirs = socket.socketpair()
        self._decoder = wire.Decoder()
        pid = os.fork()
        if pid == 0:
            try:
                be_called(MAKER)
                ours.close()
                self._become_child()
                _work(theirs)
            except BaseException as error:  # noqa: BLE001 - a child never returns into the forker
                print(f"maker: {error!r}", file=sys.stderr)  # noqa: T201
                sys.stderr.flush()
            finally:
                os._exit(1)
        theirs.close()
        self._pid, self._socket = pid, ours


def _work(connection: socket.socket) -> NoReturn:
    from callserver.recording.make import make_recording

    os.nice(NICE)
    decoder = wire.Decoder()
    while data := connection.recv(_READ_BYTES):
        for message in decoder.feed(data):
            if isinstance(message, wire.MakeRecording):
                connection.sendall(wire.encode(make_recording(message)))
    os._exit(0)
