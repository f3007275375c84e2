"""The encryption of one connection, without its socket: bytes in, bytes out (RFC 8446, RFC 5246).

The handshake takes place inside :meth:`Channel.feed`, so a connection that is still shaking hands
stands in the table of connections like any other, and is counted and swept there.
"""

import ssl

_READ_BYTES = 65536


class Channel:
    """``name`` is whom we call; None: they call us."""

    def __init__(self, context: ssl.SSLContext, name: str | None = None) -> None:
        self._heard, self._said = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._heard, self._said, server_side=name is None, server_hostname=name
        )
        self.is_open = False
        self.is_over = False

    def start(self) -> None:
        """The first word of the side that calls. Raises ``ssl.SSLError``."""
        self._shake()

    def feed(self, data: bytes) -> bytes:
        """What the peer says, in the clear. ``is_over`` is set when it has said goodbye. Raises
        ``ssl.SSLError``; :meth:`to_send` has the reason for the peer."""
        self._heard.write(data)
        if not self.is_open and not self._shake():
            return b""
        parts = []
        while not self.is_over:
            try:
                part = self._tls.read(_READ_BYTES)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLZeroReturnError:
                part = b""
            self.is_over = not part
            parts.append(part)
        return b"".join(parts)

    def seal(self, data: bytes) -> None:
        """Encrypt what we say; only when ``is_open``. Raises ``ssl.SSLError``."""
        self._tls.write(data)

    def to_send(self) -> bytes:
        """What is to go out now."""
        return self._said.read()

    def _shake(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        self.is_open = True
        return True
