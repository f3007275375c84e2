"""What the door knows of each dialog that passes: enough to route and to end it.

A worker may die at any moment; then its peers must hear BYE, CANCEL or a final answer from us, with
the right tags, CSeq and route (RFC 3261 section 12). The tracker looks at messages *after* they
were made fit for forwarding and changes none. How a dialog is ended stands in ``leaving.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto

from sipmessage import Headers

from callserver.sip.answer import Origin
from callserver.sip.hop import Hop, strip_hops
from callserver.sip.message import Request, Response, contact_uri, listed
from callserver.sip.text import parse_address

GRACE_S = 32.0  # 64*T1: retransmissions of the last transaction still find their way


class Stage(Enum):
    """How far a dialog is."""

    EARLY = auto()  # INVITE, no final answer yet
    CONFIRMED = auto()
    LEAVING = auto()  # the worker's BYE is on its way
    ENDED = auto()


@dataclass(slots=True)
class Dialog:
    """One dialog between a worker and a peer. ``ours`` and ``theirs`` are the From/To values of
    the two sides with their tags, ``target`` and ``routes`` where the worker's requests go,
    ``last`` the bytes to repeat: our INVITE (EARLY, outgoing; as far as it takes to name it), BYE
    (LEAVING) or refusal.
    ``origin`` and ``invite`` are what answering a peer's INVITE takes."""

    token: str
    call_id: str
    outgoing: bool
    ours: str
    theirs: str
    cseq: int
    invite_cseq: int
    stage: Stage = Stage.EARLY
    target: str = ""
    routes: tuple[str, ...] = ()
    origin: Origin | None = None
    invite: Headers | None = None
    hop: Hop | None = None
    last: bytes = b""
    refused: bool = False  # a final refusal went out and was not acknowledged yet
    provisional: bool = False
    until: float = 0.0

    @property
    def key(self) -> tuple[str, str]:
        """Call-ID and the tag of the side that sent the INVITE."""
        return self.call_id, parse_address(self.ours if self.outgoing else self.theirs).tag


def _named(invite: Request) -> bytes:
    """As much of an INVITE as a CANCEL of it, or the ACK of a refusal, takes (RFC 3261 sections 9.1
    and 17.1.1.3). Not its body: keys of encrypted sound may stand there, and this is kept."""
    lines = [f"INVITE {invite.target} SIP/2.0", f"Via: {invite.headers['Via']}"]
    lines += [f"Route: {route}" for route in invite.headers.getlist("Route")]
    lines += [f"{name}: {invite.headers[name]}" for name in ("From", "To", "Call-ID", "CSeq")]
    return strip_hops("\r\n".join([*lines, "Content-Length: 0\r\n\r\n"])).encode()


