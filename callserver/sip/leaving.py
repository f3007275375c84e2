"""Ending a dialog in the name of a worker that is gone (RFC 3261 sections 9, 13.2.2.4, 15, 17).

Pure: tells what to send; ``edge/farewell.py`` sends it, repeats what is pending and stops.
"""

from __future__ import annotations

from dataclasses import dataclass

from callserver.sip.answer import answer
from callserver.sip.dialog import Dialog, Stage
from callserver.sip.errors import SipError
from callserver.sip.forward import Here, next_hop, reach_of, show_contact
from callserver.sip.hop import Hop, without_hop
from callserver.sip.message import Request, Response, contact_uri, listed, parse
from callserver.sip.text import parse_address, parse_uri


@dataclass(frozen=True, slots=True)
class Packet:
    """Bytes and where they go."""

    data: bytes
    hop: Hop


class Leaving:
    """One dialog on its way out."""

    def __init__(self, dialog: Dialog, here: Here) -> None:
        self._dialog = dialog
        self._here = here
        self._pending: dict[str, Packet] = {}
        self._awaits_invite = False

    @property
    def token(self) -> str:
        """The worker this is about."""
        return self._dialog.token

    @property
    def key(self) -> tuple[str, str]:
        """As :attr:`Dialog.key`."""
        return self._dialog.key

    @property
    def pending(self) -> list[Packet]:
        """What to send again until it is answered."""
        return list(self._pending.values())

    @property
    def is_done(self) -> bool:
        """Whether the peer knows."""
        return not self._pending and not self._awaits_invite

    def start(self) -> list[Packet]:
        """The first words."""
        dialog = self._dialog
        match dialog.stage:
            case Stage.CONFIRMED:
                self._say_bye()
            case Stage.EARLY if dialog.outgoing:
                self._awaits_invite = True
                if dialog.provisional:
                    self._cancel()
            case Stage.EARLY:
                self._refuse()
            case Stage.LEAVING if dialog.hop is not None:
                self._pending["BYE"] = Packet(dialog.last, dialog.hop)
            case Stage.ENDED if dialog.refused and dialog.hop is not None:
                self._pending["INVITE"] = Packet(dialog.last, dialog.hop)
        return self.pending

    def response(self, response: Response, source: Hop) -> list[Packet]:
        """What the peer's response calls for."""
        if response.method == "INVITE":
            show_contact(response, reach_of(response, source, alone=True))
            return self._invite_response(response)
        if response.code >= 200:
            self._pending.pop(response.method, None)
        return []

    def request(self, request: Request) -> int:
        """The code that answers the peer's request; 0: none."""
        if request.method == "ACK":
            self._pending.pop("INVITE", None)
            return 0
        if request.method == "BYE":
            self._pending.clear()
            self._awaits_invite = False
            return 200
        return 481

    def _invite_response(self, response: Response) -> list[Packet]:
        if not self._dialog.outgoing or response.code == 100:
            return []
        if response.code < 200:
            if self._awaits_invite and "CANCEL" not in self._pending:
                self._cancel()
                return self.pending
            return []
        if self._awaits_invite:
            self._awaits_invite = False
            self._pending.pop("CANCEL", None)
        if response.code >= 300:
            return self._acknowledge_refusal(response)
        return self._acknowledge_answer(response)

    def _acknowledge_refusal(self, response: Response) -> list[Packet]:
        hop = self._dialog.hop
        if hop is None:
            return []
        invite = parse(self._dialog.last)
        if not isinstance(invite, Request):
            return []
        return [Packet(_like(invite, "ACK", response.headers["To"]), hop)]

    def _acknowledge_answer(self, response: Response) -> list[Packet]:
        """A 200 that crossed our CANCEL, or came again: accept it, then hang up."""
        dialog = self._dialog
        dialog.theirs = response.headers["To"]
        dialog.target = contact_uri(response.headers) or dialog.target
        dialog.routes = tuple(listed(response.headers, "Record-Route")[::-1])
        packet = self._in_dialog("ACK", response.cseq)
        if packet is None:
            return []
        if "BYE" in self._pending:
            return [packet]
        self._say_bye()
        return [packet, *self.pending]

    def _say_bye(self) -> None:
        packet = self._in_dialog("BYE", self._dialog.cseq + 1)
        if packet is not None:
            self._pending["BYE"] = packet

    def _in_dialog(self, method: str, cseq: int) -> Packet | None:
        dialog = self._dialog
        try:
            hop = next_hop(parse_uri(dialog.target), list(dialog.routes))
        except SipError:
            return None
        via = self._here.via(hop, dialog.token, f"{method}{cseq}")
        lines = [
            f"{method} {without_hop(dialog.target)} SIP/2.0",
            f"Via: {via}",
            "Max-Forwards: 70",
            *(f"Route: {route}" for route in dialog.routes),
            f"From: {dialog.ours}",
            f"To: {dialog.theirs}",
            f"Call-ID: {dialog.call_id}",
            f"CSeq: {cseq} {method}",
            "Content-Length: 0\r\n\r\n",
        ]
        return Packet("\r\n".join(lines).encode(), hop)

    def _cancel(self) -> None:
        invite = parse(self._dialog.last)
        if isinstance(invite, Request) and self._dialog.hop is not None:
            data = _like(invite, "CANCEL", invite.headers["To"])
            self._pending["CANCEL"] = Packet(data, self._dialog.hop)

    def _refuse(self) -> None:
        dialog = self._dialog
        if dialog.origin is not None and dialog.invite is not None:
            data = answer(dialog.origin, dialog.invite, 503, tag=parse_address(dialog.ours).tag)
            self._pending["INVITE"] = Packet(data, dialog.origin.back)


def _like(invite: Request, method: str, to: str) -> bytes:
    """A CANCEL or ACK that belongs to this INVITE's transaction (sections 9.1, 17.1.1.3)."""
    headers = invite.headers
    lines = [f"{method} {invite.target} SIP/2.0", f"Via: {invite.vias[0]}", "Max-Forwards: 70"]
    lines += [f"Route: {route}" for route in headers.getlist("Route")]
    lines += [
        f"From: {headers['From']}",
        f"To: {to}",
        f"Call-ID: {invite.call_id}",
        f"CSeq: {invite.cseq} {method}",
        "Content-Length: 0\r\n\r\n",
    ]
    return "\r\n".join(lines).encode()
