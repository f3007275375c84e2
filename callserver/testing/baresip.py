"""Debian's baresip as a phone: a softphone that nobody here wrote, driven over its ``ctrl_tcp``.

::

    async with await Baresip.start("carol", tmp / "carol", tone_hz=600,
                                   server="127.0.0.1:5060", password="a secret") as carol:
        await carol.event("REGISTER_OK")
        await carol.event("CALL_INCOMING")
        await carol.accept()
        await carol.hears(440)

It has no sound card: it sends a tone (``ausine``) and writes what it hears to a WAV file
(``sndfile``), which is read while it grows. Version 1.0 writes no more of it after a hold (it
empties its chain of filters and does not fill it again); what it says is heard all the same.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self

from callserver.testing import frequency, wav
from callserver.testing.ports import free_port, free_range
from callserver.testing.watch import PATIENCE_S, Watch

MODULES = Path("/usr/lib/baresip/modules")
RTP_PORTS = 20
_START_S = PATIENCE_S
_STOP_S = 3.0

_CONFIG = """
poll_method epoll
sip_listen {host}:{port}
net_interface {host}
rtp_ports {first}-{last}
rtcp_mux no
jitter_buffer_delay 5-10
call_local_timeout 120
call_max_calls 4
audio_source ausine,{tone_hz}
audio_player nil,
audio_alert nil,
ausrc_srate 48000
ausrc_channels 2
snd_path {folder}
statmode_default off
ctrl_tcp_listen 127.0.0.1:{control}
module_path {modules}
module g711.so
module srtp.so
module ausine.so
module sndfile.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
"""


class BaresipError(Exception):
    """baresip ended, or refused a command; the message says which."""


class Baresip:
    """One phone. ``events`` is everything it told, as its own JSON objects."""

    def __init__(self, name: str, folder: Path, host: str) -> None:
        self.name = name
        self.host = host
        self.port = free_range(2)  # baresip takes the next one for TLS
        self.folder = folder
        self.events: list[dict[str, Any]] = []
        self._control = free_port()
        self._seen = 0
        self._responses: list[dict[str, Any]] = []
        self._watch = Watch()
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    @classmethod
    async def start(
        cls,
        name: str,
        folder: Path,
        *,
        tone_hz: int,
        host: str = "127.0.0.1",
        server: str = "",
        password: str = "",
        authority: Path | None = None,
        srtp: Literal["", "srtp", "srtp-mand"] = "",
    ) -> Self:
        """A phone that listens on ``host``. With ``server`` (``host:port``) it registers there as
        ``name``; the outcome is the event ``REGISTER_OK`` or ``REGISTER_FAIL``. With ``authority``
        (who signed the server's certificate) it does so over TLS. ``srtp`` encrypts its sound:
        `srtp` as RTP/AVP, when the other side does too, `srtp-mand` as RTP/SAVP or not at all."""
        phone = cls(name, folder, host)
        with phone._prepare(tone_hz, authority) as screen:
            phone._process = await asyncio.create_subprocess_exec(
                *("baresip", "-f", str(folder), "-4"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=screen,
                stderr=screen,
                cwd=folder,
            )
        try:
            await phone._connect()
            options = f";mediaenc={srtp}" if srtp else ""
            await phone._open_account(server, password, "tls" if authority else "udp", options)
        except BaseException:
            await phone.close()
            raise
        return phone

    def _prepare(self, tone_hz: int, authority: Path | None) -> BinaryIO:
        self.folder.mkdir(parents=True)
        first = free_range(RTP_PORTS)
        verify = f"sip_cafile {authority}\nsip_verify_server yes\n" if authority else ""
        (self.folder / "config").write_text(
            verify
            + _CONFIG.format(
                host=self.host,
                port=self.port,
                first=first,
                last=first + RTP_PORTS - 1,
                tone_hz=tone_hz,
                folder=self.folder,
                control=self._control,
                modules=MODULES,
            )
        )
        (self.folder / "accounts").write_text("")
        return (self.folder / "baresip.log").open("wb")

    async def _connect(self) -> None:
        async with asyncio.timeout(_START_S):
            while True:
                if self._process is None or self._process.returncode is not None:
                    raise BaresipError(f"baresip ended at once:\n{self.said()}")
                try:
                    reader, self._writer = await asyncio.open_connection("127.0.0.1", self._control)
                    break
                except ConnectionRefusedError:
                    await asyncio.sleep(0.02)
        self._reader = asyncio.create_task(self._read(reader), name=f"baresip.{self.name}.read")

    async def _open_account(self, server: str, password: str, transport: str, options: str) -> None:
        """Only now, so that the outcome of the registration is heard."""
        secret = f";auth_user={self.name};auth_pass={password}" if password else ""
        at, interval = (server, 300) if server else (f"{self.host}:{self.port}", 0)
        uri = f"<sip:{self.name}@{at};transport={transport}>"
        await self.command("uanew", f"{uri};regint={interval}{secret}{options}")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Netstrings: length, colon, JSON, comma."""
        try:
            while True:
                length = await reader.readuntil(b":")
                content = await reader.readexactly(int(length[:-1]))
                await reader.readexactly(1)
                message = json.loads(content)
                (self.events if message.get("event") else self._responses).append(message)
                self._watch.changed()
        except (asyncio.IncompleteReadError, ConnectionError):
            self._watch.fail(BaresipError(f"baresip {self.name} is gone:\n{self.said()}"))

    @property
    def uri(self) -> str:
        """Where it can be called without a server."""
        return f"sip:{self.name}@{self.host}:{self.port}"

    def said(self) -> str:
        """The end of what it printed."""
        return (self.folder / "baresip.log").read_text(errors="replace")[-4000:]

    async def event(self, kind: str, within: float = PATIENCE_S) -> dict[str, Any]:
        """The next event of a kind (``REGISTER_OK``, ``CALL_INCOMING``, ``CALL_ESTABLISHED``,
        ``CALL_CLOSED`` …) after the last one asked for; those between are passed over."""

        def find() -> int | None:
            rest = range(self._seen, len(self.events))
            return next((one for one in rest if self.events[one]["type"] == kind), None)

        await self._watch.until(f"baresip {self.name}: {kind}", lambda: find() is not None, within)
        place = find()
        assert place is not None
        self._seen = place + 1
        return self.events[place]

    async def command(self, command: str, params: str = "") -> str:
        """Any command of its menu; its answer. Raises :class:`BaresipError`."""
        if self._writer is None:
            raise BaresipError("not connected")
        content = json.dumps({"command": command, "params": params}).encode()
        count = len(self._responses)
        self._writer.write(b"%d:%s," % (len(content), content))
        await self._watch.until(
            f"baresip {self.name} obeys {command}", lambda: len(self._responses) > count, PATIENCE_S
        )
        answer = self._responses[count]
        if not answer["ok"]:
            raise BaresipError(f"{command}: {answer['data']}")
        return str(answer["data"])

    async def dial(self, uri: str) -> None:
        await self.command("dial", uri)

    async def accept(self) -> None:
        """Answer the incoming call."""
        await self.command("accept")
        await self.event("CALL_ESTABLISHED")

    async def hold(self) -> None:
        await self.command("hold")

    async def resume(self) -> None:
        await self.command("resume")

    async def hang_up(self) -> None:
        """BYE, CANCEL, or 486 when it rings here."""
        await self.command("hangup")

    async def digit(self, digit: str) -> None:
        """Press and release a key (RFC 4733)."""
        await self.command("sndcode", digit)

    def heard(self) -> wav.Sound | None:
        """What it heard in its latest call, so far; None: nothing yet."""
        files = sorted(self.folder.glob("dump-*-dec.wav"), key=lambda file: file.stat().st_mtime)
        with contextlib.suppress(ValueError):
            return wav.read(files[-1]) if files else None
        return None

    async def hears(self, hertz: float, within: float = PATIENCE_S) -> None:
        """Wait until a tone is the last thing it heard."""
        await self._hears(f"{hertz} Hz", lambda one: one.dominated_by(hertz), within)

    async def hears_sound(self, within: float = PATIENCE_S) -> None:
        await self._hears("sound", lambda one: not one.silent, within)

    async def _hears(
        self, what: str, true: Callable[[frequency.Window], bool], within: float
    ) -> None:
        """Looks at the last 0.4 s of the growing file; only what is heard from now on counts."""
        sound = self.heard()
        start = len(sound.channels[0]) if sound is not None else 0
        last: list[frequency.Window] = []
        deadline = asyncio.get_running_loop().time() + within
        while asyncio.get_running_loop().time() < deadline:
            sound = self.heard()
            if sound is not None:
                fresh = sound.channels[0][start if len(sound.channels[0]) >= start else 0 :]
                last = frequency.windows(fresh, sound.rate)[-2:]
                if len(last) == 2 and all(true(one) for one in last):
                    return
            await asyncio.sleep(0.05)
        raise TimeoutError(f"baresip {self.name} hears {what}: not within {within} s; last: {last}")

    def kill(self) -> None:
        """End the process as an accident would; nobody is told."""
        if self._process is not None:
            self._process.kill()

    async def close(self) -> None:
        """Hang up, unregister, end."""
        if self._writer is not None:
            with contextlib.suppress(BaresipError, TimeoutError):
                await self.command("quit")
            self._writer.close()
            with contextlib.suppress(ConnectionError):
                await self._writer.wait_closed()
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(_STOP_S):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._reader is not None:
            await self._reader

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
