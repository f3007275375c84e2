"""A small town around one front door: a trunk at 127.0.0.2, phones at 127.0.0.3, strangers at
127.0.0.4, workers on loopback ports, a reception that does as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from callserver.clock import SystemClock
from callserver.config import Config
from callserver.edge.door import Edge
from callserver.metrics import Metrics
from callserver.model.call import Arrival
from callserver.model.commands import Command
from callserver.model.facts import Fact
from callserver.model.people import AgentAccount
from callserver.model.ports import Accepted, Refused
from callserver.sip.digest import Algorithm, ha1
from callserver.testing.ports import free_port
from callserver.testing.store import MemoryStore
from callserver.testing.watch import Watch
from tests.edge.peers import UdpPeer

TRUNK, PHONE, STRANGER = "127.0.0.2", "127.0.0.3", "127.0.0.4"
PASSWORD = "correct-horse"
REALM = "callserver"
ALLOWED_NUMBER = "+37120000012"  # may be dialled through the trunk, and no other


class Worker(UdpPeer):
    """A call worker: a UDP port on loopback with a token."""

    token = ""

    @property
    def sip_port(self) -> int:
        return self.port

    def send(self, command: Command) -> None:
        """Commands are not what these tests are about."""


class People:
    """The agents anna and boris."""

    def account(self, username: str) -> AgentAccount | None:
        if username not in ("anna", "boris"):
            return None
        md5, sha = (ha1(username, REALM, PASSWORD, a) for a in (Algorithm.MD5, Algorithm.SHA256))
        return AgentAccount(username, username.title(), (), md5, sha, 0.0)


@dataclass
class Reception:
    """Gives ``answer``, when ``open`` is set; ``arrivals`` is who came."""

    answer: Accepted | Refused = field(default_factory=lambda: Refused(404, "Not Found"))
    arrivals: list[Arrival] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    watch: Watch = field(default_factory=Watch)
    error: Exception | None = None

    async def receive(self, arrival: Arrival) -> Accepted | Refused:
        self.arrivals.append(arrival)
        self.watch.changed()
        await self.open.wait()
        if self.error is not None:
            raise self.error
        return self.answer


class Town:
    """Everybody, and short ways to have them do the usual things."""

    def __init__(self, config: Config, store: MemoryStore) -> None:
        self.store = store
        self.reception = Reception()
        self.reception.open.set()
        self.facts: list[Fact] = []
        self.watch = Watch()
        self.peers: list[UdpPeer] = []
        self._config = config
        self.edge = self._new_edge()
        self.door = self.edge.public

    def _new_edge(self) -> Edge:
        return Edge(
            self._config,
            SystemClock(),
            self.reception,
            People(),
            self.store,
            self.publish,
            Metrics(),
            lambda number: number == ALLOWED_NUMBER,
        )

    async def restart(self, *survivors: Worker) -> None:
        """The door is shut; another one opens in its place, with the workers that live."""
        await self.edge.stop()
        self.edge = self._new_edge()
        for worker in survivors:
            self.edge.add_worker(worker)
        await self.edge.start()

    def publish(self, fact: Fact) -> None:
        self.facts.append(fact)
        self.watch.changed()

    async def peer(self, host: str) -> UdpPeer:
        peer = await UdpPeer.at(host)
        self.peers.append(peer)
        return peer

    async def worker(self, token: str = "tok1") -> Worker:
        """A worker that the reception gives to the next caller."""
        worker = await Worker.at("127.0.0.1")
        worker.token = token
        self.peers.append(worker)
        self.edge.add_worker(worker)
        self.reception.answer = Accepted(worker)
        return worker

    def count(self, method: str, outcome: str) -> float:
        """The metric."""
        value = self.edge.metrics.registry.get_sample_value(
            "callserver_sip_requests_total", {"method": method, "outcome": outcome}
        )
        return value or 0.0


def config_of(
    trunk: dict[str, Any] | None = None, rtp: dict[str, Any] | None = None, **sip: Any
) -> Config:
    """A configuration on free ports; ``sip`` are options of that section, the others of theirs."""
    ports = {"port": free_port(), "internal_port": free_port()}
    return Config.model_validate(
        {
            "sip": {"bind": "127.0.0.1", "realm": REALM, **ports, **sip},
            "rtp": rtp or {},
            "trunks": {
                "provider": {
                    "addresses": [f"{TRUNK}/32"],
                    "hosts": ["192.0.2.1", "sip.example:5080"],
                    "username": "us",
                    "password": "secret",
                    **(trunk or {}),
                }
            },
        }
    )


@asynccontextmanager
async def town(store: MemoryStore | None = None, **sip: Any) -> AsyncIterator[Town]:
    """A town with its door open; closed and cleared at the end."""
    store = store or MemoryStore()
    await store.open()
    built = Town(config_of(**sip), store)
    await built.edge.start()
    try:
        yield built
    finally:
        for peer in built.peers:
            peer.close()
        await built.edge.stop()
