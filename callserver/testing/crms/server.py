"""The HTTP of a fake CRM, with its faults.

::

    async with CrmServer.start(FakeZammad(), lambda n: FAULTS[n % len(FAULTS)]) as one:
        ...  # a connector whose `url` is one.url
        await one.until("the call is there", lambda: one.crm.stories())
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

from aiohttp import ClientSession, web

from callserver.testing.crms.book import Crm, Incoming, Said
from callserver.testing.faulty import Faulty, Manner, Plan, broken

FAULTS = (
    *(Manner.LOST, Manner.SILENT, Manner.TWICE, Manner.ERROR, Manner.BUSY, Manner.RESET),
    Manner.SLOW,
)
"""What a CRM does that is in trouble, and what lies between."""


class CrmServer(Faulty):
    """Answers as ``crm`` does, but for what ``plan`` spoils."""

    def __init__(self, crm: Crm, plan: Plan) -> None:
        super().__init__(plan)
        self.crm = crm

    @classmethod
    def start(
        cls, crm: Crm, plan: Plan = lambda n: Manner.TAKES
    ) -> AbstractAsyncContextManager["CrmServer"]:
        """One that listens."""
        return cls(crm, plan).listening()

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/{path:.*}", self._receive)
        return app

    async def send(self, url: str, event: Mapping[str, str]) -> int:
        """The CRM sends an event, as a form; the status of the answer."""
        async with ClientSession() as client, client.post(url, data=event) as answer:
            return answer.status

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
        return await self._answer(request, manner, _response(said))


def _response(said: Said) -> web.Response:
    if said.data is None:
        return web.Response(status=said.status, headers=dict(said.headers))
    return web.json_response(said.data, status=said.status, headers=dict(said.headers))
