"""One call of the stack. It decides nothing: it queues signals and keeps what is gone later."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from pjsua2 import pjsua2 as pj

from callserver.media.pj import native
from callserver.model.call import LegStats

_MEDIA_UP = (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD)

_DTMF_IS_END = 1 << 1  # PJMEDIA_STREAM_DTMF_IS_END, which the wheel does not export
_SRTP_ACTIVE = "SRTP status: Active"  # pjsua_dump.c; pjsua2 tells it nowhere else


@dataclass(frozen=True, slots=True)
class Progress:
    """The INVITE moved on: ``code`` 100 (somebody is there), 180/183 (it rings)."""

    call: "LegCall"
    code: int


@dataclass(frozen=True, slots=True)
class Confirmed:
    """200 and ACK are through."""

    call: "LegCall"


@dataclass(frozen=True, slots=True)
class MediaChanged:
    """Sound begins, changes or stops: look at ``media`` again."""

    call: "LegCall"


@dataclass(frozen=True, slots=True)
class Gone:
    """The call is over with this final status. Its object must not be asked anything again."""

    call: "LegCall"
    code: int


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """An RFC 4733 packet: ``timestamp`` and ``duration`` in milliseconds."""

    call: "LegCall"
    digit: str
    timestamp: int
    duration: int
    ended: bool


@dataclass(frozen=True, slots=True)
class InfoReceived:
    """A SIP INFO; ``message`` is its whole text."""

    call: "LegCall"
    message: str


@dataclass(frozen=True, slots=True)
class ReferReceived:
    """A REFER that got 202; ``message`` is its whole text."""

    call: "LegCall"
    message: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """An INVITE came in."""

    call: "LegCall"


Signal = (
    Progress | Confirmed | MediaChanged | Gone | KeyEvent | InfoReceived | ReferReceived | Incoming
)
Notify = Callable[[Signal], None]


@dataclass(frozen=True, slots=True)
class Media:
    """The sound of a call now; ``slot`` is None when the bridge has no place for it."""

    slot: Any | None
    held: bool
    codec: str


def guarded(callback: Callable[..., None]) -> Callable[..., None]:
    """An exception that leaves a callback ends the process: say it and go on."""

    @wraps(callback)
    def run(*arguments: Any) -> None:
        try:
            callback(*arguments)
        except Exception as error:  # noqa: BLE001 - nothing may leave a callback of the library
            print(f"worker: {callback.__name__}: {error!r}", file=sys.stderr)  # noqa: T201

    return run


class LegCall(pj.Call):  # type: ignore[misc]
    """A pjsua2 call that reports to ``notify``."""

    def __init__(self, account: Any, notify: Notify, call_id: int = -1) -> None:
        pj.Call.__init__(self, account, call_id)
        self.account = account
        self.stats: LegStats | None = None
        self._stream = -1
        self.sip_call_id = ""
        self._notify = notify
        self._codec = ""
        self._srtp = False
        self._gone = False
        # What a REFER is answered with.
        self.refer_code: Callable[[str], int] = lambda message: 603

    # -- what the worker asks and does

    @property
    def alive(self) -> bool:
        """It may be spoken to. Without an id, any question aborts the process."""
        return bool(not self._gone and self.getId() >= 0)

    def read_call_id(self) -> None:
        if self.alive and not self.sip_call_id:
            info = self.getInfo()
            self.sip_call_id = info.callIdString

    def media(self) -> Media | None:
        """Its sound, or None when there is none (yet, or any more)."""
        if not self.alive:
            return None
        info = self.getInfo()
        medias = info.media
        for index in range(len(medias)):
            part = medias[index]
            if part.type == pj.PJMEDIA_TYPE_AUDIO and part.status in _MEDIA_UP:
                slot = self.getAudioMedia(index) if part.audioConfSlot >= 0 else None
                stream = self.getStreamInfo(index)
                self._stream = index
                self._codec = f"{stream.codecName}/{stream.codecClockRate}"
                self._srtp = _SRTP_ACTIVE in self.dump(True, "")
                held = part.status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD
                return Media(slot, held, self._codec)
        return None

    def packets(self) -> int:
        """RTP packets that its present stream has received; 0 when there is none."""
        if not self.alive or self._stream < 0:
            return 0
        try:
            stat = self.getStreamStat(self._stream)
        except pj.Error:
            return 0
        rtcp = stat.rtcp
        received = rtcp.rxStat
        return int(received.pkt)

    def send_code(self, code: int, retry_after_s: int = 0) -> None:
        """Answer an INVITE."""
        if self.alive:
            parameters = _parameters(code, retry_after_s)
            self.answer(parameters)

    def end(self, code: int, retry_after_s: int = 0) -> None:
        """BYE, CANCEL or a final answer, whichever fits. ``Gone`` follows at once; never raises."""
        if not self.alive:
            return
        parameters = _parameters(code, retry_after_s)
        try:
            self.hangup(parameters)
        except pj.Error as error:
            print(f"worker: hang up: {error.reason}", file=sys.stderr)  # noqa: T201

    def invite(self, uri: str) -> None:
        """Send the INVITE. Raises ``pj.Error``."""
        parameters = pj.CallOpParam(True)
        parameters.opt.audioCount = 1
        parameters.opt.videoCount = 0
        self.makeCall(uri, parameters)
        self.read_call_id()

    def tell_transfer(self, event: str, state: str, fragment: str) -> None:
        """NOTIFY of a REFER (RFC 3515 section 2.4.5). Raises ``pj.Error``."""
        if not self.alive:
            return
        parameters = pj.CallSendRequestParam()
        parameters.method = "NOTIFY"
        for name, value in (("Event", event), ("Subscription-State", state)):
            parameters.txOption.headers.append(_header(name, value))
        parameters.txOption.contentType = "message/sipfrag;version=2.0"
        parameters.txOption.msgBody = fragment
        self.sendRequest(parameters)

    # -- what the library reports

    @guarded
    def onCallState(self, prm: Any) -> None:
        if not self.alive:
            return
        info = self.getInfo()
        self.sip_call_id = info.callIdString
        state = info.state
        if state == pj.PJSIP_INV_STATE_EARLY:
            self._notify(Progress(self, info.lastStatusCode))
        elif state == pj.PJSIP_INV_STATE_CONFIRMED:
            self._notify(Confirmed(self))
        elif state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._gone = True
            self._notify(Gone(self, info.lastStatusCode))

    @guarded
    def onCallMediaState(self, prm: Any) -> None:
        self._notify(MediaChanged(self))

    @guarded
    def onStreamDestroyed(self, prm: Any) -> None:
        if self.alive:
            stats = self.getStreamStat(prm.streamIdx)
            self.stats = _added(self.stats, stats, self._codec, self._srtp)

    @guarded
    def onDtmfEvent(self, prm: Any) -> None:
        if prm.method == pj.PJSUA_DTMF_METHOD_RFC2833:
            ended = bool(prm.flags & _DTMF_IS_END)
            self._notify(KeyEvent(self, prm.digit, prm.timestamp, prm.duration, ended))

    @guarded
    def onCallTsxState(self, prm: Any) -> None:
        state = prm.e.body.tsxState
        transaction = state.tsx
        if transaction.method == "INVITE" and transaction.role == pj.PJSIP_ROLE_UAC:
            if transaction.statusCode == 100:
                self._notify(Progress(self, 100))
        elif (
            transaction.method in ("INFO", "REFER")
            and transaction.role == pj.PJSIP_ROLE_UAS
            and transaction.state == pj.PJSIP_TSX_STATE_TRYING
            and state.type == pj.PJSIP_EVENT_RX_MSG
        ):
            request = state.src.rdata
            message = request.wholeMsg
            ids = int(transaction.pjTransaction), int(request.pjRxData)
            if transaction.method == "REFER":
                self._on_refer(message, *ids)
                return
            self._notify(InfoReceived(self, message))
            if "application/dtmf-relay" not in message.lower():
                native.answer_request(*ids, 200)

    def _on_refer(self, message: str, transaction: int, request: int) -> None:
        """Answered here, a REFER is not seen by the library, which would dial what it names."""
        code = self.refer_code(message)
        native.answer_request(transaction, request, code)
        if code < 300:
            self._notify(ReferReceived(self, message))

    @guarded
    def onCallTransferRequest(self, prm: Any) -> None:
        prm.statusCode = 603

    @guarded
    def onCallReplaceRequest(self, prm: Any) -> None:
        prm.statusCode = 603


def _parameters(code: int, retry_after_s: int) -> Any:
    parameters = pj.CallOpParam(True)
    parameters.statusCode = code
    parameters.opt.audioCount = 1
    parameters.opt.videoCount = 0
    if retry_after_s > 0:
        parameters.txOption.headers.append(_header("Retry-After", str(retry_after_s)))
    return parameters


def _header(name: str, value: str) -> Any:
    header = pj.SipHeader()
    header.hName = name
    header.hValue = value
    return header


def _added(before: LegStats | None, stat: Any, codec: str, srtp: bool) -> LegStats:
    """Statistics over all streams of a leg: a re-INVITE may replace the stream."""
    rtcp = stat.rtcp
    received = rtcp.rxStat
    sent = rtcp.txStat
    old = before or LegStats(codec, 0, 0, 0.0, 0, 0, 0.0, 0.0)
    return LegStats(
        codec=codec or old.codec,
        rx_packets=old.rx_packets + received.pkt,
        rx_lost=old.rx_lost + received.loss,
        rx_jitter_ms=max(old.rx_jitter_ms, received.jitterUsec.mean / 1000),
        tx_packets=old.tx_packets + sent.pkt,
        tx_lost=old.tx_lost + sent.loss,
        tx_jitter_ms=max(old.tx_jitter_ms, sent.jitterUsec.mean / 1000),
        round_trip_ms=max(old.round_trip_ms, rtcp.rttUsec.mean / 1000),
        srtp=srtp,
    )
