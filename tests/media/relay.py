"""The least a front door must do for workers to talk to phones: one UDP socket, stateless."""

import asyncio
import hashlib
import re
from typing import cast

Address = tuple[str, int]

_URI = re.compile(r"^sips?:(?:([^@;]*)@)?([^:;>]+)(?::(\d+))?")
_VIA = re.compile(r"^SIP/2\.0/UDP\s+([^:;\s]+)(?::(\d+))?", re.IGNORECASE)


class Relay(asyncio.DatagramProtocol):
    """Sends what comes to a worker's token there, new calls to ``for_new_calls``, and the rest
    where its Request-URI says."""

    def __init__(self) -> None:
        self.workers: dict[str, int] = {}
        self.for_new_calls = ""
        self.seen: list[str] = []
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def start(cls) -> "Relay":
        loop = asyncio.get_running_loop()
        _, relay = await loop.create_datagram_endpoint(cls, local_addr=("127.0.0.1", 0))
        return relay

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.port: int = transport.get_extra_info("sockname")[1]

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if not data.strip():
            return
        head, _, body = data.decode().partition("\r\n\r\n")
        first, *headers = head.split("\r\n")
        self.seen.append(data.decode())
        if first.startswith("SIP/2.0"):
            self._response(first, headers, body)
        else:
            self._request(first, headers, body, addr)

    def _request(self, first: str, headers: list[str], body: str, addr: Address) -> None:
        method, uri, _ = first.split(" ", 2)
        match = _URI.match(uri)
        assert match is not None, uri
        headers = [h for h in headers if not (h.startswith("Route:") and str(self.port) in h)]
        top = next(h for h in headers if h.startswith("Via:"))
        branch = hashlib.md5(top.encode(), usedforsecurity=False).hexdigest()
        extra = [f"Via: SIP/2.0/UDP {self.address};branch=z9hG4bK{branch}"]
        if addr[1] in self.workers.values():
            destination = (match[2], int(match[3] or 5060))
        else:
            token = match[1] if match[1] in self.workers else self.for_new_calls
            destination = ("127.0.0.1", self.workers[token])
            if method == "INVITE":
                extra.append(f"Record-Route: <sip:{self.address};lr>")
        self._send([first, *extra, *headers], body, destination)

    def _response(self, first: str, headers: list[str], body: str) -> None:
        vias = [h for h in headers if h.startswith("Via:")]
        headers.remove(vias[0])
        match = _VIA.match(vias[1].partition(":")[2].strip())
        assert match is not None, vias
        destination = (match[1], int(match[2] or 5060))
        headers = [h for h in headers if not h.startswith("Record-Route:")]
        if destination[1] in self.workers.values():
            headers.insert(0, f"Record-Route: <sip:{self.address};lr>")
        self._send([first, *headers], body, destination)

    def _send(self, lines: list[str], body: str, destination: Address) -> None:
        assert self._transport is not None
        self._transport.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), destination)
