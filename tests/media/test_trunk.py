"""A provider that asks for digest before it lets a call through."""

import asyncio
import re

import pytest

from callserver.model.call import Leg
from callserver.model.commands import DialLeg, DialTarget
from callserver.model.events import LegEnd, LegEnded
from callserver.sip.digest import Algorithm, ha1
from tests.media.rig import Rig

REALM = "provider.example"


class Provider(asyncio.DatagramProtocol):
    """Challenges every INVITE with ``code``; says 486 to the one that knows the password."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.proofs: list[str] = []
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        head = data.decode().partition("\r\n\r\n")[0].split("\r\n")
        if not head[0].startswith("INVITE"):
            return
        proof = [line for line in head if re.match(r"(Proxy-)?Authorization:", line)]
        self.proofs += proof
        name = "Proxy-Authenticate" if self.code == 407 else "WWW-Authenticate"
        status = "486 Busy Here" if proof else f"{self.code} Who are you"
        kept = [
            line + (";tag=t" if line.startswith("To:") else "")
            for line in head
            if re.match(r"(Via|From|To|Call-ID|CSeq|Record-Route):", line)
        ]
        if not proof:
            kept.append(f'{name}: Digest realm="{REALM}", nonce="n1", algorithm=MD5, qop="auth"')
        answer = "\r\n".join([f"SIP/2.0 {status}", *kept, "Content-Length: 0", "", ""])
        assert self._transport is not None
        self._transport.sendto(answer.encode(), addr)


@pytest.mark.parametrize("code", [401, 407])
@pytest.mark.parametrize(("password", "end"), [("s3cret", LegEnd.BUSY), ("", LegEnd.UNREACHABLE)])
async def test_a_trunk_gets_the_digest_it_asks_for(
    rig: Rig, code: int, password: str, end: LegEnd
) -> None:
    loop = asyncio.get_running_loop()
    transport, provider = await loop.create_datagram_endpoint(
        lambda: Provider(code), local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    username = "line1" if password else ""
    target = DialTarget(f"sip:+37167000000@127.0.0.1:{port}", username, password)
    call = await rig.take()
    call.do(DialLeg(Leg.THIRD, (target,), "+371", "", 5.0))
    ended = await call.ear.hear(LegEnded, Leg.THIRD)
    transport.close()
    assert ended.end is end
    assert ended.code == (486 if password else code)
    if password:
        proof = dict(re.findall(r'(\w+)="?([^",]+)"?', provider.proofs[0]))
        assert (proof["username"], proof["realm"], proof["nonce"]) == ("line1", REALM, "n1")
        assert ha1("line1", REALM, password, Algorithm.MD5) not in provider.proofs[0]
