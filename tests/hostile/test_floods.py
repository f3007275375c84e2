"""Floods at the front door: however many senders there are, every table has an end. The senders
are forged, so nothing but our own answers goes over the network (to 127.0.0.0/8)."""

import asyncio
import gc
import random
from collections.abc import Callable, Sized
from typing import Any

import pytest

from callserver.edge import connections, dispatch
from callserver.edge.door import Edge
from callserver.model.ports import Refused
from callserver.sip.hop import Hop
from callserver.sip.shield import MAX_BANS
from tests.edge.test_connections import Town as Table
from tests.edge.test_connections import Wire
from tests.edge.town import PHONE, TRUNK, Town, town
from tests.edge.words import SDP, ask, compose

MESSAGES = 20_000
MOST = 10_000
LOOP = 200


def sizes(edge: Edge) -> dict[str, int]:
    """Everything at the door that could grow."""
    tables: dict[str, Sized] = {
        "rate": edge.admission._rate,
        "hesitant": edge.admission._hesitant._known,
        "nonces": edge.admission._guard._nonces._used,
        "pending": edge.dispatch._pending,
        "deciding": edge.dispatch._tasks._tasks,
        "decided": edge.dispatch._decided,
        "dialogs": edge.dialogs,
        "unwritten dialogs": edge._memory._waiting,
        "unwritten bindings": edge.registrar._keeper._waiting,
        "unwritten bans": edge.warden._keeper._waiting,
        "phones": edge.registrar._table.all(),
        "moved": edge.registrar._moved._lost,
        "waiting for a connection": edge.faces._waiting,
        "sending": edge.faces._tasks._tasks,
        "names": edge.faces._names._known,
        "leaving": edge.farewell._going,
    }
    return {name: len(table) for name, table in tables.items()} | edge.warden._shield.sizes


def forged(number: int) -> str:
    return f"127.{64 + number // 62500}.{number // 250 % 250}.{number % 250 + 1}"


async def flood(
    here: Town,
    data: Callable[[int, str], bytes],
    source: Callable[[int], str] = forged,
    count: int = MESSAGES,
) -> None:
    """As fast as the door takes it."""
    for number in range(count):
        host = source(number)
        here.edge._outside.on_packet(data(number, f"{host}:9"), Hop("udp", host, 9))
        if number % LOOP == 0:
            await asyncio.sleep(0)
    for _ in range(5):  # what was begun is done
        await asyncio.sleep(0)


def a(method: str, *more: str, body: str = "", to: str = "") -> Callable[[int, str], bytes]:
    """Each of another caller, in another dialog."""

    def data(number: int, at: str) -> bytes:
        return ask(
            method,
            "sip:100@callserver",
            at,
            *more,
            user=f"u{number}",
            call_id=f"c{number}",
            branch=str(number),
            tag=f"t{number}",
            to=to,
            body=body,
        )

    return data


def guess(number: int, at: str) -> bytes:
    line = (
        f'Authorization: Digest username="anna", realm="callserver", nonce="{number:x}.a.b", '
        f'uri="sip:callserver", response="{number:032x}", algorithm=MD5, cnonce="c", qop=auth, '
        f"nc={number:08x}"
    )
    return a("REGISTER", line, to="<sip:anna@callserver>")(number, at)


def rubbish(number: int, at: str) -> bytes:
    lines = [f"Via: SIP/2.0/UDP {at};branch=z9hG4bK{number}", f"X-{number}: \x01", f"Call-ID: {at}"]
    return compose(f"INVITE sip:{number} SIP/2.0", *lines)


FLOODS: dict[str, Callable[[int, str], bytes]] = {
    "INVITE": a("INVITE", body=SDP),
    "REGISTER": a("REGISTER"),
    "guessed passwords": guess,
    "OPTIONS": a("OPTIONS"),
    "BYE": a("BYE", to="<sip:x@y>;tag=z"),
    "CANCEL": a("CANCEL"),
    "methods nobody knows": a("PUBLISH"),
    "rubbish": rubbish,
}


@pytest.mark.parametrize("what", FLOODS)
async def test_a_flood_from_forged_senders_fills_no_table_beyond_its_end(what: str) -> None:
    async with town() as here:
        await flood(here, FLOODS[what])
        full = sizes(here.edge)
        assert max(full.values()) <= MOST, full
        assert full["bans"] <= MAX_BANS // 2  # of senders that may be forged
        assert sum(full.values()) <= 4 * MOST, full
        before = len(gc.get_objects())
        await flood(here, FLOODS[what], lambda number: forged(number + MESSAGES), 5000)
        gc.collect()
        grown = len(gc.get_objects()) - before
        assert grown < MOST / 10, f"{grown} objects more, {sizes(here.edge)}"


