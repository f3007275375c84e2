"""A real server with a conversation on it, flooded: strangers over UDP, calls over the trunk's own
address (anybody can forge it), connections that begin and do not go on."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

from callserver.bench.accounting import private_bytes
from callserver.testing.processes import open_files
from callserver.testing.rig import CUSTOMER_HOST, Rig, eventually
from tests.edge.words import SDP, ask
from tests.scenarios.house import AGENT_HZ, CUSTOMER_HZ, open_house

STRANGERS = [f"127.0.9.{number}" for number in range(1, 21)]
MESSAGES = 10_000
CALLS = 2_000
CONNECTIONS = 100  # of each of some strangers
MAX_CONNECTIONS = 200
PAUSE_EVERY = 50
HALF = b"INVITE sip:100@callserver SIP/2.0\r\nVia: SIP/2.0/TCP x;branch=z9hG4bK1\r\nX: "


async def send(rig: Rig, hosts: list[str], count: int, data: Callable[[int, str], bytes]) -> None:
    """As fast as the server's socket takes it, or nearly."""
    host, _, port = rig.sip.partition(":")
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in hosts]
    try:
        for one, source in zip(sockets, hosts, strict=True):
            one.bind((source, 0))
            one.setblocking(False)
        for number in range(count):
            one = sockets[number % len(sockets)]
            at = "{}:{}".format(*one.getsockname())
            one.sendto(data(number, at), (host, int(port)))
            if number % PAUSE_EVERY == 0:
                await asyncio.sleep(0.005)
    finally:
        for one in sockets:
            one.close()


def words(method: str, target: str) -> Callable[[int, str], bytes]:
    def data(number: int, at: str) -> bytes:
        body = SDP if method == "INVITE" else ""
        return ask(
            method,
            target,
            at,
            user=f"u{number}",
            body=body,
            call_id=f"c{number}",
            branch=str(number),
            tag=f"t{number}",
        )

    return data


async def half_open(rig: Rig, source: str) -> asyncio.StreamWriter:
    host, _, port = rig.sip.partition(":")
    _, writer = await asyncio.open_connection(host, int(port), local_addr=(source, 0))
    writer.write(HALF)
    return writer


async def metric(rig: Rig, name: str) -> float:
    lines = (await rig.api.text("/metrics")).splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


async def test_a_flood_from_all_sides_harms_no_call_and_leaves_nothing(tmp_path: Path) -> None:
    settings = {"sip": {"max_connections": MAX_CONNECTIONS}}
    async with open_house(tmp_path, settings) as house:
        rig = house.rig
        await house.agent("alice")
        customer, agent = await house.talking("alice")
        memory, files = private_bytes(rig.pid), open_files(rig.pid)
        held = [
            writer
            for source in STRANGERS[:5]
            for writer in await asyncio.gather(
                *(half_open(rig, source) for _ in range(CONNECTIONS))
            )
        ]
        assert open_files(rig.pid) <= files + MAX_CONNECTIONS + 10
        await asyncio.gather(
            send(rig, STRANGERS, MESSAGES, words("INVITE", f"sip:100@{rig.sip}")),
            send(rig, STRANGERS, MESSAGES, words("REGISTER", f"sip:{rig.sip}")),
            send(rig, [CUSTOMER_HOST], CALLS, words("INVITE", f"sip:999@{rig.sip}")),
        )
        await customer.hears(AGENT_HZ)
        await agent.hears(CUSTOMER_HZ)
        assert await metric(rig, "callserver_bans_now") == len(STRANGERS)
        assert await metric(rig, "callserver_sip_connections_now") <= MAX_CONNECTIONS
        refused = await metric(rig, 'callserver_calls_total{reason="unknown_line"')
        unrecorded = await metric(rig, 'callserver_calls_unrecorded_total{reason="unknown_line"')
        assert 0 < refused - unrecorded < 600
        assert private_bytes(rig.pid) - memory < 30e6
        for writer in held:
            writer.transport.abort()
        await eventually(
            lambda: metric(rig, "callserver_sip_connections_now"), lambda now: now == 0
        )
        await customer.hang_up()
        assert await agent.ended() == 200
        await eventually(
            lambda: asyncio.sleep(0, open_files(rig.pid)), lambda now: now <= files + 10
        )
        await house.is_quiet()
