"""A dialog as text, for whoever runs the door after us."""

from dataclasses import dataclass

import msgspec
from sipmessage import Headers

from callserver.sip.answer import Origin
from callserver.sip.dialog import Dialog, Stage
from callserver.sip.errors import SipError
from callserver.sip.hop import Hop
from callserver.sip.text import parse_address

_ANSWER_TAKES = ("From", "To", "Call-ID", "CSeq")


@dataclass(frozen=True, slots=True)
class _Origin:
    source: str
    back: str
    vias: tuple[str, ...]
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class _State:
    """Of what can be sent again, only our INVITE is kept: workers repeat the rest themselves, or
    it is said anew."""

    token: str
    call_id: str
    outgoing: bool
    ours: str
    theirs: str
    cseq: int
    invite_cseq: int
    confirmed: bool
    target: str
    routes: tuple[str, ...]
    hop: str
    invite: str
    provisional: bool
    origin: _Origin | None


def to_text(dialog: Dialog) -> str:
    """What :func:`from_text` makes a dialog of again."""
    origin = None
    if dialog.origin is not None and dialog.invite is not None:
        headers = {name: dialog.invite[name] for name in _ANSWER_TAKES}
        origin = _Origin(
            str(dialog.origin.source), str(dialog.origin.back), dialog.origin.vias, headers
        )
    early = dialog.stage is Stage.EARLY
    state = _State(
        token=dialog.token,
        call_id=dialog.call_id,
        outgoing=dialog.outgoing,
        ours=dialog.ours,
        theirs=dialog.theirs,
        cseq=dialog.cseq,
        invite_cseq=dialog.invite_cseq,
        confirmed=not early,
        target=dialog.target,
        routes=dialog.routes,
        hop="" if dialog.hop is None else str(dialog.hop),
        invite=dialog.last.decode() if early and dialog.outgoing else "",
        provisional=dialog.provisional,
        origin=origin,
    )
    return msgspec.json.encode(state).decode()


def from_text(text: str) -> Dialog:
    """Raises :class:`SipError` for what another version may have written."""
    try:
        state = msgspec.json.decode(text, type=_State)
    except msgspec.MsgspecError:
        raise SipError(500, "No Dialog") from None
    for value in (state.ours, state.theirs):
        parse_address(value)
    dialog = Dialog(
        token=state.token,
        call_id=state.call_id,
        outgoing=state.outgoing,
        ours=state.ours,
        theirs=state.theirs,
        cseq=state.cseq,
        invite_cseq=state.invite_cseq,
        stage=Stage.CONFIRMED if state.confirmed else Stage.EARLY,
        target=state.target,
        routes=state.routes,
        hop=Hop.parse(state.hop) if state.hop else None,
        last=state.invite.encode(),
        provisional=state.provisional,
    )
    if state.origin is not None:
        origin = state.origin
        dialog.origin = Origin(Hop.parse(origin.source), Hop.parse(origin.back), origin.vias)
        dialog.invite = Headers()
        for name, value in origin.headers.items():
            dialog.invite.set(name, value)
    return dialog
