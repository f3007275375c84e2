"""SIPp from Python: load, and a SIP stack that nobody here wrote.

::

    customers = await Sipp.start(
        "customer_uac", tmp / "customers", target="127.0.0.1:5060", host="127.0.0.2",
        calls=200, rate=10, fields=[("100", "+37120000001", "Jane Doe")],
        values=customer(digits="1", tone_hz=440, menu_s=2, talk_s=10),
    )
    result = await customers.finished(timeout=60)
    assert result.failed == 0, result.errors

The scenarios lie in ``scenarios/``; ``@name@`` in them is filled in from ``values`` before SIPp
reads them. All calls of one SIPp share one RTP port. Digits are sent from pcap files through a raw
socket, which needs CAP_NET_RAW. What SIPp 3.6 does of its own accord: it folds several Via into one
line, and it sends a BYE or an answer to where the first request came from.
"""

import asyncio
import contextlib
import math
import re
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Literal, Self

from callserver.testing import sipp_result as left
from callserver.testing import tones
from callserver.testing.ports import free_port, free_range, udp_ports
from callserver.testing.sipp_result import Result
from callserver.testing.watch import PATIENCE_S

SCENARIOS = Path(__file__).parent / "scenarios"
PCAPS = Path("/usr/share/sip-tester")
_PCAP_NAMES = {"#": "pound", "*": "star"}
SILENT_S = 60.0
_MEDIA_PORTS = 4  # sound and pictures, each with a control channel
_KEY_MS = 400  # a pcap holds 160 ms of a key
_START_S = PATIENCE_S
_PLACE = re.compile(r"<!--@(\w+)@-->|@(\w+)@")


def customer(
    *, tone_hz: int, tone_s: float = math.inf, digits: str = "", menu_s: float, talk_s: float
) -> dict[str, str]:
    """The values of ``customer_uac.xml``; its fields are (line, number, name). After ``tone_s``
    nothing more is heard of them."""
    return {
        "tone_hz": str(tone_hz),
        "tone_s": str(tone_s),
        "menu_ms": str(round(menu_s * 1000)),
        "talk_ms": str(round(talk_s * 1000)),
        "digits": "\n".join(_press(digit, place) for place, digit in enumerate(digits)),
    }


def agent(*, tone_hz: int, answer_s: float = 0.5, talk_s: float = 3600.0) -> dict[str, str]:
    """The values of ``agent_uas.xml``."""
    return {
        "tone_hz": str(tone_hz),
        "answer_ms": str(round(answer_s * 1000)),
        "talk_ms": str(round(talk_s * 1000)),
    }


def registration(username: str, password: str) -> tuple[str, str]:
    """The fields of ``register.xml``; its value is ``expires``. Register from the port where the
    agents are then started: that is where the registrar sends their calls."""
    return username, f"[authentication username={username} password={password}]"


def _press(digit: str, place: int) -> str:
    pcap = PCAPS / f"dtmf_2833_{_PCAP_NAMES.get(digit, digit)}.pcap"
    return (
        f'<nop><action><exec play_pcap_audio="{pcap}"/></action></nop>\n'
        f'<recv request="BYE" timeout="{_KEY_MS}" ontimeout="key{place}" next="theirs"/>\n'
        f'<label id="key{place}"/>'
    )


def _sound(tone_hz: int, seconds: float) -> bytes:
    """What SIPp plays over and over."""
    if seconds == math.inf:
        return tones.ulaw(tones.tone(tone_hz, seconds=1.0))
    return tones.ulaw(tones.tone(tone_hz, seconds=seconds)) + tones.ulaw(tones.silence(SILENT_S))


def render(scenario: str, folder: Path, values: Mapping[str, str]) -> Path:
    """Fill in a scenario of ``scenarios/`` (or a file of one's own) and write it to ``folder``.
    ``tone_hz``, heard for ``tone_s``, makes a µ-law file there and becomes ``tone``. Raises
    ``KeyError`` for a place without a value."""
    source = SCENARIOS / f"{scenario}.xml"
    filled = dict(values)
    if tone_hz := int(filled.pop("tone_hz", "0")):
        filled["tone"] = f"{tone_hz}.ulaw"
        sound = _sound(tone_hz, float(filled.pop("tone_s", math.inf)))
        (folder / filled["tone"]).write_bytes(sound)
    text = _PLACE.sub(lambda place: filled[place[1] or place[2]], source.read_text())
    file = folder / source.name
    file.write_text(text)
    return file


