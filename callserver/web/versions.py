"""Versions of what is answered: ETag, If-None-Match, If-Match (RFC 9110 section 13).

The tag is a digest of the answer, so nothing has to count changes, and it differs as soon as the
answer says anything else. Who changes something with ``If-Match`` changes the version they have
seen, or nothing: so nobody's change is lost unseen.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from aiohttp import web

from callserver.web import problems, ranges
from callserver.web.problems import Problem

IF_MATCH: Final = "If-Match"
IF_NONE_MATCH: Final = "If-None-Match"

Read = Callable[[], Awaitable[Any]]


def tag_of(body: bytes) -> str:
    """The opaque tag of an answer, without quotes."""
    return hashlib.blake2b(body, digest_size=12).hexdigest()


def answer(request: web.Request, body: bytes) -> web.Response:
    """200 with its ETag, or 304 to who has it already."""
    tag = tag_of(body)
    headers = {"ETag": f'"{tag}"'}
    known = request.headers.get(IF_NONE_MATCH)
    if known and ranges.names(known, tag, weak=True):
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, headers=headers, content_type="application/json")


class Versions:
    """Holds conditional changes to the version they were made for. One per server."""

    def __init__(self) -> None:
        self._changing: set[str] = set()

    @asynccontextmanager
    async def hold(self, request: web.Request, read: Read | None) -> AsyncIterator[None]:
        """Around a change: with ``If-Match`` it happens only to the version named, as ``read``
        answers it now. Raises ``Problem`` 412 otherwise; also while another conditional change of
        the same thing goes on, since after that it is another version."""
        wanted = request.headers.get(IF_MATCH)
        if wanted is None:
            yield
            return
        path = request.rel_url.raw_path
        if path in self._changing:
            raise Problem(problems.PRECONDITION_FAILED, "it is being changed right now")
        self._changing.add(path)
        try:
            await _check(wanted, read)
            yield
        finally:
            self._changing.discard(path)


async def _check(wanted: str, read: Read | None) -> None:
    if read is None:
        raise Problem(problems.PRECONDITION_FAILED, "there are no versions of this")
    try:
        tag = tag_of(msgspec.json.encode(await read()))
    except Problem as problem:
        if problem.kind is problems.NOT_FOUND:
            raise Problem(problems.PRECONDITION_FAILED, problem.detail) from problem
        raise
    if not ranges.names(wanted, tag, weak=False):
        raise Problem(problems.PRECONDITION_FAILED, headers={"ETag": f'"{tag}"'})
