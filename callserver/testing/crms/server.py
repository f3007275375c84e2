"""The HTTP of a fake CRM, with its faults.

::

    async with CrmServer.start(FakeZammad(), lambda n: FAULTS[n % len(FAULTS)]) as one:
        ...  # a connector whose `url` is one.url
        await one.until("the call is there", lambda: one.crm.stories())
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from callserver.testing.crms.book import Crm, Incoming, Said
from callserver.testing.ports import free_port
from callserver.testing.receiver import SLOW_S, Manner, Plan, broken
from callserver.testing.watch import PATIENCE_S, Watch

FAULTS = (
    *(Manner.LOST, Manner.SILENT, Manner.TWICE, Manner.ERROR, Manner.BUSY, Manner.RESET),
    Manner.SLOW,
)
"""What a CRM does that is in trouble, and what lies between."""


class CrmServer:
    """``plan`` says how request number n (from 1) is treated; see ``Manner``."""

    def __init__(self, crm: Crm, plan: Plan) -> None:
        self.crm = crm
        self.plan = plan
        self.requests = 0
        self._watch = Watch()
        self._over = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._port = free_port()

    @classmethod
    @asynccontextmanager
    async def start(
        cls, crm: Crm, plan: Plan = lambda n: Manner.TAKES
    ) -> AsyncIterator["CrmServer"]:
        """One that listens."""
        server = cls(crm, plan)
        await server.up()
        try:
            yield server
        finally:
            await server.down()

    @property
    def url(self) -> str:
        """Where it listens, or would."""
        return f"http://127.0.0.1:{self._port}"

    async def up(self) -> None:
        """Listen (again)."""
        self._over.clear()
        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/{path:.*}", self._receive)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
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

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        try:
            return await self._treat(request, self.plan(self.requests))
        finally:
            self._watch.changed()

    async def _treat(self, request: web.Request, manner: Manner) -> web.StreamResponse:
        if manner is Manner.RESET:
            return broken(request)
        asked = Incoming(
            *(request.method, request.path, dict(request.query), request.headers),
            await request.read(),
        )
        if manner is Manner.BUSY:
            return _response(self.crm.busy())
        if manner is Manner.ERROR:
            return web.Response(status=500)
        for _ in range(2 if manner is Manner.TWICE else 1):
            said = self.crm.take(asked)
        if manner is Manner.LOST:
            return broken(request)
        if manner is Manner.SILENT:
            await self._over.wait()
        if manner is Manner.SLOW:
            await asyncio.sleep(SLOW_S)
        return _response(said)


def _response(said: Said) -> web.Response:
    if said.data is None:
        return web.Response(status=said.status, headers=dict(said.headers))
    return web.json_response(said.data, status=said.status, headers=dict(said.headers))
