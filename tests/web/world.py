"""A web server on a port of its own with a small call centre behind it."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import aiohttp
import pytest
import yarl
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.call.do_not_call import DoNotCallList
from callserver.call.talks import LiveTalks
from callserver.config import Config
from callserver.config.calendar import Calendar
from callserver.config.sections import Http, Queue, Recording, Server
from callserver.config.sla import SlaProfile
from callserver.crm.attempts import House
from callserver.crm.clerk import Clerk
from callserver.crm.customers import Customers
from callserver.crm.hooks import Hooks
from callserver.crm.import_files import ImportFiles
from callserver.crm.imports import Imports
from callserver.crm.keyring import Keyring
from callserver.crm.promises import Promises
from callserver.metrics import Metrics
from callserver.model.agent import AgentState
from callserver.model.call import Direction, Ending, Leg, LegStats, Phase, Reason, Result
from callserver.model.errors import StoreError
from callserver.model.events import LegEnd
from callserver.model.facts import Fact
from callserver.model.live import AgentView, CallView, QueueView, WaitingView
from callserver.model.people import Role
from callserver.model.record import CallRecord, LegRecord, RecordingRecord
from callserver.people import People
from callserver.recording.mailboxes import Mailboxes
from callserver.store.customers import SqlCustomers
from callserver.store.engine import Database
from callserver.store.histories import SqlHistories
from callserver.store.migrate import migrate
from callserver.testing.do_not_call import MemoryDoNotCall
from callserver.testing.hooks import FakePost, MemoryHooks
from callserver.testing.ports import free_port
from callserver.tokens import Tokens
from callserver.web import Web
from tests.web.fakes import (
    NOW,
    FakeCallbacks,
    FakeFloor,
    FakeShelf,
    FakeShield,
    FakeStore,
    MemoryAnswers,
    StandingClock,
)
from tests.web.fakes_imports import FakeImport
from tests.web.fakes_outgoing import FakeErrands, FakeOrders, FakeSurveys
from tests.web.visitors import FakeOutside, FakeSite

SOUND = bytes(range(256)) * 4000
PASSWORD = "correct horse"
SLA = SlaProfile(reaction_s=3600, resolution_s=7200, hours="office")
OFFICE = Calendar(open={"mon-sun": "08:00-20:00"})
GENEROUS = {"requests_burst": 10_000, "token_requests_burst": 10_000, "bad_tokens_per_min": 10_000}
BOTH = pytest.mark.parametrize("customers_url", ["sqlite", "postgresql"], indirect=True)
"""With the customers in databases of both kinds."""
STATS = LegStats("PCMU", 3000, 0, 1.0, 3000, 0, 1.0, 20.0)


def recording(id_: str, path: str) -> RecordingRecord:
    digest = hashlib.sha256(SOUND).hexdigest()
    return RecordingRecord(id_, "c1", path, digest, 60.0, 8000, len(SOUND), NOW - 60, False)


def long_recording(file: Path, size: int) -> RecordingRecord:
    """A recording of any size that takes no room on the disk."""
    with file.open("wb") as sparse:
        sparse.truncate(size)
    return replace(recording("r2", file.name), size=size)


def call(id_: str, **changes: Any) -> CallRecord:
    values: dict[str, Any] = {
        "direction": Direction.INBOUND,
        "phase": Phase.ENDED,
        "line": "100",
        "number": "+37120000012",
        "name": "Anna",
        "trunk": "provider",
        "sip_call_id": f"{id_}@192.0.2.1",
        "worker": "wsecret",
        "offered_at": NOW - 100,
        "ended_at": NOW,
        "ending": Ending(Result.ANSWERED, Reason.CUSTOMER_HUNG_UP),
        "legs": (LegRecord(Leg.CUSTOMER, None, LegEnd.HUNG_UP, 200, NOW, STATS),),
    }
    return CallRecord(id=id_, **{**values, **changes})


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    json: Any


@dataclass
class World:
    """The server, all that is behind it, and a client."""

    folder: Path
    store: FakeStore = field(default_factory=FakeStore)
    floor: FakeFloor = field(default_factory=FakeFloor)
    shield: FakeShield = field(default_factory=FakeShield)
    metrics: Metrics = field(default_factory=Metrics)
    degraded: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    secrets: dict[Role, str] = field(default_factory=dict)
    notes: list[Fact] = field(default_factory=list)
    shelf: FakeShelf = field(default_factory=FakeShelf)
    surveys: FakeSurveys = field(default_factory=FakeSurveys)
    orders: FakeOrders = field(default_factory=FakeOrders)
    errands: FakeErrands = field(default_factory=FakeErrands)
    answers: MemoryAnswers = field(default_factory=MemoryAnswers)
    told: MemoryHooks = field(default_factory=MemoryHooks)
    post: FakePost = field(default_factory=FakePost)
    http: dict[str, Any] = field(default_factory=dict)
    site: FakeSite = field(default_factory=FakeSite)
    outside: FakeOutside = field(default_factory=FakeOutside)
    settings: dict[str, Any] = field(default_factory=dict)
    import_run: FakeImport = field(default_factory=FakeImport)
    imported: list[str] = field(default_factory=list)
    customers_url: str = ""
    """The database of customers, with its tables; none: a file of this world."""

    async def start(self) -> None:
        self.web_clock = clock = StandingClock()
        self.people = People(self.store, clock, "callserver", frozenset({"support", "sales"}))
        self.tokens = Tokens(self.store, clock)
        for role in Role:
            _, self.secrets[role] = await self.tokens.create(f"a {role}", role)
        await self.people.add("anna", "Anna", PASSWORD, ("support",))
        self._furnish()
        self.customers_url = self.customers_url or _copied(self.folder.with_name("customers.db"))
        self.database = Database(self.customers_url, 1.0, _never)
        book = SqlCustomers(self.database, lambda: None)
        self.histories = SqlHistories(self.database, lambda: None)
        self.customers = Customers(
            book, self.histories, Promises({"default": SLA}, {"office": OFFICE}), clock
        )
        self.config = Config(
            http=Http(**{"port": _port(), "max_body_bytes": 2048, **GENEROUS, **self.http}),
            recording=Recording(dir=self.folder),
            queues={"support": Queue(title="Support"), "sales": Queue()},
            **{"server": Server(data_dir=self.folder.with_name("var")), **self.settings},
        )
        keyring = Keyring(self.folder / "webhooks.key")
        clerk = Clerk(self.told)
        house = House(
            *(self.told, self.post, keyring, clock), self.config.webhooks, self.metrics, clerk
        )
        self.hooks = Hooks(house, frozenset(self.config.queues))
        self.do_not_call = DoNotCallList(MemoryDoNotCall(), clock, "LV")
        self.unwilling = self.do_not_call.memory
        self.imports = Imports(
            ImportFiles(self.config.imports_dir),
            self.config.imports,
            self.import_run,
            clock,
            lambda: self.imported.append("told"),
        )
        self.web = Web(
            self.config,
            self.store,
            self.floor,
            self.people,
            self.tokens,
            self.metrics,
            lambda: self.degraded,
            lambda: self.warnings,
            clock,
            self._keep,
            self.shield,
            LiveTalks(lambda call: None),
            self.shelf,
            self.hooks,
            self._mailboxes(),
            FakeCallbacks(self.store),
            self.store,
            self.answers,
            self.site,
            self.outside,
            self.do_not_call,
            self.customers,
            self.orders,
            self.surveys,
            self.imports,
            self.errands,
        )
        await self.imports.start()
        await self.web.start()
        self.client = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        await self.client.close()
        await self.web.stop()
        await self.imports.stop()
        await self.database.close()

    async def _keep(self, fact: Fact) -> None:
        self.notes.append(fact)
        if (message := self.store.messages.get(getattr(fact, "voicemail", ""))) is not None:
            self.store.messages[message.left.voicemail] = message.after(fact)

    def _mailboxes(self) -> Mailboxes:
        found = (self.store, self._keep, self.people.usernames)
        return Mailboxes(self.config.recording, *found, StandingClock())

    def _furnish(self) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / "one.wav").write_bytes(SOUND)
        sound = recording("r1", "one.wav")
        self.store.sounds["r1"] = sound
        self.store.call_records["c1"] = call("c1", recording=sound)
        self.floor.agent_views["anna"] = AgentView(
            "anna", "Anna", AgentState.READY, "", NOW - 5, None, ("support",), 2
        )
        waiting = (
            WaitingView("c7", 1, NOW - 9, 9.0, 0, ("anna",)),
            WaitingView("c8", 2, NOW - 4, 4.0, 5, ()),
        )
        self.floor.queue_views = [
            QueueView("support", "Support", waiting, {AgentState.READY: 1}),
            QueueView("sales", "", (), {}),
        ]
        self.floor.call_views = [
            CallView("c7", "100", Phase.RINGING, "support", "anna", NOW - 20, (Leg.CUSTOMER,))
        ]

    async def ask(
        self,
        method: str,
        path: str,
        *,
        role: Role | None = Role.ADMIN,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: bytes | None = None,
    ) -> Answer:
        """One request, with the token of a role (None: without). The path goes out as it is."""
        sent = dict(headers or {})
        if role is not None:
            sent.setdefault("Authorization", f"Bearer {self.secrets[role]}")
        url = yarl.URL(self.web.url + path, encoded=True)
        async with self.client.request(method, url, headers=sent, json=json, data=data) as got:
            body = await got.read()
            is_json = got.content_type.endswith(("/json", "+json")) and body
            return Answer(
                got.status,
                got.headers,
                body,
                await got.json(content_type=None) if is_json else None,
            )

    async def get(self, path: str, **how: Any) -> Answer:
        return await self.ask("GET", path, **how)


def _copied(file: Path) -> str:
    """A real one, which is made once and copied."""
    file.write_bytes(_database())
    return f"sqlite+aiosqlite:///{file}"


async def _never(_: AsyncConnection) -> None:
    raise StoreError("this database is made already")


@cache
def _database() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "new.db"
        engine = create_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            migrate(connection)
        engine.dispose()
        return file.read_bytes()


@cache
def _port() -> int:
    """One for this process: tests of a process run one after the other."""
    return free_port()


def is_problem(answer: Answer, id_: str, status: int) -> None:
    """The shape every error has."""
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["type"] == f"urn:callserver:problem:{id_}"
    assert answer.json["status"] == status
    assert answer.json["title"]


async def soon(true: Callable[[], bool]) -> None:
    """Return when it is true; the server does not tell about its connections, so it is asked."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.005)
