"""A place in the network that behaves as badly as it is told to: what the receiver of webhooks and
the fake CRMs have in common."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import Enum, auto
from typing import Self

from aiohttp import web

from callserver.testing.ports import free_port
from callserver.testing.watch import PATIENCE_S, Watch


class Manner(Enum):
    """How one request is treated."""

    TAKES = auto()
    SLOW = auto()  # takes it, after SLOW_S
    LOST = auto()  # takes it, and breaks off before the answer
    SILENT = auto()  # takes it, and never answers
    TWICE = auto()  # something on the way sends it a second time
    ERROR = auto()  # 500
    BUSY = auto()  # 429 with Retry-After
    RESET = auto()  # breaks off without having read it
    REDIRECT = auto()
    REFUSES = auto()  # 400
    GONE = auto()  # 410


SLOW_S = 0.2
Plan = Callable[[int], Manner]


class Faulty(ABC):
    """Comes, goes and comes back at one address. ``plan`` says how request number n (from 1) is
    treated."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.requests = 0
        self.at_once = 0
        self.most_at_once = 0
        self._watch = Watch()
        self._over = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._port = free_port()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Self]:
        """It listens at first, and not afterwards."""
        await self.up()
        try:
            yield self
        finally:
            await self.down()

    @property
    def url(self) -> str:
        """Where it listens, or would."""
        return f"http://127.0.0.1:{self._port}"

    async def up(self) -> None:
        """Listen (again)."""
        self._over.clear()
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()

    async def down(self) -> None:
        """Nobody listens; :meth:`up` comes back."""
        self._over.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def until(
        self,
        what: str,
        true: Callable[[], object],
        timeout: float = PATIENCE_S,  # noqa: ASYNC109 - a test reads better so
    ) -> None:
        """Return as soon as it is true; raises ``TimeoutError``."""
        await self._watch.until(what, true, timeout)

    @abstractmethod
    def _application(self) -> web.Application:
        """A new one, whose requests go to ``_receive``."""

    @abstractmethod
    async def _treat(self, request: web.Request, manner: Manner) -> web.StreamResponse: ...

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._treat(request, self.plan(self.requests))
        finally:
            self.at_once -= 1
            self._watch.changed()

    async def _answer(
        self, request: web.Request, manner: Manner, answer: web.Response
    ) -> web.StreamResponse:
        """To a request that was taken."""
        if manner is Manner.LOST:
            return broken(request)
        if manner is Manner.SILENT:
            await self._over.wait()
        if manner is Manner.SLOW:
            await asyncio.sleep(SLOW_S)
        return answer


def broken(request: web.Request) -> web.StreamResponse:
    """Break off without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
