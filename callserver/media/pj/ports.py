"""RTP ports of one worker: pairs of its slice, in turn, so that a late packet of the last leg
does not enter the next one."""

import socket


class RtpPorts:
    """``count`` ports from ``first`` (even), bound to ``bind``."""

    def __init__(self, bind: str, first: int, count: int) -> None:
        self.bind = bind
        self._first = first
        self._count = count
        self._turn = 2  # the first pair is for the call that comes in

    @property
    def whole(self) -> tuple[int, int]:
        """Port and range that let the library choose any pair of the slice."""
        return self._first, self._count - 2

    def next(self) -> tuple[int, int]:
        """Port and range for the library: the next free pair alone (a range of 1 holds no other
        pair), or the whole slice when every pair seems taken."""
        for _ in range(0, self._count, 2):
            port = self._first + self._turn
            self._turn = (self._turn + 2) % self._count
            if self._free(port) and self._free(port + 1):
                return port, 1
        return self.whole

    def _free(self, port: int) -> bool:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind((self.bind, port))
            except OSError:
                return False
        return True
