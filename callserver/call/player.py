"""Prompts to the customer: each playing is a request to the worker and one answer."""

import asyncio
from collections.abc import Callable, Sequence

from callserver.model.call import Leg
from callserver.model.commands import PlayPrompts
from callserver.model.events import PlayEnd, PromptsEnded
from callserver.model.ids import new_id


class Player:
    """The prompts of one call; a new playing takes the place of the last. No two players name a
    playing alike: the worker also tells the end of what the last controller had it play."""

    def __init__(self, send: Callable[[PlayPrompts], None]) -> None:
        self._send = send
        self._count = 0
        self._own = new_id()
        self._ended: dict[str, asyncio.Future[PlayEnd]] = {}

    def announce(self, files: Sequence[str]) -> None:
        """Play and do not wait; keys do not stop it."""
        self._start(files, barge_in=False)

    async def play(self, files: Sequence[str], *, barge_in: bool) -> PlayEnd:
        """Play and wait until it ended in whatever way."""
        play = self._start(files, barge_in=barge_in)
        self._ended[play] = asyncio.get_running_loop().create_future()
        try:
            return await self._ended[play]
        finally:
            del self._ended[play]

    def on_ended(self, event: PromptsEnded) -> None:
        ended = self._ended.get(event.play)
        if ended is not None and not ended.done():
            ended.set_result(event.end)

    def _start(self, files: Sequence[str], *, barge_in: bool) -> str:
        self._count += 1
        play = f"{self._own}-{self._count}"
        self._send(PlayPrompts(Leg.CUSTOMER, play, tuple(files), barge_in))
        return play
