"""One client connection: aiohttp's, with our words for what goes wrong and one log line a request.

aiohttp answers some errors before any handler or middleware is asked (broken HTTP, an unknown
Expect), in plain text with its version in it, and logs a traceback for each. Here they become
problems like all others, and one log line.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.web import BaseRequest, StreamResponse

from callserver import log
from callserver.metrics import Metrics
from callserver.web import problems
from callserver.web.auth import BEARER
from callserver.web.operation import OPERATION
from callserver.web.problems import Problem, from_http

KEEPALIVE_S: Final = 30.0
"""An idle connection is closed after this long; so is one whose first request does not come."""

LINGER_S: Final = 2.0
"""How long the rest of a refused body is read away, so that the client can read the refusal."""

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_MAX_PATH: Final = 200
_PROBES: Final = frozenset({"healthz", "readyz", "metrics"})
_log = log.get("web")


def secure(response: StreamResponse) -> None:
    """The headers every answer carries, unless it has said otherwise; no versions of anything."""
    response.headers["Server"] = "callserver"
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


class Connection(web.RequestHandler):
    """One connection of a client."""

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> StreamResponse:
        """Rubbish on the line (400), or an exception that passed every handler (500)."""
        if request.writer.output_size > 0:
            raise ConnectionError("the answer is on its way already")
        kind = problems.BAD_REQUEST
        if status >= 500:
            kind = problems.INTERNAL
            if not isinstance(exc, ConnectionError):
                _log.error("request_failed", exc_info=exc)
        response = Problem(kind).response()
        response.force_close()
        secure(response)
        return response

    async def finish_response(
        self, request: BaseRequest, resp: StreamResponse, start_time: float | None
    ) -> tuple[StreamResponse, bool]:
        """Send it; aiohttp's own errors become problems first."""
        if isinstance(resp, web.HTTPException):
            resp = from_http(resp).response()
        return await super().finish_response(request, resp, start_time)


def access_log(metrics: Metrics) -> type[AbstractAccessLogger]:
    """The access log of one server: one line and one count a request. The path is logged as it
    came on the wire (no control characters) and without the query, which may hold numbers."""

    class AccessLog(AbstractAccessLogger):
        def log(self, request: BaseRequest, response: StreamResponse, time: float) -> None:
            operation = request.get(OPERATION, "none")
            bearer = request.get(BEARER)
            metrics.http_requests.labels(operation, str(response.status)).inc()
            write = _log.debug if operation in _PROBES and response.status < 400 else _log.info
            write(
                "request",
                method=request.method,
                path=request.rel_url.raw_path[:_MAX_PATH],
                status=response.status,
                ms=round(time * 1000, 1),
                bytes=response.body_length,
                operation=operation,
                token=bearer.id if bearer else None,
                remote=request.remote,
            )

    return AccessLog


def connections(
    runner: web.AppRunner, loop: asyncio.AbstractEventLoop, metrics: Metrics
) -> Callable[[], Connection]:
    """What a listening socket makes of each new client of this (set up) runner."""
    server = runner.server
    if server is None:
        raise RuntimeError("the runner is not set up")
    lines = access_log(metrics)

    def connection() -> Connection:
        return Connection(
            server,
            loop=loop,
            keepalive_timeout=KEEPALIVE_S,
            lingering_time=LINGER_S,
            auto_decompress=False,
            access_log_class=lines,
        )

    return connection
