"""The process of the ``hatchery``: imports what it is told to, then forks whoever is asked for.

Run as a file: ``hatching.py SOCKET MODULE…``. One request is one packet: ``{"arguments": […],
"folder": …, "environment": {…}}`` with four files: a socket (which is told the pid and, later, the
exit status), standard input, output and error. Single-threaded, so a fork is safe.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
from typing import Any

REQUEST_BYTES = 1 << 17
FILES = 4


class Hatching:
    """``run`` returns in the children; without requests to come it ends them and exits."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._lines: dict[int, tuple[int, socket.socket]] = {}
        """By the file that is readable when a child has ended: its pid, and whom to tell."""

    def run(self) -> dict[str, Any]:
        """The request that this process is to carry out now."""
        while True:
            asked = self._requests.fileno()
            ready, _, _ = select.select([asked, *self._lines], [], [])
            for one in ready:
                if one != asked:
                    self._reap(one)
                elif (request := self._fork()) is not None:
                    return request

    def _fork(self) -> dict[str, Any] | None:
        packet, files, _, _ = socket.recv_fds(self._requests, REQUEST_BYTES, FILES)
        if not packet:
            self._end()
        line = socket.socket(fileno=files[0])
        pid = os.fork()
        if pid == 0:
            line.close()
            self._leave()
            for number, file in enumerate(files[1:]):
                os.dup2(file, number)
        else:
            self._lines[os.pidfd_open(pid)] = (pid, line)
            tell(line, pid)
        for file in files[1:]:
            os.close(file)
        request: dict[str, Any] = json.loads(packet)
        return request if pid == 0 else None

    def _reap(self, ended: int) -> None:
        pid, line = self._lines.pop(ended)
        os.close(ended)
        _, status = os.waitpid(pid, 0)
        tell(line, os.waitstatus_to_exitcode(status))
        line.close()

    def _leave(self) -> None:
        self._requests.close()
        for file, (_, line) in self._lines.items():
            os.close(file)
            line.close()

    def _end(self) -> None:
        for pid, _ in self._lines.values():
            os.kill(pid, signal.SIGKILL)
        os._exit(0)


def tell(line: socket.socket, number: int) -> None:
    with contextlib.suppress(ConnectionError):  # nobody waits for it any more
        line.send(str(number).encode())


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for those who asked
    for module in sys.argv[2:]:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    request = Hatching(socket.socket(fileno=int(sys.argv[1]))).run()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv[1:] = request["arguments"]
    runpy.run_module("callserver", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
