"""A real store, a real deliverer, a real destination on loopback; calls made of facts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from callserver.call.folds import Folds
from callserver.clock import SystemClock
from callserver.config import Config
from callserver.config.connectors import AnyConnector
from callserver.config.hooks import Hooks as Options
from callserver.crm.attempts import House
from callserver.crm.clerk import Clerk
from callserver.crm.connectors.courier import Desk
from callserver.crm.connectors.directory import couriers, enlist
from callserver.crm.deliverer import Deliverer
from callserver.crm.hooks import Hooks
from callserver.crm.keyring import Keyring
from callserver.metrics import Metrics
from callserver.model import facts as f
from callserver.model.hooks import HookEvent
from callserver.outside.fetcher import Fetcher
from callserver.outside.messengers import messengers
from callserver.outside.poster import Poster
from callserver.store import SqlStore
from callserver.store.sql import Remembered
from callserver.testing.receiver import Receiver
from callserver.testing.rig import eventually

LOOPBACK = ("127.0.0.0/8",)
QUICK: dict[str, Any] = {
    "private": LOOPBACK,
    "timeout_s": 15.0,
    "per_s": 1000.0,
    "first_pause_s": 0.02,
    "longest_pause_s": 0.2,
    "first_rest_s": 0.05,
    "longest_rest_s": 0.2,
}


class Office:
    """What a controller has of all this."""

    def __init__(
        self,
        folder: Path,
        options: dict[str, Any],
        connectors: dict[str, Any] | None = None,
        people: Config | None = None,
        url: str = "",
    ) -> None:
        self.clock = SystemClock()
        self.metrics = Metrics()
        self.store = SqlStore(url or f"sqlite+aiosqlite:///{folder / 'callserver.db'}")
        self.poster = Poster(Options(**options))
        self.keyring = Keyring(folder / "webhooks.key")
        self.http = Fetcher()
        self.unwanted: list[tuple[str, str]] = []
        """Calls that a CRM refused, and which."""
        desk = Desk(
            *(self.http, self.store.hooks, self.clock, _sound, folder / "connectors"),
            unwanted=lambda call, by: self.unwanted.append((call, by)),
        )
        configured = TypeAdapter(dict[str, AnyConnector]).validate_python(connectors or {})
        self.couriers = couriers(configured, desk)
        house = House(
            *(self.store.hooks, self.poster, self.keyring, self.clock, Options(**options)),
            *(self.metrics, Clerk(self.store.hooks)),
            senders={one.subscription: one for one in self.couriers.values()},
            messengers=messengers(people, self.store, self.poster) if people else {},
        )
        self.hooks = Hooks(house, frozenset({"support", "sales"}), frozenset({"100"}))
        self.deliverer = Deliverer(house)
        self.store.on_told = self.deliverer.told
        self.store.on_replaced = self.deliverer.changed
        self.store.remembered = lambda: Remembered(subscriptions=self.deliverer.known())
        self.hooks.on_changed = self.deliverer.changed

    async def happens(self, *facts: f.Fact) -> list[HookEvent]:
        """These facts reach the store, as the journal brings them."""
        told: list[HookEvent] = []
        changed = await Folds(self.store).after(facts, told)
        await self.store.append(facts, changed, None, told)
        return told

    def sent(self, hook: str, outcome: str) -> float:
        """What the metric says."""
        labels = {"hook": hook, "outcome": outcome}
        return self.metrics.registry.get_sample_value("callserver_hooks_total", labels) or 0.0


async def _sound(recording: str) -> bytes:
    return b"RIFF" + recording.encode()


@asynccontextmanager
async def office(
    folder: Path,
    connectors: dict[str, Any] | None = None,
    people: Config | None = None,
    url: str = "",
    **options: Any,
) -> AsyncIterator[Office]:
    """One that works; ``people``: with its ``mail`` and ``messages``; ``url``: its database, a file
    in the folder by default."""
    made = Office(folder, {**QUICK, **options}, connectors, people, url)
    await made.store.open()
    await enlist(made.store.hooks, made.couriers, made.clock.now())
    made.deliverer.start()
    try:
        yield made
    finally:
        await made.deliverer.stop()
        await made.poster.close()
        await made.http.close()
        await made.store.close()


async def all_over(one: Office, hook: str) -> None:
    """Everything that came of it is written down."""

    async def waiting() -> int:
        return (await one.store.hooks.backlog()).get(hook, (0, 0))[0]

    await eventually(waiting, lambda left: left == 0)


def holds(receiver: Receiver, count: int) -> bool:
    return len(receiver.held) == count