class Dialogs:
    """All dialogs of the workers that live. ``changed`` hears of what a restart must not lose;
    of a dialog that is over, once, when its stage is ENDED."""

    def __init__(self, changed: Callable[[Dialog], None] = lambda dialog: None) -> None:
        self._dialogs: dict[tuple[str, str], Dialog] = {}
        self._changed = changed

    def restore(self, dialogs: Iterable[Dialog]) -> None:
        """Take over the dialogs of the last run."""
        self._dialogs |= {dialog.key: dialog for dialog in dialogs}

    def __len__(self) -> int:
        return len(self._dialogs)

    def find(self, message: Request | Response) -> Dialog | None:
        """The dialog of a message, from whichever side it comes."""
        return self._dialogs.get((message.call_id, message.from_tag)) or self._dialogs.get(
            (message.call_id, message.to_tag)
        )

    def peer_request(self, request: Request, token: str, origin: Origin) -> None:
        """A peer's request goes to the worker."""
        headers = request.headers
        dialog = self.find(request)
        if request.method == "INVITE" and not request.to_tag:
            if dialog is not None and dialog.invite_cseq == request.cseq:
                return
            dialog = Dialog(
                token=token,
                call_id=request.call_id,
                outgoing=False,
                ours=headers["To"],
                theirs=headers["From"],
                cseq=0,
                invite_cseq=request.cseq,
                target=contact_uri(request.headers),
                routes=tuple(listed(request.headers, "Record-Route")[1:]),
                origin=origin,
                invite=headers,
                hop=origin.source,
            )
            self._add(dialog)
        elif dialog is None:
            return
        elif request.method == "ACK":
            dialog.refused = False
        elif request.method in ("INVITE", "UPDATE") and dialog.stage is Stage.CONFIRMED:
            dialog.target = contact_uri(request.headers) or dialog.target
            self._changed(dialog)

    def _add(self, dialog: Dialog) -> None:
        self._dialogs[dialog.key] = dialog
        self._changed(dialog)

    def worker_response(self, response: Response, data: bytes, hop: Hop, now: float) -> None:
        """A worker's response goes to the peer."""
        dialog = self.find(response)
        if dialog is None:
            return
        if response.method == "BYE" and response.code >= 200:
            self._end(dialog, now)
            return
        if response.method != "INVITE" or dialog.outgoing:
            return
        if response.cseq != dialog.invite_cseq or dialog.stage is not Stage.EARLY:
            return
        if response.code >= 300:
            self._end(dialog, now)
            dialog.refused = True
            dialog.last, dialog.hop = data, hop
        elif response.to_tag:
            dialog.ours = response.headers["To"]
            if response.code >= 200:
                dialog.stage = Stage.CONFIRMED
            self._changed(dialog)

    def worker_request(
        self, request: Request, token: str, data: bytes, hop: Hop, now: float
    ) -> None:
        """A worker's request goes to the peer."""
        dialog = self.find(request)
        if request.method == "INVITE" and not request.to_tag:
            if dialog is not None and dialog.invite_cseq == request.cseq:
                return
            headers = request.headers
            dialog = Dialog(
                token=token,
                call_id=request.call_id,
                outgoing=True,
                ours=headers["From"],
                theirs=headers["To"],
                cseq=request.cseq,
                invite_cseq=request.cseq,
                target=request.target,
                hop=hop,
                last=_named(request),
            )
            self._add(dialog)
            return
        if dialog is None:
            return
        if request.cseq > dialog.cseq:
            dialog.cseq = request.cseq
            if dialog.stage is Stage.CONFIRMED:
                self._changed(dialog)
        if request.method == "BYE" and dialog.stage is not Stage.ENDED:
            dialog.stage = Stage.LEAVING
            dialog.last, dialog.hop = data, hop

    def peer_response(self, response: Response, now: float) -> None:
        """A peer's response goes to the worker."""
        dialog = self.find(response)
        if dialog is None:
            return
        if response.method == "BYE" and response.code >= 200 and dialog.stage is Stage.LEAVING:
            if response.code not in (401, 407):
                self._end(dialog, now)
            return
        if response.method != "INVITE" or not dialog.outgoing:
            return
        if dialog.stage is Stage.CONFIRMED:
            if 200 <= response.code < 300:
                dialog.target = contact_uri(response.headers) or dialog.target
                self._changed(dialog)
            return
        if response.cseq != dialog.invite_cseq or dialog.stage is not Stage.EARLY:
            return
        if response.code >= 300:
            self._end(dialog, now)
            return
        dialog.provisional = True
        if response.to_tag and response.code > 100:
            dialog.theirs = response.headers["To"]
            dialog.target = contact_uri(response.headers) or dialog.target
            dialog.routes = tuple(listed(response.headers, "Record-Route")[:-1])[::-1]
        if response.code >= 200:
            dialog.stage = Stage.CONFIRMED
        self._changed(dialog)

    def _end(self, dialog: Dialog, now: float) -> None:
        dialog.stage = Stage.ENDED
        dialog.until = now + GRACE_S
        self._changed(dialog)

    def open_workers(self) -> set[str]:
        """The workers that have a dialog that is not over."""
        return {one.token for one in self._dialogs.values() if one.stage is not Stage.ENDED}

    def close(self, token: str) -> list[Dialog]:
        """The worker is gone: its dialogs, taken out of the table."""
        lost = [dialog for dialog in self._dialogs.values() if dialog.token == token]
        for dialog in lost:
            self._dialogs.pop(dialog.key, None)
        return lost

    def expire(self, now: float) -> None:
        """Forget what is over."""
        over = [
            key
            for key, dialog in self._dialogs.items()
            if dialog.stage is Stage.ENDED and dialog.until <= now
        ]
        for key in over:
            del self._dialogs[key]
