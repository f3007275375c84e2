"""Requests that carry an ``Idempotency-Key`` are carried out once, however often they come.

(draft-ietf-httpapi-idempotency-key-header.) A client that got no answer sends the same again, with
the same key, within a day: it gets the answer of the first time, with ``Idempotent-Replayed``. What
failed was not done, and may be sent again. When the server died in the middle nobody knows: the
client is told so, and must look.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from callserver.model.answers import AnswerStore, KeptAnswer
from callserver.model.ports import Clock
from callserver.web import problems
from callserver.web.auth import BEARER
from callserver.web.problems import Kind, Problem

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
MAX_KEY: Final = 255

IN_PROGRESS = Kind("in-progress", 409, "The same request is being carried out")
UNKNOWN_OUTCOME = Kind("unknown-outcome", 409, "Nobody knows what came of this request")
OTHER_REQUEST = Kind("key-reused", 422, "The key belongs to another request")
SHOWN_ONCE = Kind("shown-once", 409, "It was done, and its secret is shown once")

Work = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Once:
    """One per server."""

    def __init__(self, store: AnswerStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._running: set[str] = set()

    async def answer(
        self, request: web.Request, work: Work, content: bytes, *, secret: bool
    ) -> web.StreamResponse:
        """The answer to a request with a key, carried out if it was not before. ``content`` is its
        body; ``secret``: the answer holds something that is shown once."""
        key = _key(request)
        digest = _digest(request.method, request.rel_url.raw_path_qs, content.hex())
        if key in self._running:
            raise Problem(IN_PROGRESS, headers={"Retry-After": "1"})
        self._running.add(key)
        try:
            known = await self._store.begin(key, digest, self._clock.now())
            if known is not None:
                return _again(known, digest)
            return await self._first(key, digest, request, work, secret=secret)
        finally:
            self._running.discard(key)

    async def _first(
        self, key: str, digest: str, request: web.Request, work: Work, *, secret: bool
    ) -> web.StreamResponse:
        try:
            response = await work(request)
        except BaseException:
            await self._store.drop(key)
            raise
        body = response.text or "" if isinstance(response, web.Response) else ""
        kept = KeptAnswer(
            request=digest,
            status=response.status,
            location=response.headers.get("Location", ""),
            body="" if secret else body,
            secret=secret,
        )
        await self._store.keep(key, kept)
        return response


def _again(known: KeptAnswer, digest: str) -> web.Response:
    if known.request != digest:
        raise Problem(OTHER_REQUEST, f"send another {HEADER} with another request")
    if not known.status:
        raise Problem(
            UNKNOWN_OUTCOME,
            f"the server died while it was carried out; look, and send it with another {HEADER}",
        )
    headers = {REPLAYED: "true"} | ({"Location": known.location} if known.location else {})
    if known.secret:
        raise Problem(SHOWN_ONCE, headers=headers)
    if not known.body:
        return web.Response(status=known.status, headers=headers)
    return web.Response(
        status=known.status, headers=headers, text=known.body, content_type="application/json"
    )


def _key(request: web.Request) -> str:
    given = request.headers.getall(HEADER)
    if len(given) != 1 or not 0 < len(given[0]) <= MAX_KEY or not given[0].isprintable():
        raise Problem(problems.BAD_REQUEST, f"{HEADER}: one, of up to {MAX_KEY} characters")
    return _digest(request[BEARER].id, given[0])


def _digest(*parts: str) -> str:
    content = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()