class Sipp:
    """One run of SIPp; everything it writes lies in its folder."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path, port: int) -> None:
        self.port = port
        self.folder = folder
        self._process = process

    @classmethod
    async def start(
        cls,
        scenario: str,
        folder: Path,
        *,
        target: str = "",
        host: str = "127.0.0.1",
        port: int = 0,
        transport: Literal["u1", "t1"] = "u1",
        calls: int | None = 1,
        rate: float = 10.0,
        at_once: int | None = None,
        fields: Sequence[Sequence[str]] = (),
        values: Mapping[str, str] | None = None,
        limit_s: float = 120.0,
        times: bool = False,
        trace: bool = False,
    ) -> Self:
        """Run a scenario from ``host:port`` (0: a free port), against ``target`` when it calls.

        It ends after ``calls`` (None: only when stopped), started at ``rate`` a second, but no more
        than ``at_once`` at a time, and after ``limit_s`` in any case. The ``fields`` go round the
        calls. Returns when its port is open. ``times`` gives the result its ``messages``; ``trace``
        writes them out in full to ``messages.log``."""
        port = port or free_port()
        file = _prepare(scenario, folder, values or {}, fields)
        command = ["sipp", "-sf", str(file), "-i", host, "-p", str(port), "-bind_local"]
        media = free_range(_MEDIA_PORTS)
        command += ["-mi", host, "-mp", str(media), "-cp", str(free_port())]
        command += ["-t", transport, "-r", str(rate), "-rp", "1000", "-aa", "-nostdin"]
        command += ["-timeout", f"{limit_s}s", "-timeout_error", "-trace_err"]
        command += ["-error_file", str(folder / left.ERRORS)]
        command += ["-trace_stat", "-stf", str(folder / left.STATISTICS), "-fd", "1"]
        if times:
            command += ["-trace_shortmsg", "-shortmessage_file", str(folder / left.SHORT_MESSAGES)]
        if calls is not None:
            # without -l SIPp stops at three seconds' worth of calls at once
            command += ["-m", str(calls), "-l", str(at_once or calls)]
        if fields:
            command += ["-inf", str(folder / "fields.csv")]
        if trace:
            command += ["-trace_msg", "-message_file", str(folder / left.MESSAGES)]
        with _screen(folder) as screen:
            process = await asyncio.create_subprocess_exec(
                *command,
                target,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=screen,
                stderr=asyncio.subprocess.STDOUT,
                cwd=folder,
            )
        run = cls(process, folder, port)
        if not target:
            await run._listening(host)
        return run

    async def _listening(self, host: str) -> None:
        """SIPp tells nobody that it is ready; the kernel knows."""
        async with asyncio.timeout(_START_S):
            while self._process.returncode is None and self.port not in udp_ports():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        if self._process.returncode is not None:
            raise RuntimeError(
                f"sipp ended with {self._process.returncode}: {left.complaints(self.folder)}"
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    async def finished(self, timeout: float) -> Result:  # noqa: ASYNC109 - a test's deadline
        """Wait for the end of all calls. Raises ``TimeoutError``; SIPp is killed then."""
        try:
            async with asyncio.timeout(timeout):
                await self._process.wait()
        except TimeoutError:
            await self._kill()
            raise TimeoutError(
                f"sipp: not within {timeout} s; {left.complaints(self.folder)}"
            ) from None
        return self._result()

    async def stop(self, patience: float = PATIENCE_S) -> Result:
        """No new calls; running ones may end within ``patience`` seconds."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGUSR1)
        try:
            async with asyncio.timeout(patience):
                await self._process.wait()
        except TimeoutError:
            await self._kill()
        return self._result()

    async def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process.returncode is None:
            await self._kill()

    def _result(self) -> Result:
        return left.result(self.folder, self._process.returncode or 0)


def _screen(folder: Path) -> BinaryIO:
    return (folder / left.SCREEN).open("wb")


def _prepare(
    scenario: str, folder: Path, values: Mapping[str, str], fields: Sequence[Sequence[str]]
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rows = ["SEQUENTIAL", *(";".join(row) for row in fields)]
    (folder / "fields.csv").write_text("\n".join(rows) + "\n")
    return render(scenario, folder, values)