@pytest.mark.parametrize("per_s", [50.0, 1e9])
async def test_a_flood_of_calls_over_a_trunk_is_bounded_with_and_without_its_rate(
    per_s: float,
) -> None:
    async with town(requests_per_s=per_s) as here:
        here.reception.answer = Refused(503, "Service Unavailable", 10)
        await flood(here, a("INVITE", body=SDP), lambda _: TRUNK)
        decided = len(here.reception.arrivals)
        assert decided == (MESSAGES if per_s > 50 else pytest.approx(200, abs=50 * 30))
        full = sizes(here.edge)
        assert full.pop("decided") <= min(decided, dispatch.MAX_DECIDED)
        assert sum(full.values()) < 10, full
        await flood(here, a("INVITE", body=SDP), lambda _: TRUNK)  # copies
        assert len(here.reception.arrivals) == decided or per_s <= 50


async def test_calls_that_wait_for_a_decision_are_one_for_each_that_was_asked() -> None:
    """A reception that does not answer (all workers are slow) holds what the rate let in."""
    async with town(requests_per_s=1.0, requests_burst=200) as here:
        here.reception.open.clear()
        await flood(here, a("INVITE", body=SDP), lambda _: TRUNK, 2000)
        assert 200 <= sizes(here.edge)["pending"] <= 300


async def test_after_the_flood_a_phone_is_served_as_before() -> None:
    async with town() as here:
        for data in (a("INVITE", body=SDP), a("REGISTER"), rubbish):
            await flood(here, data, count=2000)
        phone = await here.peer(PHONE)
        phone.say(ask("OPTIONS", "sip:callserver", f"{PHONE}:{phone.port}"), here.door)
        await phone.response(200)


class Crowd:
    """Connections of many addresses, and what they keep us from forgetting."""

    def __init__(self, most: int) -> None:
        self.table = Table(most=most)
        self.wires: list[Wire] = []

    def come(self, count: int, say: Callable[[int], bytes]) -> None:
        for number in range(count):
            connection, wire = self.table.connect(number % 250 + 1, forged(number // 250))
            self.wires.append(wire)
            if not wire.closed:
                connection.data_received(say(number))

    def hoarded(self) -> int:
        return sum(len(one._stream._buffer) for one in self.table.table)

    def open(self) -> int:
        return sum(not wire.closed for wire in self.wires)


HEAD = b"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP x;branch=z9hG4bK1\r\n"
SLOW: dict[str, Callable[[int], bytes]] = {
    "says nothing": lambda _: b"",
    "half a line": lambda _: b"INV",
    "no end of the headers": lambda _: HEAD + b"X: " + b"y" * 4000,
    "waits for a body": lambda _: HEAD + b"Content-Length: 3000\r\n\r\nv=0",
}


@pytest.mark.parametrize("how", SLOW)
def test_connections_that_begin_and_do_not_go_on_are_few_and_short(how: str) -> None:
    crowd = Crowd(most=500)
    crowd.come(MESSAGES, SLOW[how])
    assert crowd.open() == len(crowd.table.table) <= 500
    assert crowd.hoarded() <= 500 * 4096
    crowd.table.now += connections.UNPROVEN_S + 1
    crowd.table.table.sweep()
    assert crowd.open() == 0
    assert crowd.table.packets == []


@pytest.mark.parametrize(
    "end",
    [
        b"Content-Length: 99999999\r\n\r\n",
        b"Content-Length: 999999999999999999999\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"\r\n",
        b"y" * 5000,
    ],
)
def test_a_message_too_large_or_without_a_length_ends_its_connection_at_once(end: bytes) -> None:
    crowd = Crowd(most=500)
    crowd.come(100, lambda _: HEAD + end)
    assert crowd.open() == 0
    assert crowd.hoarded() == 0
    assert len(crowd.table.packets) == 100  # answered, each once


def test_a_flood_of_line_ends_costs_no_memory() -> None:
    crowd = Crowd(most=500)
    crowd.come(1, lambda _: b"")
    (connection,) = crowd.table.table
    for _ in range(1000):
        connection.data_received(b"\r\n" * random.Random(1).randint(1, 99))  # noqa: S311
    assert crowd.hoarded() < 4


def test_datagrams_the_kernel_does_not_take_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    from callserver.edge import faces

    class Full:
        """A transport whose socket is full."""

        sent = 0

        def get_write_buffer_size(self) -> int:
            return faces.MAX_UNSENT_BYTES + 1

        def sendto(self, data: bytes, addr: Any) -> None:
            self.sent += 1

    async def check() -> None:
        async with town() as here:
            real, full = here.edge.faces._public, Full()
            monkeypatch.setattr(here.edge.faces, "_public", full)
            await flood(here, a("OPTIONS"), count=100)
            assert full.sent == 0
            monkeypatch.setattr(here.edge.faces, "_public", real)

    asyncio.run(check())
