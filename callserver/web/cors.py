"""Pages of other sites may use some paths: the headers by which browsers know (Fetch standard,
"CORS protocol")."""

from collections.abc import Collection, Sequence
from typing import Final

from aiohttp import web

from callserver.web import problems
from callserver.web.problems import Problem

ORIGIN: Final = "Origin"
METHODS: Final = "GET, POST, DELETE"
_AGE_S: Final = "3600"


class Cors:
    """For the paths that begin with ``prefix``, and the pages of these ``origins``; they may send
    these ``headers`` of ours."""

    def __init__(self, prefix: str, origins: Collection[str], headers: Sequence[str]) -> None:
        self._prefix = prefix
        self._headers = headers
        self._origins = frozenset(origins)

    def check(self, request: web.Request) -> None:
        """Raises 403 for a page of another site. What comes from no page has no origin."""
        origin = request.headers.get(ORIGIN)
        if origin is not None and origin not in self._origins:
            raise Problem(problems.FORBIDDEN, "pages of this site may not (`call_me.origins`)")

    def preflight(self) -> web.Response:
        """The answer to the question that browsers ask first; ``on_answer`` adds who may."""
        headers = {
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": ", ".join(("Content-Type", *self._headers)),
            "Access-Control-Max-Age": _AGE_S,
        }
        return web.Response(status=204, headers=headers)

    async def on_answer(self, request: web.Request, response: web.StreamResponse) -> None:
        """``on_response_prepare`` of aiohttp: errors too are for the page to read."""
        if not request.path.startswith(self._prefix):
            return
        response.headers["Vary"] = ORIGIN
        origin = request.headers.get(ORIGIN)
        if origin in self._origins:
            response.headers["Access-Control-Allow-Origin"] = origin
