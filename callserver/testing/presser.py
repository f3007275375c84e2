"""A caller who presses keys as real keypads do, well and badly: RFC 4733 events and SIP INFO.

SIP and RTP by hand, over UDP, because no phone can be told to lose the end of an event, to let two
of them overlap, or to press a key every 90 ms. What is heard meanwhile is looked at packet by
packet: how soon after the first key did the prompt fall silent?
"""

import asyncio
import itertools
import re
import secrets
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from callserver.testing.ports import free_port
from callserver.testing.watch import PATIENCE_S, Watch

KEYS = "0123456789*#"
EVENT, PCMU = 101, 0
PACKET_S, PACKET_UNITS = 0.02, 160
SILENCE = b"\xff" * PACKET_UNITS
LOUD = 8  # of 160 samples, so many above a whisper make a packet loud
_WHISPER = frozenset({*range(0x60, 0x80), *range(0xE0, 0x100)})  # µ-law, below about -38 dB

Address = tuple[str, int]


class Manner(StrEnum):
    """How keys are pressed. ``OVERLAPPING``: the next event begins before the last repeated ends of
    the one before; ``LOSSY``: an end in three never comes, and some packets come twice."""

    SLOW = "slow"
    FAST = "fast"
    OVERLAPPING = "overlapping"
    LOSSY = "lossy"
    INFO = "info"
    INFO_RELAY = "info_relay"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds that a key is held, and from its end to the next."""

    held_s: float
    gap_s: float


PACES = {
    Manner.SLOW: Pace(0.2, 0.4),
    Manner.FAST: Pace(0.05, 0.04),
    Manner.OVERLAPPING: Pace(0.08, 0.0),
    Manner.LOSSY: Pace(0.1, 0.08),
}


class _Socket(asyncio.DatagramProtocol):
    def __init__(self, receive: Callable[[bytes, float], None]) -> None:
        self._receive = receive
        self._loop = asyncio.get_running_loop()

    def datagram_received(self, data: bytes, _addr: Address) -> None:
        self._receive(data, self._loop.time())


class Presser:
    """One call to ``line`` at ``server``, from ``host``. ``silent_after_s`` is the time from the
    first packet of the first key to the last loud packet of a prompt."""

    def __init__(self, server: str, host: str, line: str, number: str) -> None:
        address, _, port = server.rpartition(":")
        self._server = (address, int(port))
        self._host = host
        self._line = line
        self._number = number
        self._call_id = secrets.token_hex(8)
        self._tag = secrets.token_hex(4)
        self._cseq = itertools.count(1)
        self._watch = Watch()
        self._final: dict[int, str] = {}
        self._to = f"<sip:{line}@{server}>"
        self._contact = ""
        self._over = False
        self._first_key_at: float | None = None
        self._last_loud_at = 0.0
        self._loud = 0
        self._sequence = itertools.count(secrets.randbelow(60_000))
        self._clock = secrets.randbelow(2**31)
        self._ssrc = secrets.randbits(32)

    @property
    def silent_after_s(self) -> float:
        """0: nothing loud was heard after the key."""
        return max(self._last_loud_at - (self._first_key_at or 0.0), 0.0)

    async def call(self) -> None:
        """INVITE, and ACK of the 200. Raises ``ConnectionError`` when the call is refused."""
        loop = asyncio.get_running_loop()
        self._sip, _ = await loop.create_datagram_endpoint(
            lambda: _Socket(self._on_sip), local_addr=(self._host, free_port())
        )
        self._rtp, _ = await loop.create_datagram_endpoint(
            lambda: _Socket(self._on_rtp), local_addr=(self._host, free_port())
        )
        answer = await self._request("INVITE", "application/sdp", self._sdp())
        if not answer.startswith("SIP/2.0 200"):
            raise ConnectionError(answer.partition("\r\n")[0])
        self._contact = _header(answer, "Contact").strip().strip("<>").partition(">")[0]
        self._to = _header(answer, "To")
        media = re.search(r"^m=audio (\d+)", answer, re.MULTILINE)
        where = re.search(r"^c=IN IP4 (\S+)", answer, re.MULTILINE)
        if media is None or where is None:
            raise ConnectionError("no sound in the answer")
        self._media = (where[1], int(media[1]))
        self._send("ACK", int(_header(answer, "CSeq").split()[0]))

    async def hears(self) -> None:
        """Until somebody has spoken for a second or so."""
        await self._watch.until("a prompt is heard", lambda: self._loud >= 40, PATIENCE_S)

    async def over(self) -> None:
        """Until the server has hung up."""
        await self._watch.until("the server hangs up", lambda: self._over, 2 * PATIENCE_S)

    def close(self) -> None:
        self._sip.close()
        self._rtp.close()

    async def press(self, keys: str, manner: Manner) -> None:
        """Press keys in a manner; returns when the last is sent."""
        if manner in (Manner.INFO, Manner.INFO_RELAY):
            for key in keys:
                self._key_begins()
                relay = manner is Manner.INFO_RELAY
                body = f"Signal={key}\r\nDuration=160\r\n" if relay else key
                kind = "application/dtmf-relay" if relay else "application/dtmf"
                await self._request("INFO", kind, body)
            return
        loop = asyncio.get_running_loop()
        at = loop.time()
        for packets in _events(keys, manner, PACES[manner]):
            await asyncio.sleep(max(at - loop.time(), 0.0))
            self._key_begins()
            for event, offset, duration, ended, marked in packets:
                self._event(event, offset, duration, ended=ended, marked=marked)
            at += PACKET_S

    def _key_begins(self) -> None:
        if self._first_key_at is None:
            self._first_key_at = asyncio.get_running_loop().time()

    def _event(self, key: int, offset: int, duration: int, *, ended: bool, marked: bool) -> None:
        head = struct.pack(
            "!BBHII",
            0x80,
            (0x80 if marked else 0) | EVENT,
            next(self._sequence) & 0xFFFF,
            (self._clock + offset) & 0xFFFFFFFF,
            self._ssrc,
        )
        body = struct.pack("!BBH", key, (0x80 if ended else 0) | 10, duration)
        self._rtp.sendto(head + body, self._media)

    def _on_rtp(self, data: bytes, at: float) -> None:
        if len(data) > 12 and data[1] & 0x7F == PCMU:
            loud = sum(sample not in _WHISPER for sample in data[12:])
            if loud > LOUD:
                self._last_loud_at = at
                self._loud += 1
                self._watch.changed()

    # --- SIP ------------------------------------------------------------------------------------

    async def _request(self, method: str, kind: str, body: str) -> str:
        cseq = next(self._cseq)
        for pause_s in (0.5, 1.0, 2.0, 4.0, 8.0):
            self._send(method, cseq, kind, body)
            try:
                await self._watch.until(method, lambda: cseq in self._final, pause_s)
            except TimeoutError:
                continue
            return self._final[cseq]
        raise ConnectionError(f"no answer to {method}")

    def _send(self, method: str, cseq: int, kind: str = "", body: str = "") -> None:
        host, port = self._sip.get_extra_info("sockname")
        uri = self._contact or f"sip:{self._line}@{self._server[0]}:{self._server[1]}"
        of_body = f"Content-Type: {kind}\r\n" if kind else ""
        text = (
            f"{method} {uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{self._call_id}{method}{cseq}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{self._number}@{host}>;tag={self._tag}\r\n"
            f"To: {self._to}\r\nCall-ID: {self._call_id}\r\nCSeq: {cseq} {method}\r\n"
            f"Contact: <sip:{self._number}@{host}:{port}>\r\n{of_body}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )
        self._sip.sendto(text.encode(), self._server)

    def _on_sip(self, data: bytes, _at: float) -> None:
        text = data.decode(errors="replace")
        if text.startswith("BYE "):
            named = ("Via", "From", "To", "Call-ID", "CSeq")
            lines = [line for line in text.split("\r\n") if line.partition(":")[0] in named]
            answer = "\r\n".join(["SIP/2.0 200 OK", *lines, "Content-Length: 0", "", ""])
            self._sip.sendto(answer.encode(), self._server)
            self._over = True
        elif text.startswith("SIP/2.0 ") and text[8] != "1":
            self._final[int(_header(text, "CSeq").split()[0])] = text
        self._watch.changed()

    def _sdp(self) -> str:
        port = self._rtp.get_extra_info("sockname")[1]
        return (
            f"v=0\r\no=- 1 1 IN IP4 {self._host}\r\ns=-\r\nc=IN IP4 {self._host}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP {PCMU} {EVENT}\r\na=rtpmap:{PCMU} PCMU/8000\r\n"
            f"a=rtpmap:{EVENT} telephone-event/8000\r\na=fmtp:{EVENT} 0-15\r\na=sendrecv\r\n"
        )


Packet = tuple[int, int, int, bool, bool]
"""Event, its RTP time, its length so far, ended, marked."""


def _events(keys: str, manner: Manner, pace: Pace) -> Sequence[list[Packet]]:
    """The packets of each 20 ms."""
    ticks: dict[int, list[Packet]] = {}
    begin = 0
    for place, key in enumerate(keys):
        event, offset = KEYS.index(key), begin * PACKET_UNITS
        length = round(pace.held_s / PACKET_S)
        for n in range(length):
            packet = (event, offset, (n + 1) * PACKET_UNITS, False, n == 0)
            twice = manner is Manner.LOSSY and n == 1
            ticks.setdefault(begin + n, []).extend([packet, packet] if twice else [packet])
        end = (event, offset, length * PACKET_UNITS, True, False)
        if not (manner is Manner.LOSSY and place % 3 == 1):
            for n in range(3):
                ticks.setdefault(begin + length + n, []).append(end)
        begin += max(round((pace.held_s + pace.gap_s) / PACKET_S), length + 1)
    return [ticks.get(tick, []) for tick in range(max(ticks) + 1)]


def _header(message: str, name: str) -> str:
    found = re.search(rf"^{name}: *(.*?)\r?$", message, re.MULTILINE | re.IGNORECASE)
    if found is None:
        raise ConnectionError(f"no {name} in the answer")
    return found[1]
