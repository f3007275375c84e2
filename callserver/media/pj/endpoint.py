"""The SIP stack of one worker: started once, never stopped (the process leaves with it)."""

import contextlib
import os
import socket
from collections import deque
from typing import Any

from pjsua2 import pjsua2 as pj

from callserver.media.pj import native
from callserver.media.pj.leg import Incoming, LegCall, Signal, guarded
from callserver.media.pj.native import CLOCK_RATE, FRAME_MS
from callserver.media.pj.ports import RtpPorts
from callserver.model.commands import DialTarget, Srtp

MAX_CALLS = 4  # compiled into the library
CODECS = (("PCMU/8000/1", 255), ("PCMA/8000/1", 254), ("G722/16000/1", 253))
# A request unanswered for this long is over. The default of 32 s would let four phones that
# never answer hold all four calls of the stack.
TRANSACTION_TIMEOUT_MS = 10_000
LOOPBACK = "127.0.0.1"
WORKER_USER = "worker"
_FILES_OPENED = 16  # at most, while the SIP socket is opened
_SRTP_USE = {
    Srtp.OFF: pj.PJMEDIA_SRTP_DISABLED,
    Srtp.OFFERED: pj.PJMEDIA_SRTP_OPTIONAL,
    Srtp.REQUIRED: pj.PJMEDIA_SRTP_MANDATORY,
}


def _configuration() -> Any:
    config = pj.EpConfig()
    agent = config.uaConfig
    agent.threadCnt = 0
    agent.mainThreadOnly = True
    agent.maxCalls = MAX_CALLS
    agent.userAgent = "callserver"
    agent.natTypeInSdp = 0
    agent.mwiUnsolicitedEnabled = False
    media = config.medConfig
    media.clockRate = media.sndClockRate = CLOCK_RATE
    media.audioFramePtime = media.ptime = FRAME_MS
    media.channelCount = 1
    media.noVad = True
    media.ecTailLen = 0
    media.quality = 1
    media.maxMediaPorts = 32
    media.sndAutoCloseTime = -1
    # RTP sockets live in the SIP queue and are read by poll(): no media thread.
    media.hasIoqueue = False
    media.threadCnt = 0
    return config


# Made by the forker's import: a worker that made its own would hold 0.4 MB more of its own.
_CONFIGURATION = _configuration()


class _Account(pj.Account):  # type: ignore[misc]
    def __init__(self, signals: deque[Signal], calls: list[LegCall]) -> None:
        pj.Account.__init__(self)
        self._signals = signals
        self._calls = calls

    @guarded
    def onIncomingCall(self, prm: Any) -> None:
        call = LegCall(self, self._signals.append, prm.callId)
        self._calls.append(call)
        call.read_call_id()
        self._signals.append(Incoming(call))


class Endpoint:
    """``public`` and ``internal`` are ``host:port``; see ``WorkerSpec``. Raises ``pj.Error``."""

    def __init__(
        self,
        token: str,
        public: str,
        internal: str,
        rtp_host: str,
        ports: RtpPorts,
        log_level: int,
        *,
        srtp: bool,
    ) -> None:
        self.signals: deque[Signal] = deque()
        # Kept to the end: the destructor of a call that is over would hang up whichever call has
        # its number now.
        self._calls: list[LegCall] = []
        self._token = token
        self._public = public
        self._internal = internal
        self._rtp_host = rtp_host
        self._ports = ports
        native.quiet()
        self._endpoint = pj.Endpoint()
        self._endpoint.libCreate()
        _CONFIGURATION.logConfig.level = _CONFIGURATION.logConfig.consoleLevel = log_level
        self._endpoint.libInit(_CONFIGURATION)
        native.set_transaction_timeout(TRANSACTION_TIMEOUT_MS)
        transport = pj.TransportConfig()
        transport.port = 0
        transport.boundAddress = "127.0.0.1"
        next_number = _next_file_number()
        transport_id = self._endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        self._endpoint.libStart()
        info = self._endpoint.transportGetInfo(transport_id)
        self.sip_port = int(info.localName.rpartition(":")[2])
        self.sip_socket = _own_socket(self.sip_port, next_number)
        self._choose_codecs()
        master = self._endpoint.audDevManager().setNoDev()
        self.tick = native.clock(int(master))
        use = Srtp.OFFERED if srtp else Srtp.OFF
        self._account = self._new_account(f"<sip:{token}@{public}>", ports.whole, use)
        self._door = self._new_door()

    def dial(self, target: DialTarget, caller: str) -> LegCall:
        """Call out as ``caller`` (a From value). Raises ``pj.Error``."""
        if target.worker:
            account = self._door
        else:
            account = self._new_account(
                caller, self._ports.next(), target.srtp, target.username, target.password
            )
        call = LegCall(account, self.signals.append)
        self._calls.append(call)
        try:
            call.invite(target.uri)
        except pj.Error:
            self.forget(call)
            raise
        return call

    def forget(self, call: LegCall) -> None:
        """Free the account of an outgoing call that is gone."""
        if call.account not in (self._account, self._door):
            call.account.shutdown()

    def _choose_codecs(self) -> None:
        self._endpoint.codecSetPriority("*", 0)
        for name, priority in CODECS:
            self._endpoint.codecSetPriority(name, priority)

    def _new_door(self) -> _Account:
        """For calls between workers: neither signalling nor sound leaves the machine. There from
        the start, since the library looks for it before a command could have made it."""
        config = pj.AccountConfig()
        config.idUri = f"<sip:{WORKER_USER}@{LOOPBACK}:{self.sip_port}>"
        transport = config.mediaConfig.transportConfig
        transport.boundAddress = LOOPBACK
        transport.port, transport.portRange = self._ports.whole
        account = _Account(self.signals, self._calls)
        account.create(config)
        return account

    def _new_account(
        self,
        identity: str,
        rtp: tuple[int, int],
        srtp: Srtp,
        username: str = "",
        password: str = "",
    ) -> _Account:
        config = pj.AccountConfig()
        config.idUri = identity
        config.sipConfig.proxies.append(f"<sip:{self._internal};lr>")
        config.sipConfig.contactForced = f"<sip:{self._token}@{self._public}>"
        if username:
            config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", username, 0, password))
        config.mediaConfig.srtpUse = _SRTP_USE[srtp]
        config.mediaConfig.srtpSecureSignaling = 0  # the TLS is the front door's
        transport = config.mediaConfig.transportConfig
        transport.boundAddress = self._ports.bind
        transport.publicAddress = self._rtp_host
        transport.port, transport.portRange = rtp
        account = _Account(self.signals, self._calls)
        account.create(config)
        return account


def _next_file_number() -> int:
    """The number that the next file or socket opened will have."""
    number = os.dup(2)
    os.close(number)
    return number


def _own_socket(port: int, first_number: int) -> socket.socket:
    """A second handle of the SIP socket, to wait on. The library does not hand its own out, but it
    was opened as file ``first_number`` or soon after."""
    for number in range(first_number, first_number + _FILES_OPENED):
        with contextlib.suppress(OSError):
            candidate = socket.fromfd(number, socket.AF_INET, socket.SOCK_DGRAM)
            if candidate.getsockname() == ("127.0.0.1", port):
                return candidate
            candidate.close()
    raise RuntimeError(f"the SIP socket on port {port} is not among this process's files")
