"""Recordings: what there is, and the sound itself, whole or in parts."""

import asyncio
from pathlib import Path
from typing import BinaryIO, Final

from aiohttp import web

from callserver import log
from callserver.model.record import RecordingRecord
from callserver.model.store_ports import Store
from callserver.web import problems, ranges, views
from callserver.web.asks import Page
from callserver.web.files import open_below
from callserver.web.operation import Raw
from callserver.web.problems import Problem
from callserver.web.ranges import Part
from callserver.web.shapes import PageOut, page

CHUNK_BYTES: Final = 1 << 18
STALL_S: Final = 30.0
"""A listener who takes no chunk for this long is cut off."""

SOUND: Final = Raw(
    "audio/wav",
    (200, 206, 304),
    (problems.SOUND_MISSING, problems.PRECONDITION_FAILED, problems.BAD_RANGE),
)
SOUND_HEADERS: Final = {
    "Range": "Of one part, as `bytes=0-99999` (RFC 9110 section 14).",
    "If-Range": "The ETag that the part must be of; else all of it comes.",
    "If-Match": "The ETag it must have.",
    "If-None-Match": "The ETag that is known already.",
}

_log = log.get("web")


class Recordings:
    """``/api/v1/recordings``. Only files below ``folder`` are ever opened."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder

    async def list(self, query: Page) -> PageOut[views.RecordingOut]:
        """Recordings, newest first."""
        records = await self._store.recordings(query.before, query.limit + 1)
        return page(records, query.limit, views.recording, lambda record: record.id)

    async def get(self, recording: str) -> views.RecordingOut:
        """One recording."""
        return views.recording(await self._record(recording))

    async def audio(self, recording: str, request: web.Request) -> web.StreamResponse:
        """The stereo WAV file, or the part that Range asks for. Its ETag is its SHA-256."""
        return await send_sound(request, self._folder, await self._record(recording))

    async def _record(self, recording: str) -> RecordingRecord:
        record = await self._store.recording(recording)
        if record is None:
            raise Problem(problems.NOT_FOUND, f"no recording {recording}")
        return record


async def send_sound(
    request: web.Request, folder: Path, record: RecordingRecord
) -> web.StreamResponse:
    """A sound file below ``folder``, or the part of it that Range asks for."""
    headers = {
        "ETag": f'"{record.sha256}"',
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'inline; filename="{record.id}.wav"',
    }
    if_match = request.headers.get("If-Match")
    if if_match and not ranges.names(if_match, record.sha256, weak=False):
        raise Problem(problems.PRECONDITION_FAILED, headers=headers)
    if_none_match = request.headers.get("If-None-Match")
    if if_none_match and ranges.names(if_none_match, record.sha256, weak=True):
        return web.Response(status=304, headers=headers)
    file, size = await asyncio.to_thread(_open, folder, record)
    try:
        return await _send(request, file, _part(request, record, size), size, headers)
    finally:
        file.close()


def _open(folder: Path, record: RecordingRecord) -> tuple[BinaryIO, int]:
    try:
        file, size = open_below(folder, record.path)
    except OSError as error:
        _log.error("recording_unreadable", recording=record.id, error=str(error))
        raise Problem(problems.SOUND_MISSING) from error
    if size != record.size:
        file.close()
        _log.error("recording_changed", recording=record.id, size=size, expected=record.size)
        raise Problem(problems.SOUND_MISSING, "the file is not what was recorded")
    return file, size


def _part(request: web.Request, record: RecordingRecord, size: int) -> Part | None:
    """The part to send (RFC 9110 section 14.2: only GET has parts; section 13.1.5: If-Range)."""
    if request.method != "GET":
        return None
    if request.headers.get("If-Range", f'"{record.sha256}"').strip() != f'"{record.sha256}"':
        return None
    try:
        return ranges.part(request.headers.get("Range"), size)
    except ranges.Unsatisfiable as error:
        headers = {"Content-Range": f"bytes */{size}"}
        raise Problem(problems.BAD_RANGE, f"it has {size} bytes", headers=headers) from error


async def _send(
    request: web.Request, file: BinaryIO, part: Part | None, size: int, headers: dict[str, str]
) -> web.StreamResponse:
    response = web.StreamResponse(status=206 if part else 200, headers=headers)
    response.content_type = "audio/wav"
    if part is None:
        part = Part(0, size)
    else:
        last = part.start + part.length - 1
        response.headers["Content-Range"] = f"bytes {part.start}-{last}/{size}"
    response.content_length = part.length
    await response.prepare(request)
    if request.method == "HEAD":
        return response
    file.seek(part.start)
    left = part.length
    try:
        while left:
            chunk = await asyncio.to_thread(file.read, min(CHUNK_BYTES, left))
            if not chunk:
                raise ConnectionAbortedError("the file shrank while it was sent")
            left -= len(chunk)
            async with asyncio.timeout(STALL_S):
                await response.write(chunk)
    except (TimeoutError, OSError):
        # The header is out, so the only honest end is a cut connection: the length tells.
        request.protocol.force_close()
    return response
