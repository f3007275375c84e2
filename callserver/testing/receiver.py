"""A destination of webhooks that holds each event once, and behaves as badly as it is told to.

::

    async with Receiver.start(lambda n: Manner.LOST if n % 3 == 0 else Manner.TAKES) as receiver:
        receiver.secrets = [secret]
        ...
        await receiver.until("all are here", lambda: len(receiver.held) == 200)
    assert receiver.stories()["call:c1"] == ["call.offered", "call.ended"]

Every request is checked as README tells people to: signature, age, id seen before.
"""

import json
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from callserver.crm.signing import Unverified, verify
from callserver.testing.faulty import Faulty, Manner, Plan, broken

ANSWERS = {Manner.ERROR: 500, Manner.REFUSES: 400, Manner.GONE: 410}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request that was genuine."""

    id: str
    at: float
    body: Mapping[str, Any]


class Receiver(Faulty):
    """``held`` is every event by its id, in the order they came first; ``arrivals`` counts what
    came again too; ``refused`` is why others were not believed. ``retry_after`` is what the busy
    one says."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.retry_after = "1"
        self.secrets: list[str] = []
        self.held: dict[str, Mapping[str, Any]] = {}
        self.arrivals: list[Arrival] = []
        self.refused: list[str] = []

    @classmethod
    def start(cls, plan: Plan = lambda n: Manner.TAKES) -> AbstractAsyncContextManager["Receiver"]:
        """One that listens."""
        return cls(plan).listening()

    @property
    def url(self) -> str:
        """Where it listens, or would."""
        return f"{super().url}/hooks"

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=1 << 22)
        app.router.add_post("/hooks", self._receive)
        return app

    def stories(self) -> dict[str, list[str]]:
        """The types of the events of each call (or contact), in the order they came first."""
        told: dict[str, list[str]] = {}
        for body in self.held.values():
            told.setdefault(subject(body), []).append(body["type"])
        return told

    async def _treat(self, request: web.Request, manner: Manner) -> web.StreamResponse:
        if manner is Manner.RESET:
            return broken(request)
        body = await request.read()
        if manner is Manner.BUSY:
            return web.Response(status=429, headers={"Retry-After": self.retry_after})
        if manner is Manner.REDIRECT:
            return web.Response(status=307, headers={"Location": self.url})
        if manner in ANSWERS:
            return web.Response(status=ANSWERS[manner])
        for _ in range(2 if manner is Manner.TWICE else 1):
            if not self._take(request, body):
                return web.Response(status=401)
        return await self._answer(request, manner, web.Response(status=204))

    def _take(self, request: web.Request, body: bytes) -> bool:
        headers = {name.lower(): value for name, value in request.headers.items()}
        why = "no secret"
        for secret in self.secrets:
            try:
                id_ = verify(headers, body, secret, time.time())
            except Unverified as error:
                why = str(error)
                continue
            content = json.loads(body)
            self.arrivals.append(Arrival(id_, time.time(), content))
            self.held.setdefault(id_, content)
            return True
        self.refused.append(why)
        return False


def subject(body: Mapping[str, Any]) -> str:
    """What an event is about: `call:ID` or `contact:ID`."""
    data = body["data"]
    if data.get("call"):
        return f"call:{data['call']['id']}"
    return f"contact:{data['contact']['id']}" if "contact" in data else body["type"]
