"""TCP connections: how many, how long, and what happens to those who misbehave."""

import asyncio
from typing import Any, cast

from callserver.edge import connections as limits
from callserver.edge.connection import MAX_UNSENT_BYTES, Connection
from callserver.edge.connections import Connections
from callserver.sip.hop import Hop
from tests.edge.peers import TcpPeer
from tests.edge.test_register import register
from tests.edge.town import ALLOWED_NUMBER, PASSWORD, PHONE, TRUNK, town
from tests.edge.words import ask, credentials

TCP = f"Contact: <sip:anna@{PHONE}:9;transport=tcp>"  # where nobody listens


class Wire:
    """A transport that only notes what is done to it."""

    def __init__(self, host: str, port: int) -> None:
        self._peer = (host, port)
        self.unsent = 0
        self.closed = False

    def get_extra_info(self, name: str) -> Any:
        return self._peer

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def is_closing(self) -> bool:
        return self.closed

    def write(self, data: bytes) -> None:
        self.unsent += len(data)

    def abort(self) -> None:
        self.closed = True

    close = abort


class Town:
    """A table of connections with a clock of its own; it listens itself."""

    def __init__(self, most: int = 1000) -> None:
        self.now = 0.0
        self.packets: list[bytes] = []
        self.closed: list[Hop] = []
        self.table = Connections(4096, most, 3600.0, self, lambda: self.now)

    def hears(self, source: Hop) -> bool:
        return True

    def on_packet(self, data: bytes, source: Hop) -> None:
        self.packets.append(data)

    def on_broken(self, data: bytes, source: Hop, *, too_large: bool) -> None:
        self.packets.append(data)

    def on_closed(self, source: Hop) -> None:
        self.closed.append(source)

    def connect(self, port: int, host: str = "192.0.2.7") -> tuple[Connection, Wire]:
        connection, wire = self.table.accept(), Wire(host, port)
        connection.connection_made(cast(asyncio.Transport, wire))
        return connection, wire


def test_a_stranger_who_is_silent_is_closed_soon_and_a_phone_is_kept() -> None:
    town = Town()
    _, stranger = town.connect(1)
    _, phone = town.connect(2)
    town.table.prove(Hop("tcp", "192.0.2.7", 2))
    town.now = limits.UNPROVEN_S + 1
    town.table.sweep()
    assert (stranger.closed, phone.closed) == (True, False)
    town.now = 3601
    town.table.sweep()
    assert phone.closed


def test_a_message_that_drips_in_is_not_waited_for() -> None:
    town = Town()
    connection, wire = town.connect(1)
    town.table.prove(Hop("tcp", "192.0.2.7", 1))
    for letter in b"OPTIONS sip:x":
        connection.data_received(bytes([letter]))
        town.now += 1
        town.table.sweep()
        if wire.closed:
            break
    assert wire.closed
    assert town.now == limits.PARTIAL_S + 1


def test_one_address_cannot_have_all_connections() -> None:
    town = Town()
    wires = [town.connect(port + 1)[1] for port in range(limits.MAX_PER_SOURCE + 1)]
    assert [wire.closed for wire in wires[-2:]] == [False, True]
    assert not town.connect(1, "192.0.2.8")[1].closed


def test_when_all_are_taken_the_oldest_stranger_gives_way_and_no_phone() -> None:
    town = Town(most=3)
    wires = [town.connect(1, f"192.0.2.{host}")[1] for host in (1, 2)]
    town.table.prove(Hop("tcp", "192.0.2.1", 1))
    wires += [town.connect(1, f"192.0.2.{host}")[1] for host in (3, 4, 5)]
    assert [wire.closed for wire in wires] == [False, True, True, False, False]
    assert len(town.table) == 3
    for host in (4, 5):
        town.table.prove(Hop("tcp", f"192.0.2.{host}", 1))
    assert town.connect(1, "192.0.2.6")[1].closed
    assert [wire.closed for wire in wires[3:]] == [False, False]


def test_a_peer_that_does_not_read_is_dropped() -> None:
    town = Town()
    connection, wire = town.connect(1)
    assert connection.send(b"x" * (MAX_UNSENT_BYTES + 1))
    assert not connection.send(b"y")
    assert wire.closed


def test_who_is_refused_or_leaves_frees_its_place() -> None:
    town = Town()
    connection, _ = town.connect(1)
    connection.connection_lost(None)
    assert town.closed == [Hop("tcp", "192.0.2.7", 1)]
    assert len(town.table) == 0
    town.table.close()
    assert not town.table.send(Hop("tcp", "192.0.2.7", 1), b"x")


async def test_a_connection_we_open_serves_all_that_waits_for_it_and_once() -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    opened: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(writer)
        while data := await reader.read(65535):
            heard.put_nowait(data)

    server = await asyncio.start_server(serve, TRUNK, 0)
    port = server.sockets[0].getsockname()[1]
    async with town() as here:
        worker = await here.worker()
        target = f"sip:{ALLOWED_NUMBER}@{TRUNK}:{port};transport=tcp"
        data = ask("INVITE", target, f"127.0.0.1:{worker.port}", call_id="a")
        for _ in range(3):
            worker.say(data, here.edge.internal)
        async with asyncio.timeout(5):
            first = await heard.get()
        assert first.count(b"INVITE sip:") == 1
        assert len(opened) == 1
    for writer in opened:
        writer.close()
    server.close()


async def test_a_phone_that_is_gone_and_cannot_be_reached_is_503_for_the_worker() -> None:
    async with town() as here:
        worker = await here.worker()
        async with await TcpPeer.to(here.door, PHONE) as phone:
            phone.say(register(phone, 1, TCP))
            line = credentials(await phone.response(401), "REGISTER", "anna", PASSWORD)
            phone.say(register(phone, 2, TCP, line))
            await phone.response(200)
            await here.restart(worker)
        (target,) = here.edge.targets("anna")
        worker.say(ask("INVITE", target.uri, f"127.0.0.1:{worker.port}"), here.edge.internal)
        await worker.response(503)
