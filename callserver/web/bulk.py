"""Answers of any length, read from the store and sent in pieces, never held whole."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import msgspec
from aiohttp import web

from callserver.model.errors import StoreError
from callserver.web import problems
from callserver.web.operation import Raw
from callserver.web.problems import Problem

MOST: Final = 4
STALL_S: Final = 30.0

NDJSON: Final = Raw("application/x-ndjson")
CSV: Final = Raw("text/csv")


class Bulk:
    """All that go on; more than ``MOST`` at once are refused."""

    def __init__(self) -> None:
        self._running = 0

    async def send(
        self, request: web.Request, name: str, raw: Raw, pieces: AsyncIterator[bytes]
    ) -> web.StreamResponse:
        """As a file of this name. What fails before the first piece is a problem; later the
        connection is cut, so that no file looks whole."""
        if self._running >= MOST:
            raise Problem(problems.BUSY, f"{MOST} exports go on already")
        self._running += 1
        try:
            first = await anext(pieces, b"")
            response = web.StreamResponse(
                headers={"Content-Disposition": f'attachment; filename="{name}"'}
            )
            response.content_type = raw.media
            response.charset = "utf-8"
            await response.prepare(request)
            if request.method == "HEAD":
                return response
            try:
                await _write(response, first)
                async for piece in pieces:
                    await _write(response, piece)
            except (TimeoutError, OSError, StoreError):
                # The head is out, so the only honest end is a cut connection: no last chunk.
                request.protocol.force_close()
            return response
        finally:
            self._running -= 1


def lines(items: Sequence[Any]) -> bytes:
    """One JSON object a line."""
    return msgspec.json.Encoder().encode_lines(items)


def table(rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows of a table (RFC 4180)."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


async def _write(response: web.StreamResponse, content: bytes) -> None:
    async with asyncio.timeout(STALL_S):
        await response.write(content)
