"""One client connection: aiohttp's, with our words for what goes wrong and one log line a request.

aiohttp answers some errors before any handler or middleware is asked (broken HTTP, an unknown
Expect), in plain text with its version in it, and logs a traceback for each. Here they become
problems like all others, and one log line.
"""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, cast

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.web import BaseRequest, StreamResponse

from callserver import log
from callserver.metrics import Metrics
from callserver.web import problems
from callserver.web.auth import BEARER
from callserver.web.gate import Gate
from callserver.web.operation import OPERATION
from callserver.web.origin import ORIGIN, plain
from callserver.web.problems import Problem, from_http

KEEPALIVE_S: Final = 30.0
"""An idle connection is closed after this long; so is one that sends the next head by drops."""

HEAD_S: Final = 10.0
"""The head of the first request must be there this soon."""

SEND_S: Final = 30.0
"""An answer that is not taken within this time is cut off."""

LINGER_S: Final = 2.0
"""How long the rest of a refused body is read away, so that the client can read the refusal."""

MAX_LINE_BYTES: Final = 8190
MAX_HEADER_BYTES: Final = 4096
MAX_HEADERS: Final = 64
"""Together a head takes at most 264 KiB of memory."""

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
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

    def __init__(self, gate: Gate, server: web.Server, **options: Any) -> None:
        super().__init__(server, **options)
        self._gate = gate
        self._wire: asyncio.WriteTransport | None = None
        self._peer: str | None = None
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in if there is room; else it is told why not, and closed. A write counts as sent
        when the kernel has all of it: else a close would wait for a client that never reads."""
        super().connection_made(transport)
        self._wire = wire = cast(asyncio.WriteTransport, transport)
        wire.set_write_buffer_limits(high=0)
        address = transport.get_extra_info("peername")
        peer = plain(address[0]) if address else ""
        problem = self._gate.enter(peer)
        if problem is not None:
            wire.write(_bare(problem))
            super().force_close()
            return
        self._peer = peer
        loop = asyncio.get_running_loop()
        self._head_timer = loop.call_later(HEAD_S, self._head_is_late)

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self._wire = None
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
        if self._peer is not None:
            self._gate.leave(self._peer)
            self._peer = None

    def force_close(self) -> None:
        """Close now; what the client did not take is dropped."""
        super().force_close()
        if self._wire is not None and self._wire.get_write_buffer_size():
            self._wire.abort()

    def _head_is_late(self) -> None:
        self._head_timer = None
        if not self._request_count:
            self._gate.refused("slow")
            self.force_close()

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
        peer = self._peer or ""
        if status < 500 and peer not in self._gate.proxies:
            try:
                self._gate.request(peer, asyncio.get_running_loop().time())
            except Problem as problem:
                return _last(problem)
        kind = problems.BAD_REQUEST
        if status >= 500:
            kind = problems.INTERNAL
            if not isinstance(exc, ConnectionError):
                _log.error("request_failed", exc_info=exc)
        return _last(Problem(kind))

    async def finish_response(
        self, request: BaseRequest, resp: StreamResponse, start_time: float | None
    ) -> tuple[StreamResponse, bool]:
        """Send it; aiohttp's own errors become problems first. Returns whether the client is
        gone."""
        if isinstance(resp, web.HTTPException):
            resp = from_http(resp).response()
        try:
            async with asyncio.timeout(SEND_S):
                return await super().finish_response(request, resp, start_time)
        except TimeoutError:
            self._gate.refused("slow")
            self.force_close()
            self.log_access(request, resp, start_time)
            return resp, True


def _last(problem: Problem) -> StreamResponse:
    """The answer after which the connection is closed."""
    response = problem.response()
    response.force_close()
    secure(response)
    return response


def _bare(problem: Problem) -> bytes:
    """A problem as it goes out to a connection that may not even ask."""
    answer, body = problem.response(), problem.body()
    secure(answer)
    status = HTTPStatus(answer.status)
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


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
                remote=request.get(ORIGIN, request.remote),
            )

    return AccessLog


def connections(
    runner: web.AppRunner, loop: asyncio.AbstractEventLoop, metrics: Metrics, gate: Gate
) -> Callable[[], Connection]:
    """What a listening socket makes of each new client of this (set up) runner."""
    server = runner.server
    if server is None:
        raise RuntimeError("the runner is not set up")
    lines = access_log(metrics)

    def connection() -> Connection:
        return Connection(
            gate,
            server,
            loop=loop,
            max_line_size=MAX_LINE_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            max_headers=MAX_HEADERS,
            keepalive_timeout=KEEPALIVE_S,
            lingering_time=LINGER_S,
            auto_decompress=False,
            access_log_class=lines,
        )

    return connection
