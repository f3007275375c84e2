"""A server that is asked who calls, as ``lookup`` asks a destination, and behaves as it is told."""

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from aiohttp import web


class Manner(StrEnum):
    """``SLOW`` answers when it is let go, ``NOBODY`` knows nobody, ``WRONG`` is not JSON."""

    QUICK = "quick"
    SLOW = "slow"
    DOWN = "down"
    WRONG = "wrong"
    NOBODY = "nobody"


class Callers:
    """Knows everybody as ``person``. For ``serving.answering``; a slow one answers when ``go`` is
    set."""

    def __init__(self, person: Mapping[str, Any], manner: Manner = Manner.QUICK) -> None:
        self.person = person
        self.manner = manner
        self.go = asyncio.Event()

    async def answer(self, _: web.Request) -> web.StreamResponse:
        """Whatever the path is."""
        if self.manner is Manner.SLOW:
            await self.go.wait()
        if self.manner is Manner.WRONG:
            return web.Response(text="<html>no JSON</html>")
        if self.manner is Manner.DOWN:
            return web.Response(status=503)
        if self.manner is Manner.NOBODY:
            return web.Response(status=404)
        return web.json_response(self.person)
