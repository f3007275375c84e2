"""Bodies that are forms (``application/x-www-form-urlencoded``), as other people's servers send."""

from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

from callserver.model.errands import Form
from callserver.web import problems
from callserver.web.bodies import BODY_TIMEOUT_S, arriving
from callserver.web.problems import Problem

MEDIA: Final = "application/x-www-form-urlencoded"
MAY: Final = (problems.BODY_TIMEOUT, problems.TOO_LARGE, problems.UNSUPPORTED_MEDIA)
"""What reading one may come to, besides 400."""

MAX_BYTES: Final = 16_384
MAX_FIELDS: Final = 100


async def read(request: web.Request) -> Form:
    """The fields; of one that comes more than once, the first."""
    if request.content_type != MEDIA or "Content-Encoding" in request.headers:
        raise Problem(problems.UNSUPPORTED_MEDIA, f"send it as {MEDIA}")
    async with arriving(BODY_TIMEOUT_S):
        content = await _content(request)
    try:
        pairs = parse_qsl(
            content.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError as error:  # no UTF-8, or too many fields
        raise Problem(problems.BAD_REQUEST, "the body is no form that can be read") from error
    return dict(reversed(pairs))


async def _content(request: web.Request) -> bytes:
    """Read as far as it may go, whatever its headers say."""
    content = b""
    async for part in request.content.iter_any():
        content += part
        if len(content) > MAX_BYTES:
            raise Problem(problems.TOO_LARGE, f"at most {MAX_BYTES} bytes")
    return content
