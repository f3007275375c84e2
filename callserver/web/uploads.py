"""Bodies that are too big to be held: they go to a file as they come."""

import asyncio
import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web

from callserver import log
from callserver.web import problems
from callserver.web.bodies import arriving
from callserver.web.problems import Problem

PIECE: Final = 1 << 20
MOST: Final = 4
"""Bodies on their way at once."""

STALL_S: Final = 15.0
"""Who sends nothing for so long is cut off."""
LONGEST_S: Final = 900.0

_CHARSET: Final = re.compile(r"utf-8|utf-16|windows-125[0-8]|iso-8859-\d{1,2}|koi8-[ru]")
_log = log.get("web")


@dataclass(frozen=True, slots=True)
class Upload:
    """What an operation takes: a body of this media type, of ``most`` bytes, into a file in
    ``folder`` that is called ``prefix`` and something. ``spare`` bytes of the disk stay free."""

    media: str
    example: str
    folder: Path
    prefix: str
    most: int
    spare: int


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A body that is all there. Who moves the file away keeps it. ``charset`` is a codec."""

    path: Path
    size: int
    sha256: str
    charset: str

    @property
    def mark(self) -> bytes:
        """The same for the same body, and for no other."""
        return f"{self.charset} {self.sha256}".encode()


class Uploads:
    """One per operation."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._running = 0

    @asynccontextmanager
    async def receive(self, request: web.Request) -> AsyncIterator[Uploaded]:
        """The body, in a file that is gone afterwards. Raises ``Problem``."""
        upload = self._upload
        charset = (request.charset or "utf-8").lower()
        if request.content_type != upload.media or "Content-Encoding" in request.headers:
            raise Problem(problems.UNSUPPORTED_MEDIA, f"send it as {upload.media}")
        if not _CHARSET.fullmatch(charset):
            detail = "send UTF-8, or name another charset: utf-16, windows-1257, iso-8859-13 …"
            raise Problem(problems.UNSUPPORTED_MEDIA, detail)
        if (request.content_length or 0) > upload.most:
            raise _too_large(upload.most)
        if self._running >= MOST:
            raise Problem(problems.BUSY, f"{MOST} are sent already")
        self._running += 1
        path: Path | None = None
        try:
            path = await asyncio.to_thread(_make, upload, request.content_length or 0)
            size, digest = await self._write(request, path)
            yield Uploaded(path, size, digest, "utf-8-sig" if charset == "utf-8" else charset)
        except OSError as error:
            if isinstance(error, ConnectionError):
                raise
            _log.error("upload_not_written", error=str(error))
            raise Problem(problems.NO_ROOM, f"it cannot be written: {error.strerror}") from error
        finally:
            self._running -= 1
            if path is not None:
                await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _write(self, request: web.Request, path: Path) -> tuple[int, str]:
        size, digest = 0, hashlib.sha256()

        def put(piece: bytes) -> None:
            digest.update(piece)
            with path.open("ab", buffering=0) as file:
                file.write(piece)

        async with arriving(LONGEST_S):
            while piece := await _piece(request):
                size += len(piece)
                if size > self._upload.most:
                    raise _too_large(self._upload.most)
                await asyncio.to_thread(put, piece)
        return size, digest.hexdigest()


async def _piece(request: web.Request) -> bytes:
    """The next of it, so big that it is worth a thread; nothing: this was all."""
    piece = bytearray()
    async with asyncio.timeout(STALL_S):
        while len(piece) < PIECE and (some := await request.content.readany()):
            piece += some
    return bytes(piece)


def _make(upload: Upload, size: int) -> Path:
    upload.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    disk = os.statvfs(upload.folder)
    if disk.f_bavail * disk.f_frsize - size < upload.spare:
        raise Problem(problems.NO_ROOM, "recordings need what is left; delete something")
    fd, name = tempfile.mkstemp(prefix=upload.prefix, dir=upload.folder)
    os.close(fd)
    return Path(name)


def _too_large(most: int) -> Problem:
    return Problem(problems.TOO_LARGE, f"at most {most} bytes")
