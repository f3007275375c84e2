"""The forker: imports what a worker needs once, then forks one per call.

Single-threaded and never starts the SIP stack, so a fork is safe and costs milliseconds. It lives
in a session of its own and outlives the controller as long as there are workers. The stereo files
are made by its ``maker``.
"""

import argparse
import contextlib
import os
import select
import signal
import socket
import sys
import time
import traceback

from callserver.media import packing, wire
from callserver.media.link import Link
from callserver.media.maker import Maker
from callserver.media.title import FORKER, WORKER, be_called
from callserver.media.worker import loop as worker

# Without workers and without a controller it waits this long for the next one.
ABANDONED_S = 60.0
POLL_S = 1.0


class Forker:
    """``path`` is the controller's socket."""

    def __init__(self, path: str) -> None:
        self._link = Link(path, wire.Hello("forker", wire.VERSION, os.getpid()))
        self._workers: dict[int, str] = {}
        self._maker = Maker(self._link.send, self._become_child)
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
        packing.pack()
        while not self._done():
            self._turn()

    def _stop(self, _signal: int, _frame: object) -> None:
        self._stopping = True

    def _done(self) -> bool:
        if self._workers or self._maker.busy:
            return False
        abandoned = time.monotonic() - self._seen_at > ABANDONED_S
        return abandoned or (self._stopping and (self._link.flushed or not self._link.connected))

    def _turn(self) -> None:
        now = time.monotonic()
        if self._link.connected:
            self._seen_at = now
        else:
            self._link.connect(now)
        wait = [self._wake]
        if self._link.socket is not None:
            wait.append(self._link.socket)
        if self._maker.socket is not None:
            wait.append(self._maker.socket)
        ready, _, _ = select.select(wait, [], [], POLL_S if self._link.connected else 0.1)
        if self._wake in ready:
            with contextlib.suppress(BlockingIOError):
                self._wake.recv(4096)
        if self._maker.socket in ready:
            self._maker.read()
        if self._link.socket in ready:
            for message in self._link.read():
                self._carry_out(message)
        self._reap()
        self._link.flush()

    def _carry_out(self, message: wire.Message) -> None:
        if isinstance(message, wire.ForkWorker):
            self._fork_worker(message.spec)
        elif isinstance(message, wire.Retire):
            self._stopping = True
        elif isinstance(message, wire.MakeRecording):
            self._maker.make(message)

    def _fork_worker(self, spec: wire.WorkerSpec) -> None:
        try:
            pid = os.fork()
        except OSError as error:
            print(f"forker: {error}", file=sys.stderr)  # noqa: T201
            self._link.send(wire.WorkerExited(spec.token, 0, 1))
            return
        if pid == 0:
            try:
                be_called(WORKER)
                self._become_child()
                worker.run(spec)
            except BaseException:  # noqa: BLE001 - a child never returns into the forker
                traceback.print_exc()
                sys.stderr.flush()
            finally:
                os._exit(1)
        self._workers[pid] = spec.token

    def _become_child(self) -> None:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        self._link.close()
        self._wake.close()
        self._waker.close()
        self._maker.close()

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            code = os.waitstatus_to_exitcode(status)
            if (token := self._workers.pop(pid, None)) is not None:
                self._link.send(wire.WorkerExited(token, pid, code))
            else:
                self._maker.exited(pid, code)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", required=True, help="the controller's unix socket")
    arguments = parser.parse_args()
    be_called(FORKER)
    os.dup2(2, 1)  # standard output belongs to the controller
    Forker(arguments.socket).run()


if __name__ == "__main__":
    main()
