"""A destination of webhooks that holds each event once, and behaves as badly as it is told to.

::

    async with Receiver.start(lambda n: Manner.LOST if n % 3 == 0 else Manner.TAKES) as receiver:
        receiver.secrets = [secret]
        ...
        await receiver.until("all are here", lambda: len(receiver.held) == 200)
    assert receiver.stories()["call:c1"] == ["call.offered", "call.ended"]

Every request is checked as README tells people to: signature, age, id seen before.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from aiohttp import web

from callserver.crm.signing import Unverified, verify
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
ANSWERS = {Manner.ERROR: 500, Manner.REFUSES: 400, Manner.GONE: 410}
Plan = Callable[[int], Manner]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request that was genuine."""

    id: str
    at: float
    body: Mapping[str, Any]


class Receiver:
    """``held`` is every event by its id, in the order they came first; ``arrivals`` counts what
    came again too; ``refused`` is why others were not believed. ``plan`` says how request number n
    (from 1) is treated, ``retry_after`` what the busy one says."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.retry_after = "1"
        self.secrets: list[str] = []
        self.held: dict[str, Mapping[str, Any]] = {}
        self.arrivals: list[Arrival] = []
        self.refused: list[str] = []
        self.requests = 0
        self.at_once = 0
        self.most_at_once = 0
        self._watch = Watch()
        self._over = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._port = free_port()

    @classmethod
    @asynccontextmanager
    async def start(cls, plan: Plan = lambda n: Manner.TAKES) -> AsyncIterator["Receiver"]:
        """One that listens."""
        receiver = cls(plan)
        await receiver.up()
        try:
            yield receiver
        finally:
            await receiver.down()

    @property
    def url(self) -> str:
        """Where it listens, or would."""
        return f"http://127.0.0.1:{self._port}/hooks"

    async def up(self) -> None:
        """Listen (again)."""
        self._over.clear()
        app = web.Application(client_max_size=1 << 22)
        app.router.add_post("/hooks", self._receive)
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

    def stories(self) -> dict[str, list[str]]:
        """The types of the events of each call (or contact), in the order they came first."""
        told: dict[str, list[str]] = {}
        for body in self.held.values():
            told.setdefault(subject(body), []).append(body["type"])
        return told

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._treat(request, self.plan(self.requests))
        finally:
            self.at_once -= 1
            self._watch.changed()

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
        if manner is Manner.LOST:
            return broken(request)
        if manner is Manner.SILENT:
            await self._over.wait()
        if manner is Manner.SLOW:
            await asyncio.sleep(SLOW_S)
        return web.Response(status=204)

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


def broken(request: web.Request) -> web.StreamResponse:
    """Break off without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
