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
import itertools
import signal
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from callserver.testing import phone_words as words
from callserver.testing.phone_link import PhoneDied, PhoneError, PhoneLink
from callserver.testing.softcall import SoftCall
from callserver.testing.watch import PATIENCE_S

__all__ = ["Phone", "PhoneDied", "PhoneError", "SoftCall"]


class Phone:
    """One phone. Make it with :meth:`start`, leave it with :meth:`close` (``async with`` does)."""

    def __init__(
        self, setup: words.Setup, auto_answer_s: float | None, tone_on_answer: int
    ) -> None:
        self.name = setup.name
        self.host = setup.host
        self.transport = setup.transport
        self._auto_answer_s = auto_answer_s
        self._tone_on_answer = tone_on_answer
        self._started: PhoneLink | None = None
        self._dialled = itertools.count(1)
        self._calls: dict[str, SoftCall] = {}
        self._arrived: list[SoftCall] = []
        self._registration: words.Registration | None = None
        self._timers: set[asyncio.TimerHandle] = set()

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
        phone = cls(setup, auto_answer_s, tone_on_answer)
        phone._started = await PhoneLink.start(setup, phone._take)
        return phone

    @property
    def _link(self) -> PhoneLink:
        if self._started is None:
            raise PhoneError("not started")
        return self._started

    @property
    def pid(self) -> int:
        return self._link.pid

    @property
    def port(self) -> int:
        """Its SIP port."""
        return self._link.port

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
        await self._link.order(
            words.Register(server=server, username=username, password=password, expires=expires)
        )
        return await self._registered(timeout)

    async def unregister(self, timeout: float = 10.0) -> int:  # noqa: ASYNC109
        """Take the registration back; the final status."""
        self._registration = None
        await self._link.order(words.Unregister())
        return await self._registered(timeout)

    async def _registered(self, timeout: float) -> int:  # noqa: ASYNC109
        await self._link.watch.until(
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
        call = SoftCall(self._link, f"o{next(self._dialled)}", remote=uri)
        self._calls[call.key] = call
        await self._link.order(
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

    async def incoming(self, timeout: float = PATIENCE_S) -> SoftCall:  # noqa: ASYNC109
        """The next call that came in, in order of arrival."""
        await self._link.watch.until(f"phone {self.name} is called", lambda: self._arrived, timeout)
        return self._arrived.pop(0)

    async def close(self) -> None:
        """Hang up, unregister and end; at the latest after 3 s."""
        self._stop_timers()
        await self._link.close()

    async def kill(self, sig: int = signal.SIGKILL) -> None:
        """End the process as an accident would; nobody is told."""
        self._stop_timers()
        await self._link.kill(sig)

    def _stop_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()

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

    def _take(self, report: words.Report) -> None:
        match report:
            case words.Registration():
                self._registration = report
            case words.Incoming():
                call = SoftCall(self._link, report.call, report.remote, report.invite)
                call.sip_call_id = report.sip_call_id
                self._calls[call.key] = call
                self._arrived.append(call)
                if self._auto_answer_s is not None:
                    self._answer_later(call, self._auto_answer_s)
            case (
                words.State() | words.Media() | words.Digit() | words.Transferred() | words.Heard()
            ):
                self._calls[report.call].take(report)
            case _:
                pass

    def _answer_later(self, call: SoftCall, seconds: float) -> None:
        link = self._link
        link.tell(words.Reply(call=call.key, code=180))
        if self._tone_on_answer:
            link.tell(words.SendTone(call=call.key, frequency=self._tone_on_answer))

        def answer() -> None:
            self._timers.discard(timer)
            if link.error is None and call.state != "ended":
                link.tell(words.Reply(call=call.key, code=200))

        timer = asyncio.get_running_loop().call_later(seconds, answer)
        self._timers.add(timer)
