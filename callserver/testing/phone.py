"""A softphone to script: it registers, calls, answers, holds, presses keys, makes and hears tones.

::

    async with await Phone.start("alice", log_dir=tmp) as alice:
        assert await alice.register("127.0.0.1:5060", "alice", "a secret") == 200
        call = await alice.incoming(timeout=5)
        await call.answer()
        await call.tone(440)
        await call.hears(880)
        assert await call.ended(timeout=10) == 200

PJSIP lives in a process of the phone's own (``phone_process``); at most four calls at a time. When
that process dies, everybody who waits for it gets :class:`PhoneDied`.
"""

import asyncio
import contextlib
import itertools
import os
import signal
import socket
import sys
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal, Self

import msgspec

from callserver.testing import phone_words as words
from callserver.testing.softcall import PhoneDied, PhoneError, SoftCall
from callserver.testing.watch import Watch

__all__ = ["Phone", "PhoneDied", "PhoneError", "SoftCall"]

_WAKE = b"\r\n\r\n"
_START_S = 10.0
_CLOSE_S = 3.0
_REPORTS = msgspec.json.Decoder(words.Report)


def _stderr(name: str, log_dir: Path | None) -> BinaryIO:
    if log_dir is None:
        return Path(os.devnull).open("wb")
    log_dir.mkdir(parents=True, exist_ok=True)
    return (log_dir / f"phone-{name}.stderr").open("wb")


