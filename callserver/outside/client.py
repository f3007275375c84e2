"""The HTTP client of flows. Implements ``Outside``.

Only destinations of the configuration are spoken to. A redirect is never followed (it could lead
anywhere), an answer is read up to its limit and not further, and whatever happens is over when the
deadline is.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import ClientError, ClientSession, DummyCookieJar, TCPConnector

from callserver import log
from callserver.config.outside import Destination
from callserver.metrics import Metrics
from callserver.model.errors import OutsideError
from callserver.model.flow import Value
from callserver.model.outside import Request
from callserver.outside.resolver import PublicResolver
from callserver.runtime import Tasks

AGAIN_S: Final = 0.1
"""Between a failure and the next try."""
TELL_TRIES: Final = 4
TELL_AGAIN_S: Final = 1.0
"""After the first failure; doubled each time."""
MOST_TOLD: Final = 1000
"""Messages under way; more are dropped, and counted."""

_log = log.get("outside")


class Refusal(OutsideError):
    """It answered, and asking again would change nothing."""


class Outsider:
    """All destinations. Sessions begin with the first request, on the loop that makes it."""

    def __init__(self, destinations: Mapping[str, Destination], metrics: Metrics) -> None:
        self._destinations = destinations
        self._metrics = metrics
        self._sessions: dict[str, ClientSession] = {}
        self._tasks = Tasks("outside")
        self._told = 0

    async def ask(self, request: Request) -> Any:
        outcome = "failed"
        try:
            async with asyncio.timeout(request.timeout_s):
                answer = await self._persist(request)
            outcome = "ok"
        except TimeoutError:
            outcome = "late"
            raise OutsideError(
                f"{request.destination} did not answer within {request.timeout_s:g} s"
            ) from None
        finally:
            self._metrics.outside.labels(request.destination, outcome).inc()
        return answer

    def tell(self, request: Request) -> None:
        if self._told >= MOST_TOLD:
            self._metrics.outside.labels(request.destination, "dropped").inc()
            _log.warning("not_told", destination=request.destination, reason="too many under way")
            return
        self._told += 1
        self._tasks.start("tell", self._tell(request))

    async def close(self) -> None:
        """Give up what is under way."""
        await self._tasks.close()
        for session in self._sessions.values():
            await session.close()

    async def _tell(self, request: Request) -> None:
        try:
            pause_s = TELL_AGAIN_S
            for tries_left in reversed(range(TELL_TRIES)):
                try:
                    await self.ask(request)
                    return
                except OutsideError as error:
                    if not tries_left or isinstance(error, Refusal):
                        _log.warning("not_told", destination=request.destination, reason=str(error))
                        return
                await asyncio.sleep(pause_s)
                pause_s *= 2
        finally:
            self._told -= 1

    async def _persist(self, request: Request) -> Any:
        for tries_left in reversed(range(request.retries + 1)):
            try:
                return await self._once(request)
            except OutsideError as error:
                if not tries_left or isinstance(error, Refusal):
                    raise
            except (ClientError, OSError) as error:
                if not tries_left:
                    what = type(error).__name__
                    raise OutsideError(f"{request.destination} cannot be reached: {what}") from None
            await asyncio.sleep(AGAIN_S)
        raise OutsideError(f"{request.destination} was not asked")

    async def _once(self, request: Request) -> Any:
        destination = self._destinations.get(request.destination)
        if destination is None:
            raise Refusal(f"no destination {request.destination!r} in the configuration")
        session = self._session(request.destination, destination)
        async with session.request(
            request.method,
            f"{destination.url}{request.path}",
            params={name: _text(value) for name, value in request.query.items()},
            json=None if request.body is None else dict(request.body),
            data=None if request.form is None else dict(request.form),
            allow_redirects=False,
        ) as response:
            if response.status >= 500:
                raise OutsideError(f"{request.destination} answered {response.status}")
            if not 200 <= response.status < 300:
                raise Refusal(f"{request.destination} answered {response.status}")
            body = bytearray()
            async for chunk in response.content.iter_chunked(16_384):
                body += chunk
                if len(body) > destination.max_answer_bytes:
                    response.close()
                    raise Refusal(f"the answer of {request.destination} is too long")
        try:
            return json.loads(body) if body else None
        except (ValueError, RecursionError):
            raise Refusal(f"{request.destination} answered something that is no JSON") from None

    def _session(self, name: str, destination: Destination) -> ClientSession:
        if name not in self._sessions:
            resolver = None if destination.private else PublicResolver()
            self._sessions[name] = ClientSession(
                connector=TCPConnector(resolver=resolver, limit=destination.at_once),
                cookie_jar=DummyCookieJar(),
                headers={key: one.get_secret_value() for key, one in destination.headers.items()},
                trust_env=False,
            )
        return self._sessions[name]


def _text(value: Value) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
