"""The forker: imports what a worker needs once, then forks one per call.

Single-threaded and never starts the SIP stack, so a fork is safe and costs milliseconds. It lives
in a session of its own and outlives the controller as long as there are workers. It also forks the
child that makes the stereo file of a recording.
"""

import argparse
import contextlib
import gc
import os
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass

from callserver.media import wire
from callserver.media.link import Link
from callserver.media.worker import loop as worker
from callserver.recording.make import failed, make_recording

# Without workers and without a controller it waits this long for the next one.
ABANDONED_S = 60.0
POLL_S = 1.0


@dataclass(slots=True)
class _Recording:
    job: wire.MakeRecording
    pipe: int
    answer: bytes = b""


class Forker:
    """``path`` is the controller's socket."""

    def __init__(self, path: str) -> None:
        self._link = Link(path, wire.Hello("forker", wire.VERSION, os.getpid()))
        self._workers: dict[int, str] = {}
        self._recordings: dict[int, _Recording] = {}
        self._wake, self._waker = socket.socketpair()
        self._stopping = False
        self._seen_at = time.monotonic()

    def run(self) -> None:
        """Until nobody needs it any more."""
        for end in (self._wake, self._waker):
            end.setblocking(False)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the controller's to hear
        gc.collect()
        gc.freeze()
        while not self._done():
            self._turn()

    def _stop(self, _signal: int, _frame: object) -> None:
        self._stopping = True

    def _done(self) -> bool:
        if self._workers or self._recordings:
            return False
        abandoned = time.monotonic() - self._seen_at > ABANDONED_S
        return abandoned or (self._stopping and (self._link.flushed or not self._link.connected))

    def _turn(self) -> None:
        now = time.monotonic()
        if self._link.connected:
            self._seen_at = now
        else:
            self._link.connect(now)
        wait: list[socket.socket | int] = [self._wake]
        if self._link.socket is not None:
            wait.append(self._link.socket)
        wait += [recording.pipe for recording in self._recordings.values()]
        ready, _, _ = select.select(wait, [], [], POLL_S if self._link.connected else 0.1)
        if self._wake in ready:
            with contextlib.suppress(BlockingIOError):
                self._wake.recv(4096)
        for pid, recording in self._recordings.items():
            if recording.pipe in ready:
                self._read(pid)
        if self._link.socket in ready:
            for message in self._link.read():
                self._carry_out(message)
        self._reap()
        self._link.flush()

    def _carry_out(self, message: wire.Message) -> None:
        if isinstance(message, wire.ForkWorker):
            self._fork_worker(message.spec)
        elif isinstance(message, wire.MakeRecording):
            self._fork_recording(message)

    def _fork_worker(self, spec: wire.WorkerSpec) -> None:
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                self._become_child()
                status = worker.run(spec)
            except BaseException as error:  # noqa: BLE001 - a child never returns into the forker
                print(f"worker {spec.token}: {error!r}", file=sys.stderr)  # noqa: T201
            finally:
                sys.stderr.flush()
                os._exit(status)
        self._workers[pid] = spec.token

    def _fork_recording(self, job: wire.MakeRecording) -> None:
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.close(reader)
                self._become_child()
                os.nice(10)  # sound of running calls goes first
                _write_all(writer, wire.encode(make_recording(job)))
                status = 0
            except BaseException as error:  # noqa: BLE001 - a child never returns into the forker
                print(f"recording {job.call}: {error!r}", file=sys.stderr)  # noqa: T201
            finally:
                sys.stderr.flush()
                os._exit(status)
        os.close(writer)
        os.set_blocking(reader, False)
        self._recordings[pid] = _Recording(job, reader)

    def _become_child(self) -> None:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        self._link.close()
        self._wake.close()
        self._waker.close()
        for recording in self._recordings.values():
            os.close(recording.pipe)

    def _read(self, pid: int) -> None:
        recording = self._recordings[pid]
        with contextlib.suppress(BlockingIOError):
            while data := os.read(recording.pipe, 65536):
                recording.answer += data

    def _reap(self) -> None:
        while self._workers or self._recordings:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            code = os.waitstatus_to_exitcode(status)
            if (token := self._workers.pop(pid, None)) is not None:
                self._link.send(wire.WorkerExited(token, pid, code))
            elif pid in self._recordings:
                self._recorded(pid, code)

    def _recorded(self, pid: int, code: int) -> None:
        self._read(pid)
        recording = self._recordings.pop(pid)
        os.close(recording.pipe)
        try:
            answers = wire.Decoder().feed(recording.answer)
        except wire.WireError:
            answers = []
        done = [answer for answer in answers if isinstance(answer, wire.RecordingDone)]
        self._link.send(done[0] if done else failed(recording.job, f"the maker died ({code})"))


def _write_all(pipe: int, data: bytes) -> None:
    while data:
        data = data[os.write(pipe, data) :]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", required=True, help="the controller's unix socket")
    arguments = parser.parse_args()
    os.dup2(2, 1)  # standard output belongs to the controller
    Forker(arguments.socket).run()


if __name__ == "__main__":
    main()
