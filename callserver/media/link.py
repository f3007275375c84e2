"""A child's connection to the controller: never waits, outlives it, forgets nothing said."""

import contextlib
import socket
import sys
from collections import deque
from collections.abc import Callable, Sequence

from callserver.media import wire

FIRST_RETRY_S = 0.1
LAST_RETRY_S = 0.5
MAX_WAITING = 10_000


class Link:
    """Frames to and from ``path``. ``hello`` opens every connection. ``returned``, if any, says
    what to tell a new controller in place of what the last one did not take."""

    def __init__(
        self,
        path: str,
        hello: wire.Hello,
        returned: Callable[[], Sequence[wire.Message]] | None = None,
    ) -> None:
        self._path = path
        self._returned = returned
        self._lost = False
        self._hello = wire.encode(hello)
        self._socket: socket.socket | None = None
        self._decoder = wire.Decoder()
        self._waiting: deque[bytes] = deque()
        self._greeting = False  # the first frame waiting is ``hello``
        self._written = 0  # bytes of the first frame
        self._retry_at = 0.0
        self._pause_s = FIRST_RETRY_S

    @property
    def connected(self) -> bool:
        return self._socket is not None

    @property
    def flushed(self) -> bool:
        """Everything said so far has left this process."""
        return self.connected and not self._waiting

    @property
    def socket(self) -> socket.socket | None:
        """What to wait on for reading."""
        return self._socket

    def connect(self, now: float) -> None:
        """Connect if it is time to. A connection that fails is tried again, ever slower."""
        if self._socket is not None or now < self._retry_at:
            return
        attempt = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        attempt.setblocking(False)
        try:
            attempt.connect(self._path)
        except OSError:
            attempt.close()
            self._retry_at = now + self._pause_s
            self._pause_s = min(self._pause_s * 2, LAST_RETRY_S)
            return
        self._socket = attempt
        self._decoder = wire.Decoder()
        self._pause_s = FIRST_RETRY_S
        if self._lost and self._returned is not None:
            self._waiting = deque(map(wire.encode, self._returned()))
        self._lost = False
        self._waiting.appendleft(self._hello)
        self._greeting = True
        self.flush()

    def send(self, message: wire.Message) -> None:
        """Say it, now or when the controller is back."""
        if len(self._waiting) < MAX_WAITING:
            self._waiting.append(wire.encode(message))
        self.flush()

    def flush(self) -> None:
        """Write what the socket takes."""
        while self._socket is not None and self._waiting:
            frame = self._waiting[0]
            try:
                self._written += self._socket.send(frame[self._written :], socket.MSG_NOSIGNAL)
            except BlockingIOError:
                return
            except OSError:
                self._lose()
                return
            if self._written == len(frame):
                self._waiting.popleft()
                self._greeting, self._written = False, 0

    def read(self) -> list[wire.Message]:
        """What came."""
        messages: list[wire.Message] = []
        while self._socket is not None:
            try:
                data = self._socket.recv(65536)
            except BlockingIOError:
                break
            except OSError:
                data = b""
            if not data:
                self._lose()
                break
            try:
                messages += self._decoder.feed(data)
            except wire.WireError as error:
                print(f"{self._path}: {error}", file=sys.stderr)  # noqa: T201
                self._lose()
                break
        return messages

    def close(self) -> None:
        self._lose()

    def _lose(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
        self._lost = self._lost or self._socket is not None
        self._socket = None
        self._written = 0
        if self._greeting:
            self._waiting.popleft()
            self._greeting = False
