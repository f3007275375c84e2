"""The process of one :class:`callserver.testing.phone.Phone`: PJSIP, its calls and one loop.

Alone in its process because pjsua2 holds four calls at most and its assertions abort. The loop
sleeps in PJSIP; whoever writes an order to standard input wakes it with a CRLF datagram
(RFC 5626 section 3.5.1), which PJSIP drops.
"""

import gc
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
from pjsua2 import pjsua2 as pj

from callserver.testing import phone_words as words
from callserver.testing.phone_call import PhoneLeg

_ORDERS = msgspec.json.Decoder(words.Numbered)
_IDLE_MS = 500
_GOODBYE_S = 1.0


# PJSIP prints to standard output before it has been configured; reports keep it for themselves
_REPORTS = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)


def report(word: words.Report) -> None:
    """Say something to the controlling side."""
    _REPORTS.write(msgspec.json.encode(word) + b"\n")
    _REPORTS.flush()


class _Account(pj.Account):  # type: ignore[misc]
    """One identity of the phone."""

    def __init__(self, process: "PhoneProcess") -> None:
        super().__init__()
        self._process = process

    def onRegState(self, prm: Any) -> None:
        if self is self._process.registered and prm.code >= 200:
            report(
                words.Registration(
                    code=prm.code,
                    reason=prm.reason,
                    expires=prm.expiration if prm.code < 300 else 0,
                )
            )

    def onIncomingCall(self, prm: Any) -> None:
        self._process.incoming(self, prm.callId, prm.rdata.wholeMsg)


