"""A pool with real workers, a relay in place of the front door, and ears for events."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from callserver.clock import SystemClock
from callserver.config import Config
from callserver.media.pool import Pool
from callserver.metrics import Metrics
from callserver.model.call import Leg
from callserver.model.commands import (
    AnswerLeg,
    BridgeLegs,
    Command,
    DialLeg,
    DialTarget,
    StartRecording,
    Track,
)
from callserver.model.events import Event, LegAnswered, LegArrived, RecordingStarted
from callserver.model.ports import CallWorker
from callserver.testing import tones, wav
from callserver.testing.phone import Phone, SoftCall
from callserver.testing.ports import free_range
from callserver.testing.watch import PATIENCE_S
from tests.media.relay import Relay

E = TypeVar("E")


class Ear:
    """A listener that remembers everything and lets a test wait for it."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.lost = 0
        self._news = asyncio.Event()

    def on_event(self, event: Event) -> None:
        self.events.append(event)
        self.look()

    def look(self) -> None:
        """Something else may have come true."""
        self._news.set()

    def on_worker_lost(self) -> None:
        self.lost += 1
        self._news.set()

    async def until(self, true: Callable[[], object], seconds: float = PATIENCE_S) -> None:
        async with asyncio.timeout(seconds):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def hear(
        self, kind: type[E], leg: Leg | None = None, seconds: float = PATIENCE_S, count: int = 1
    ) -> E:
        """The ``count``-th event of this kind (of this leg)."""

        def heard() -> list[Any]:
            return [e for e in self.all(kind) if leg is None or getattr(e, "leg", None) is leg]

        try:
            await self.until(lambda: len(heard()) >= count, seconds)
        except TimeoutError:
            raise AssertionError(f"no {kind.__name__} of {leg}; heard: {self.events}") from None
        found: E = heard()[count - 1]
        return found

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def digits(self, leg: Leg = Leg.CUSTOMER) -> str:
        return "".join(
            getattr(e, "digit", "") for e in self.events if getattr(e, "leg", None) is leg
        )


@dataclass
class Call:
    """One call of a worker."""

    worker: CallWorker
    ear: Ear
    phone_call: SoftCall | None = None
    agent_call: SoftCall | None = None

    def do(self, *commands: Command) -> None:
        for command in commands:
            self.worker.send(command)

    @property
    def customer(self) -> SoftCall:
        assert self.phone_call is not None
        return self.phone_call

    @property
    def agent(self) -> SoftCall:
        assert self.agent_call is not None
        return self.agent_call


@dataclass
class Rig:
    folder: Path
    config: Config
    pool: Pool
    relay: Relay
    gone: list[str] = field(default_factory=list)
    phones: list[Phone] = field(default_factory=list)
    ears: list[Ear] = field(default_factory=list)

    def on_gone(self, token: str) -> None:
        self.gone.append(token)
        for ear in self.ears:
            ear.look()

    async def phone(self, name: str, **options: Any) -> Phone:
        phone = await Phone.start(name, log_dir=self.folder, **options)
        self.phones.append(phone)
        return phone

    async def take(self) -> Call:
        ear = Ear()
        self.ears.append(ear)
        worker = await self.pool.take(ear)
        self.relay.for_new_calls = worker.token
        return Call(worker, ear)

    async def arrive(self, phone: Phone, **options: Any) -> Call:
        """A customer's INVITE has arrived at a fresh worker."""
        call = await self.take()
        call.phone_call = await phone.call(f"sip:100@{self.relay.address}", **options)
        await call.ear.hear(LegArrived, Leg.CUSTOMER)
        return call

    async def answered(self, phone: Phone, **options: Any) -> Call:
        call = await self.arrive(phone, **options)
        call.do(AnswerLeg(Leg.CUSTOMER))
        await call.ear.hear(LegAnswered, Leg.CUSTOMER)
        await call.customer.answered()
        # A phone whose bridge is empty for a second stops its clock, and with it its digits.
        await call.customer.tone(300)
        return call

    async def join(self, call: Call, agent: Phone) -> None:
        """The agent's phone is called, answers, and both talk."""
        call.do(dial(agent.uri))
        call.agent_call = await agent.incoming()
        await call.agent_call.answer()
        await call.ear.hear(LegAnswered, Leg.AGENT)
        call.do(BridgeLegs(Leg.CUSTOMER, Leg.AGENT))

    async def record(self, call: Call) -> tuple[Path, Path]:
        """Start recording both legs."""
        tracks = tuple(
            Track(leg, str(self.folder / f"{call.worker.token}.{leg}.wav"))
            for leg in (Leg.CUSTOMER, Leg.AGENT)
        )
        call.do(StartRecording(tracks))
        await call.ear.hear(RecordingStarted)
        return Path(tracks[0].file), Path(tracks[1].file)

    def tone(self, frequency: float, seconds: float) -> str:
        """A WAV file with a tone."""
        file = self.folder / f"tone-{frequency:g}-{seconds:g}.wav"
        wav.write(file, tones.tone(frequency, seconds=seconds))
        return str(file)


def dial(*uris: str, leg: Leg = Leg.AGENT, ring_s: float = 10.0, setup_s: float = 5.0) -> DialLeg:
    targets = tuple(DialTarget(uri) for uri in uris)
    return DialLeg(leg, targets, "+37120000012", "A Customer", ring_s, setup_s)


@cache
def rtp_ports() -> int:
    """The range of this test process: its tests run one after the other."""
    return free_range(100)


@asynccontextmanager
async def running(folder: Path, *, spares: int = 1, rest_s: float = 0.0) -> AsyncIterator[Rig]:
    first = rtp_ports()
    config = Config.model_validate(
        {
            "server": {"data_dir": folder / "v", "capacity": 4, "spare_workers": spares},
            "rtp": {
                "bind": "127.0.0.1",
                "first_port": first,
                "last_port": first + 99,
                "rest_s": rest_s,
            },
        }
    )
    relay = await Relay.start()
    pool = Pool(config, SystemClock(), Metrics())
    rig = Rig(folder, config, pool, relay)
    pool.on_up = lambda worker: relay.workers.__setitem__(worker.token, worker.sip_port)
    pool.on_gone = rig.on_gone
    try:
        await pool.start(relay.address, relay.address)
        yield rig
    finally:
        for phone in rig.phones:
            await phone.close()
        await pool.stop()
        relay.close()
