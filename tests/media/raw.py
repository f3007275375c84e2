"""Requests no phone here would send, inside a dialog that the relay has seen."""

import asyncio
import re

from tests.media.rig import Call, Rig


class _Answers(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.first: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text = data.decode()
        if not self.first.done() and not text.startswith("SIP/2.0 1"):
            self.first.set_result(text)


def _header(message: str, name: str) -> str:
    match = re.search(rf"^{name}: (.*?)\r$", message, re.MULTILINE)
    assert match is not None, message
    return match[1]


async def send(rig: Rig, call: Call, text: str) -> int:
    """Send to the call's worker; the final status."""
    loop = asyncio.get_running_loop()
    transport, answers = await loop.create_datagram_endpoint(
        _Answers, remote_addr=("127.0.0.1", call.worker.sip_port)
    )
    try:
        port = transport.get_extra_info("sockname")[1]
        transport.sendto(text.replace("VIAPORT", str(port)).encode())
        async with asyncio.timeout(3):
            answer = await answers.first
    finally:
        transport.close()
    return int(answer.split(" ", 2)[1])


async def request(
    rig: Rig, call: Call, method: str, headers: str = "", body: str = "", cseq: int = 40000
) -> int:
    """A request of the customer's phone inside its dialog; ``headers`` end with CRLF."""
    answer = next(
        message
        for message in rig.relay.seen
        if message.startswith("SIP/2.0 200") and call.customer.sip_call_id in message
    )
    text = (
        f"{method} sip:{call.worker.token}@{rig.relay.address} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:VIAPORT;branch=z9hG4bK{method}{cseq}\r\n"
        f"Max-Forwards: 70\r\nFrom: {_header(answer, 'From')}\r\nTo: {_header(answer, 'To')}\r\n"
        f"Call-ID: {call.customer.sip_call_id}\r\nCSeq: {cseq} {method}\r\n{headers}"
        f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
    )
    return await send(rig, call, text)
