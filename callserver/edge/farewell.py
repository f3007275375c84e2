"""Ends the dialogs of a worker that is gone: sends, repeats, and hears the answers."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from callserver import log
from callserver.edge.faces import Faces
from callserver.runtime import Tasks
from callserver.sip.dialog import Dialog
from callserver.sip.errors import SipError
from callserver.sip.forward import Here
from callserver.sip.hop import Hop
from callserver.sip.leaving import Leaving, Packet
from callserver.sip.message import Request, Response

PAUSES_S = (0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0)  # T1 doubling to T2, 64*T1 in all

_log = log.get("edge")


@dataclass(slots=True)
class _Going:
    """A dialog on its way out; ``lost`` is what no connection could be had for so far."""

    leaving: Leaving
    lost: set[bytes] = field(default_factory=set)


class Farewell:
    """The dialogs on their way out; ``over`` hears when nothing more can be said."""

    def __init__(self, here: Here, faces: Faces, over: Callable[[tuple[str, str]], None]) -> None:
        self._here = here
        self._faces = faces
        self._over = over
        self._going: dict[tuple[str, str], _Going] = {}
        self._tasks = Tasks("edge.farewell")

    async def stop(self) -> None:
        await self._tasks.close()

    def begin(self, dialogs: list[Dialog]) -> None:
        """Tell every peer, now."""
        for dialog in dialogs:
            going = _Going(Leaving(dialog, self._here))
            try:
                first = going.leaving.start()
            except SipError as error:
                _log.debug("farewell_impossible", error=str(error))
                first = []
            if going.leaving.is_done:
                self._over(dialog.key)
                continue
            self._going[dialog.key] = going
            self._send(going, first)
            self._tasks.start("dialog", self._repeat(going))

    async def _repeat(self, going: _Going) -> None:
        leaving = going.leaving
        for pause_s in PAUSES_S:
            await asyncio.sleep(pause_s)
            if leaving.is_done:
                break
            again = [
                packet
                for packet in leaving.pending
                if not packet.hop.is_stream or packet.data in going.lost
            ]
            self._send(going, again)
        if self._going.get(leaving.key) is going:
            del self._going[leaving.key]
            self._over(leaving.key)

    def _send(self, going: _Going, packets: list[Packet]) -> None:
        for packet in packets:
            going.lost.discard(packet.data)
            self._faces.to_peer(
                packet.hop,
                packet.data,
                connect=packet.hop if packet.hop.is_stream else None,
                failed=partial(going.lost.add, packet.data),
            )

    def _find(self, message: Request | Response) -> _Going | None:
        return self._going.get((message.call_id, message.from_tag)) or self._going.get(
            (message.call_id, message.to_tag)
        )

    def response(self, response: Response, source: Hop) -> bool:
        """Whether this response belongs to a farewell."""
        going = self._find(response)
        if going is None:
            return False
        self._send(going, going.leaving.response(response, source))
        return True

    def request(self, request: Request) -> int | None:
        """The code for a request in a dialog on its way out (0: no answer); None: no such."""
        going = self._find(request)
        return None if going is None else going.leaving.request(request)
