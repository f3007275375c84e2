"""The controller's unix socket: where forker, workers and the CLI say hello."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

from callserver import log
from callserver.media import wire
from callserver.model.errors import CallServerError

_log = log.get("media")

MAX_PATH_BYTES = 107  # sun_path, unix(7)


class Guest(Protocol):
    """Who answers for one connection, once it has said who it is."""

    def heard(self, message: wire.Message) -> None: ...

    def left(self) -> None: ...


Greet = Callable[[wire.Hello, asyncio.WriteTransport], Guest | None]


class _Connection(asyncio.Protocol):
    """Frames of one child. ``greet`` gives the guest for its Hello, or None: not wanted."""

    def __init__(self, greet: Greet) -> None:
        self._greet = greet
        self._decoder = wire.Decoder()
        self._transport: asyncio.WriteTransport | None = None
        self._guest: Guest | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            for message in self._decoder.feed(data):
                self._take(message)
        except wire.WireError as error:
            _log.error("child_speaks_rubbish", error=str(error))
            self._close()

    def _take(self, message: wire.Message) -> None:
        if self._guest is not None:
            self._guest.heard(message)
        elif self._transport is not None:
            if not isinstance(message, wire.Hello) or message.version != wire.VERSION:
                raise wire.WireError(f"expected Hello of version {wire.VERSION}")
            self._guest = self._greet(message, self._transport)
            if self._guest is None:
                self._close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._guest is not None:
            self._guest.left()

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None


async def listen(path: Path, greet: Greet) -> asyncio.AbstractServer:
    """Open the socket for this user only. Raises ``CallServerError``."""
    if len(str(path).encode()) > MAX_PATH_BYTES:
        raise CallServerError(
            f"{path}: a socket's path may have {MAX_PATH_BYTES} bytes; choose a shorter "
            "server.data_dir"
        )
    if await _answered(path):
        raise CallServerError(f"{path}: another server runs here; stop it or change data_dir")
    loop = asyncio.get_running_loop()
    before = os.umask(0o177)
    try:
        return await loop.create_unix_server(lambda: _Connection(greet), str(path))
    finally:
        os.umask(before)


async def _answered(path: Path) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(str(path))
    except OSError:
        return False
    writer.close()
    return True
