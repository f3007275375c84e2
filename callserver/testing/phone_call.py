"""One call inside the phone's process: its state reported, its sound wired."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from pjsua2 import pjsua2 as pj

from callserver.testing import phone_words as words

_CLOSE_S = 1.0
_WINDOW_BYTES = 3200  # 200 ms of 8 kHz 16-bit
_STATES = {
    pj.PJSIP_INV_STATE_CALLING: "calling",
    pj.PJSIP_INV_STATE_EARLY: "ringing",
    pj.PJSIP_INV_STATE_CONFIRMED: "answered",
    pj.PJSIP_INV_STATE_DISCONNECTED: "ended",
}
_HOLDS = {
    pj.PJSUA_CALL_MEDIA_ACTIVE: "none",
    pj.PJSUA_CALL_MEDIA_LOCAL_HOLD: "local",
    pj.PJSUA_CALL_MEDIA_REMOTE_HOLD: "remote",
}
_METHODS = {pj.PJSUA_DTMF_METHOD_RFC2833: "rfc4733", pj.PJSUA_DTMF_METHOD_SIP_INFO: "info"}


def _open_files() -> set[str]:
    files = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the listing's own is gone by now
            files.add(str(descriptor.readlink()))
    return files


class Ear(pj.AudioMediaPort):  # type: ignore[misc]
    """Hands on what is heard in windows of 200 ms; runs in PJSIP's sound thread.

    Ears are lent and given back, never destroyed: the sound thread may still be calling one while
    it is taken from the bridge.
    """

    _free: ClassVar[list["Ear"]] = []

    def __init__(self) -> None:
        super().__init__()
        self._heard = bytearray()
        self._tell: Callable[[bytes], None] | None = None
        form = pj.MediaFormatAudio()
        form.type = pj.PJMEDIA_TYPE_AUDIO
        form.init(pj.PJMEDIA_FORMAT_PCM, 8000, 1, 20000, 16)
        self.createPort("ear", form)

    @classmethod
    def lend(cls, tell: Callable[[bytes], None]) -> "Ear":
        ear = cls._free.pop() if cls._free else cls()
        ear._heard, ear._tell = bytearray(), tell
        return ear

    def give_back(self) -> None:
        self._tell = None
        self._free.append(self)

    def onFrameReceived(self, frame: Any) -> None:
        tell = self._tell
        if tell is None:
            return
        self._heard += bytes(frame.buf)
        if len(self._heard) >= _WINDOW_BYTES:
            window, self._heard = bytes(self._heard), bytearray()
            tell(window)


class PhoneLeg(pj.Call):  # type: ignore[misc]
    """A call, in or out. Sound asked for before there is any starts when there is."""

    def __init__(
        self,
        account: Any,
        name: str,
        report: Callable[[words.Report], None],
        call_id: int = pj.PJSUA_INVALID_ID,
    ) -> None:
        super().__init__(account, call_id)
        self.name = name
        self.over = False
        self._report = report
        self._audio: Any = None
        self._holding = False
        self._source: Any = None
        self._recorder: Any = None
        self._recording = ""
        self._ear: Ear | None = None

    @property
    def alive(self) -> bool:
        """Whether PJSIP knows it. Any call method on one that it does not know aborts."""
        return not self.over and self.getId() >= 0

    # what PJSIP tells

    def onCallState(self, prm: Any) -> None:
        info = self.getInfo()
        state = _STATES.get(info.state)
        if state == "ended":
            self.over = True
            self.farewell()
        if state is not None:
            self._report(
                words.State(
                    call=self.name,
                    state=state,
                    code=info.lastStatusCode,
                    reason=info.lastReason,
                    sip_call_id=info.callIdString,
                )
            )

    def onCallMediaState(self, prm: Any) -> None:
        info = self.getInfo()
        media = info.media  # a temporary's list would be freed under us
        for index, one in enumerate(media):
            if one.type == pj.PJMEDIA_TYPE_AUDIO:
                hold = _HOLDS.get(one.status, "lost")
                self._audio = self.getAudioMedia(index) if hold != "lost" else None
                self._holding = hold == "local"
                self._wire()
                codec = self.getStreamInfo(index).codecName if self._audio is not None else ""
                self._report(words.Media(call=self.name, hold=hold, codec=codec))
                return

    def onDtmfDigit(self, prm: Any) -> None:
        method = _METHODS.get(prm.method, str(prm.method))
        self._report(words.Digit(call=self.name, digit=prm.digit, method=method))

    def onCallTransferStatus(self, prm: Any) -> None:
        prm.cont = True  # the script decides when to hang up
        self._report(words.Transferred(call=self.name, code=prm.statusCode))

    def _wire(self) -> None:
        """Connect what there is; hold and re-INVITE changed the bridge's slots."""
        if self._audio is None:
            return
        if self._source is not None and not self._holding:  # who holds says nothing
            self._source.startTransmit(self._audio)
        for sink in (self._recorder, self._ear):
            if sink is not None:
                self._audio.startTransmit(sink)

    # what the controlling side orders

    def obey(self, order: words.Order) -> None:
        """Carry out an order for this call. Raises ``pj.Error``."""
        match order:
            case words.Reply():
                options = pj.CallOpParam()
                options.statusCode = order.code
                self.answer(options)
            case words.HangUp():
                self.hangup(pj.CallOpParam())
            case words.SendTone():
                self._tone(order.frequency)
            case words.SendFile():
                self._file(order.path)
            case words.SendDigits():
                self._digits(order.digits, order.method)
            case words.Hold():
                self.setHold(pj.CallOpParam(True))
            case words.Resume():
                options = pj.CallOpParam(True)
                options.opt.flag = pj.PJSUA_CALL_UNHOLD
                self.reinvite(options)
            case words.Record():
                self._record(order.path)
            case words.Transfer():
                self.xfer(order.uri, pj.CallOpParam(True))
            case words.Listen():
                self._listen(order.on)

    def _tone(self, frequency: int) -> None:
        self._source = None
        if frequency:
            tone = pj.ToneDesc()
            tone.freq1, tone.on_msec, tone.off_msec = frequency, 1000, 0
            tones = pj.ToneDescVector()
            tones.append(tone)
            generator = pj.ToneGenerator()
            generator.createToneGenerator(8000, 1)
            generator.play(tones, True)
            self._source = generator
        self._wire()

    def _file(self, path: str) -> None:
        player = pj.AudioMediaPlayer()
        player.createPlayer(path, pj.PJMEDIA_FILE_NO_LOOP)
        self._source = player
        self._wire()

    def _digits(self, digits: str, method: str) -> None:
        if method == "rfc4733":
            self.dialDtmf(digits)
            return
        param = pj.CallSendDtmfParam()
        param.method, param.digits = pj.PJSUA_DTMF_METHOD_SIP_INFO, digits
        self.sendDtmf(param)

    def _record(self, path: str) -> None:
        self._close_recording()
        if path:
            recorder = pj.AudioMediaRecorder()
            recorder.createRecorder(path)
            self._recorder, self._recording = recorder, path
            self._wire()

    def _close_recording(self) -> None:
        """Return when the file is complete: PJSIP 2.15 closes it later, in its sound thread."""
        if self._recorder is None:
            return
        self._recorder = None
        file = str(Path(self._recording).resolve())
        deadline = time.monotonic() + _CLOSE_S
        while file in _open_files() and time.monotonic() < deadline:
            time.sleep(0.002)

    def _listen(self, on: bool) -> None:
        self._unlisten()
        if on:
            self._ear = Ear.lend(lambda pcm: self._report(words.Heard(call=self.name, pcm=pcm)))
            self._wire()

    def _unlisten(self) -> None:
        if self._ear is not None:
            if self._audio is not None:
                self._audio.stopTransmit(self._ear)
            self._ear.give_back()
            self._ear = None

    def farewell(self) -> None:
        """Take the media away before the call goes; closes the recording."""
        self._unlisten()
        self._close_recording()
        self._audio = self._source = None