class Phone:
    """One phone. Make it with :meth:`start`, leave it with :meth:`close` (``async with`` does)."""

    def __init__(
        self,
        setup: words.Setup,
        process: asyncio.subprocess.Process,
        auto_answer_s: float | None,
        tone_on_answer: int,
    ) -> None:
        self.name = setup.name
        self.host = setup.host
        self.transport = setup.transport
        self.port = 0
        self._process = process
        self._auto_answer_s = auto_answer_s
        self._tone_on_answer = tone_on_answer
        self._wake = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._wake.setblocking(False)
        self._wake_port = 0
        self._orders = itertools.count(1)
        self._dialled = itertools.count(1)
        self._done: dict[int, str] = {}
        self._calls: dict[str, SoftCall] = {}
        self._arrived: list[SoftCall] = []
        self._registration: words.Registration | None = None
        self._watch = Watch()
        self._error: PhoneDied | None = None
        self._timers: set[asyncio.TimerHandle] = set()
        self._reader = asyncio.create_task(self._read(), name=f"phone.{self.name}.read")

    @classmethod
    async def start(
        cls,
        name: str,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        transport: Literal["udp", "tcp"] = "udp",
        codecs: tuple[str, ...] = ("PCMU", "PCMA", "G722"),
        log_dir: Path | None = None,
        auto_answer_s: float | None = None,
        tone_on_answer: int = 0,
    ) -> Self:
        """A phone that listens on ``host`` (SIP port 0: a free one).

        With ``log_dir`` it writes ``phone-NAME.log`` (all SIP messages) there. With
        ``auto_answer_s`` it rings at once and answers after so many seconds, sending
        ``tone_on_answer`` (hertz; 0: silence); the calls come out of :meth:`incoming` all the same.
        Raises :class:`PhoneDied` when it cannot listen there.
        """
        setup = words.Setup(
            name=name,
            host=host,
            port=port,
            transport=transport,
            codecs=codecs,
            log_dir=str(log_dir or ""),
        )
        with _stderr(name, log_dir) as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "callserver.testing.phone_process",
                msgspec.json.encode(setup).decode(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                limit=1 << 20,
            )
        phone = cls(setup, process, auto_answer_s, tone_on_answer)
        try:
            await phone._watch.until(f"phone {name} is up", lambda: phone.port, _START_S)
        except BaseException:
            await phone.kill()
            raise
        return phone

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def address(self) -> str:
        """``host:port`` of its SIP."""
        return f"{self.host}:{self.port}"

    @property
    def uri(self) -> str:
        """Where this phone can be called without a server."""
        suffix = ";transport=tcp" if self.transport == "tcp" else ""
        return f"sip:{self.name}@{self.address}{suffix}"

    @property
    def calls(self) -> tuple[SoftCall, ...]:
        """All calls so far, ended ones too."""
        return tuple(self._calls.values())

    @property
    def registered(self) -> bool:
        return self._registration is not None and self._registration.expires > 0

    async def register(
        self,
        server: str,
        username: str,
        password: str,
        *,
        expires: int = 300,
        timeout: float = 10.0,  # noqa: ASYNC109
    ) -> int:
        """REGISTER at ``host:port``; the final status (200, 403 …; 408: no answer)."""
        self._registration = None
        await self.order(
            words.Register(server=server, username=username, password=password, expires=expires)
        )
        return await self._registered(timeout)

    async def unregister(self, timeout: float = 10.0) -> int:  # noqa: ASYNC109
        """Take the registration back; the final status."""
        self._registration = None
        await self.order(words.Unregister())
        return await self._registered(timeout)

    async def _registered(self, timeout: float) -> int:  # noqa: ASYNC109
        await self._watch.until(
            f"phone {self.name} hears from the registrar", lambda: self._registration, timeout
        )
        return self._registration.code if self._registration is not None else 0

    async def call(
        self,
        uri: str,
        *,
        number: str = "",
        name: str = "",
        username: str = "",
        password: str = "",
        headers: dict[str, str] | None = None,
    ) -> SoftCall:
        """Call somebody and return at once. ``number`` and ``name`` stand in the From header;
        credentials are for callers who are not registered. Raises :class:`PhoneError`."""
        call = SoftCall(self, f"o{next(self._dialled)}", remote=uri)
        self._calls[call.key] = call
        await self.order(
            words.Dial(
                call=call.key,
                uri=uri,
                number=number,
                name=name,
                username=username,
                password=password,
                headers=headers or {},
            )
        )
        return call

    async def incoming(self, timeout: float = 5.0) -> SoftCall:  # noqa: ASYNC109
        """The next call that came in, in order of arrival."""
        await self._watch.until(f"phone {self.name} is called", lambda: self._arrived, timeout)
        return self._arrived.pop(0)

    async def order(self, order: words.Order) -> None:
        """Have the process do something. Raises :class:`PhoneError` with its reason, or
        :class:`PhoneDied`."""
        number = self.tell(order)
        await self._watch.until(
            f"phone {self.name} obeys {type(order).__name__}",
            lambda: number in self._done,
            _START_S,
        )
        if error := self._done.pop(number):
            raise PhoneError(f"phone {self.name}: {type(order).__name__}: {error}")

    def tell(self, order: words.Order) -> int:
        """Send an order without waiting for what becomes of it; its number."""
        if self._error is not None:
            raise self._error
        number = next(self._orders)
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(words.Numbered(number, order)) + b"\n")
        if self._wake_port:
            self._wake.sendto(_WAKE, (self.host, self._wake_port))
        return number

    def stop_listening(self, call: SoftCall) -> None:
        """Nobody wants to know what ``call`` hears any more."""
        if self._error is None:
            self.tell(words.Listen(call=call.key, on=False))

    async def close(self) -> None:
        """Hang up, unregister and end; at the latest after 3 s."""
        if self._error is None:
            self.tell(words.Close())
        await self._gone(_CLOSE_S)

    async def kill(self, sig: int = signal.SIGKILL) -> None:
        """End the process as an accident would; nobody is told."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(sig)
        await self._gone(_CLOSE_S)

    async def _gone(self, patience: float) -> None:
        for timer in self._timers:
            timer.cancel()
        try:
            async with asyncio.timeout(patience):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reader
        self._wake.close()
        if self._process.stdin is not None:
            self._process.stdin.close()
            with contextlib.suppress(ConnectionError):
                await self._process.stdin.wait_closed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    # what the process reports

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self._take(_REPORTS.decode(line))
            self._watch.changed()
        status = await self._process.wait()
        self._error = PhoneDied(f"phone {self.name} (pid {self.pid}) ended with {status}")
        self._watch.fail(self._error)
        for call in self._calls.values():
            call.phone_died(self._error)

    def _take(self, report: words.Report) -> None:
        match report:
            case words.Ready():
                self._wake_port, self.port = report.wake_port, report.port
            case words.Done():
                self._done[report.id] = report.error
            case words.Registration():
                self._registration = report
            case words.Incoming():
                call = SoftCall(self, report.call, remote=report.remote, invite=report.invite)
                call.sip_call_id = report.sip_call_id
                self._calls[call.key] = call
                self._arrived.append(call)
                if self._auto_answer_s is not None:
                    self._answer_later(call, self._auto_answer_s)
            case _:
                self._calls[report.call].take(report)

    def _answer_later(self, call: SoftCall, seconds: float) -> None:
        self.tell(words.Reply(call=call.key, code=180))
        if self._tone_on_answer:
            self.tell(words.SendTone(call=call.key, frequency=self._tone_on_answer))

        def answer() -> None:
            self._timers.discard(timer)
            if self._error is None and call.state != "ended":
                self.tell(words.Reply(call=call.key, code=200))

        timer = asyncio.get_running_loop().call_later(seconds, answer)
        self._timers.add(timer)
