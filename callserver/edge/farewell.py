"""Ends the dialogs of a worker that is gone: sends, repeats, and hears the answers."""

import asyncio

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


class Farewell:
    """The dialogs on their way out."""

    def __init__(self, here: Here, faces: Faces) -> None:
        self._here = here
        self._faces = faces
        self._leaving: dict[tuple[str, str], Leaving] = {}
        self._tasks = Tasks("edge.farewell")

    async def stop(self) -> None:
        await self._tasks.close()

    def begin(self, dialogs: list[Dialog]) -> None:
        """Tell every peer, now."""
        for dialog in dialogs:
            leaving = Leaving(dialog, self._here)
            try:
                first = leaving.start()
            except SipError as error:
                _log.debug("farewell_impossible", error=str(error))
                continue
            if leaving.is_done:
                continue
            self._leaving[leaving.key] = leaving
            self._send(first, again=False)
            self._tasks.start("dialog", self._repeat(leaving))

    async def _repeat(self, leaving: Leaving) -> None:
        for pause_s in PAUSES_S:
            await asyncio.sleep(pause_s)
            if leaving.is_done:
                break
            self._send(leaving.pending, again=True)
        if self._leaving.get(leaving.key) is leaving:
            del self._leaving[leaving.key]

    def _send(self, packets: list[Packet], *, again: bool) -> None:
        for packet in packets:
            if not packet.hop.is_stream:
                self._faces.to_peer(packet.hop, packet.data)
            elif not again:
                self._faces.to_peer(packet.hop, packet.data, connect=packet.hop)

    def _find(self, message: Request | Response) -> Leaving | None:
        return self._leaving.get((message.call_id, message.from_tag)) or self._leaving.get(
            (message.call_id, message.to_tag)
        )

    def response(self, response: Response, source: Hop) -> bool:
        """Whether this response belongs to a farewell."""
        leaving = self._find(response)
        if leaving is None:
            return False
        self._send(leaving.response(response, source), again=False)
        return True

    def request(self, request: Request) -> int | None:
        """The code for a request in a dialog on its way out (0: no answer); None: no such."""
        leaving = self._find(request)
        return None if leaving is None else leaving.request(request)