class PhoneProcess:
    """Carries out orders until it is closed or its controller is gone."""

    def __init__(self, setup: words.Setup) -> None:
        self._setup = setup
        self._calls: dict[str, PhoneLeg] = {}
        self._accounts: dict[tuple[str, str], _Account] = {}
        self._incoming = 0
        self._open = True
        self._input = b""
        self.registered: _Account | None = None
        self._former: list[_Account] = []
        self._endpoint = pj.Endpoint()
        self._endpoint.libCreate()
        self._endpoint.libInit(self._config())
        self._endpoint.audDevManager().setNullDev()
        for codec in self._endpoint.codecEnum2():
            rank = next(
                (n for n, one in enumerate(setup.codecs) if codec.codecId.startswith(one)), None
            )
            self._endpoint.codecSetPriority(codec.codecId, 0 if rank is None else 200 - rank)
        wake_transport = self._transport(pj.PJSIP_TRANSPORT_UDP, setup.port, setup.transport)
        self._wake_port = self._port(wake_transport)
        self._transport_id, self._sip_port = wake_transport, self._wake_port
        if setup.transport == "tcp":
            self._transport_id = self._transport(pj.PJSIP_TRANSPORT_TCP, setup.port, "tcp")
            self._sip_port = self._port(self._transport_id)
        self._endpoint.libStart()
        self._nobody = self._account("", "")

    def _config(self) -> Any:
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.userAgent = f"callserver-phone/{self._setup.name}"
        config.medConfig.clockRate = config.medConfig.sndClockRate = 8000
        config.medConfig.noVad = True
        config.medConfig.ecTailLen = 0
        config.logConfig.consoleLevel = 0
        config.logConfig.level = 0
        if self._setup.log_dir:
            config.logConfig.level = 5
            config.logConfig.msgLogging = 1
            config.logConfig.filename = str(
                Path(self._setup.log_dir) / f"phone-{self._setup.name}.log"
            )
        return config

    def _transport(self, kind: int, port: int, wanted: str) -> int:
        """Listen on the phone's own port; the UDP one of a TCP phone is only there to be woken."""
        config = pj.TransportConfig()
        config.boundAddress = self._setup.host
        config.port = port if wanted == ("udp" if kind == pj.PJSIP_TRANSPORT_UDP else "tcp") else 0
        transport: int = self._endpoint.transportCreate(kind, config)
        return transport

    def _port(self, transport: int) -> int:
        info = self._endpoint.transportGetInfo(transport)
        return int(info.localName.rpartition(":")[2])

    def _account_config(self, uri: str, username: str, password: str) -> Any:
        config = pj.AccountConfig()
        config.idUri = uri
        config.sipConfig.transportId = self._transport_id
        if username:
            config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", username, 0, password))
        config.mediaConfig.transportConfig.boundAddress = self._setup.host
        config.mediaConfig.transportConfig.port = 0
        config.natConfig.contactRewriteUse = 0
        config.natConfig.viaRewriteUse = 0
        config.natConfig.sipOutboundUse = 0
        config.regConfig.registerOnAdd = False
        config.regConfig.retryIntervalSec = 0
        config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_INACTIVE
        return config

    def _account(self, username: str, password: str) -> _Account:
        """The account that calls with these credentials; made when first asked for."""
        account = self._accounts.get((username, password))
        if account is None:
            uri = f"sip:{self._setup.name}@{self._setup.host}:{self._sip_port}"
            account = _Account(self)
            account.create(self._account_config(uri, username, password), not self._accounts)
            self._accounts[username, password] = account
        return account

    # orders

    def register(self, order: words.Register) -> None:
        if self.registered is not None:
            # Kept: a destructor would shut down whatever account has its number by then
            self._former.append(self.registered)
            self.registered = None
            self._former[-1].shutdown()
        config = self._account_config(
            f"sip:{order.username}@{order.server}", order.username, order.password
        )
        suffix = ";transport=tcp" if self._setup.transport == "tcp" else ""
        config.regConfig.registrarUri = f"sip:{order.server}{suffix}"
        config.regConfig.timeoutSec = order.expires
        account = _Account(self)
        account.create(config, False)
        self.registered = account
        account.setRegistration(True)

    def unregister(self, order: words.Unregister) -> None:
        if self.registered is None:
            raise ValueError("not registered")
        self.registered.setRegistration(False)

    def dial(self, order: words.Dial) -> None:
        account = self.registered or self._nobody
        if order.username:
            account = self._account(order.username, order.password)
        leg = PhoneLeg(account, order.call, report)
        options = pj.CallOpParam(True)
        host = order.uri.partition("@")[2].partition(";")[0] or self._setup.host
        if order.number:
            display = f'"{order.name}" ' if order.name else ""
            options.txOption.localUri = f"{display}<sip:{order.number}@{host}>"
        for name, value in order.headers.items():
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            options.txOption.headers.append(header)
        uri = order.uri
        if self._setup.transport == "tcp" and "transport=" not in uri:
            uri += ";transport=tcp"
        self._calls[order.call] = leg
        try:
            leg.makeCall(uri, options)
        except pj.Error:
            del self._calls[order.call]
            raise

    def replace(self, order: words.Transfer) -> None:
        leg, other = self._calls.get(order.call), self._calls.get(order.other)
        if leg is None or other is None or not (leg.alive and other.alive):
            raise ValueError("one of the two calls has ended")
        leg.xferReplaces(other, pj.CallOpParam(True))

    def close(self, order: words.Close) -> None:
        self._open = False

    def incoming(self, account: _Account, call_id: int, invite: str) -> None:
        self._incoming += 1
        leg = PhoneLeg(account, f"i{self._incoming}", report, call_id)
        self._calls[leg.name] = leg
        info = leg.getInfo()
        report(
            words.Incoming(
                call=leg.name,
                remote=info.remoteUri,
                sip_call_id=info.callIdString,
                invite=invite,
            )
        )

    def _obey(self, order: words.Order) -> str:
        """Carry out one order; what went wrong, or nothing."""
        try:
            match order:
                case words.Register():
                    self.register(order)
                case words.Unregister():
                    self.unregister(order)
                case words.Dial():
                    self.dial(order)
                case words.Close():
                    self.close(order)
                case words.Transfer() if order.other:
                    self.replace(order)
                case _:
                    leg = self._calls.get(order.call)
                    if leg is None or not leg.alive:
                        return "the call has ended"
                    leg.obey(order)
        except pj.Error as error:
            return f"{error.title}: {error.reason} ({error.status})"
        except ValueError as error:
            return str(error)
        return ""

    # the loop

    def run(self) -> None:
        """Until ``Close`` or the end of standard input."""
        report(words.Ready(port=self._sip_port, wake_port=self._wake_port))
        while self._open:
            self._endpoint.libHandleEvents(_IDLE_MS)
            self._bury()
            for order in self._orders():
                report(words.Done(id=order.id, error=self._obey(order.order)))
        self._goodbye()

    def _bury(self) -> None:
        """Let go of ended calls here, never inside their own callback."""
        for name in [name for name, leg in self._calls.items() if leg.over]:
            del self._calls[name]

    def _orders(self) -> list[words.Numbered]:
        while select.select([0], [], [], 0)[0]:
            data = os.read(0, 65536)
            if not data:
                self._open = False
                break
            self._input += data
        *lines, self._input = self._input.split(b"\n")
        return [_ORDERS.decode(line) for line in lines]

    def _goodbye(self) -> None:
        """Leave no call and no registration behind, but never wait long for it."""
        for leg in self._calls.values():
            leg.farewell()
        self._endpoint.hangupAllCalls()
        leaving = self.registered is not None and self.registered.getInfo().regIsActive
        if leaving and self.registered is not None:
            self.registered.setRegistration(False)
        deadline = time.monotonic() + _GOODBYE_S
        while time.monotonic() < deadline and (
            any(leg.alive for leg in self._calls.values())
            or (self.registered is not None and self.registered.getInfo().regIsActive)
        ):
            self._endpoint.libHandleEvents(20)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the controlling side to answer
    # A collection could run in PJSIP's sound thread and destroy a call under it; counting is enough
    gc.disable()
    PhoneProcess(msgspec.json.decode(sys.argv[1], type=words.Setup)).run()
    os._exit(0)  # libDestroy aborts when a media object is still alive


if __name__ == "__main__":
    main()
