"""A call centre in virtual time: the real conductor, router, directory and sessions; phones,
workers and prompts are fakes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from callserver.acd.router import Router
from callserver.call import record as records
from callserver.call.directory import Directory
from callserver.call.do_not_call import Unwilling
from callserver.call.journal import Journal
from callserver.call.services import Services
from callserver.call.session import Session
from callserver.call.toll import TollGuard
from callserver.callback.book import Book
from callserver.callback.desk import Callbacks
from callserver.config import Config
from callserver.metrics import Metrics
from callserver.model import commands as do
from callserver.model import facts as f
from callserver.model.agent import AgentState
from callserver.model.call import Direction, Leg
from callserver.model.callback import Callback, Outcome, Wanted
from callserver.model.commands import DialTarget
from callserver.model.contacts import Contact
from callserver.model.people import AgentAccount, CallerPast
from callserver.model.record import CallRecord
from callserver.recording.library import Recordings
from callserver.testing.clock import LoopClock
from callserver.testing.workers import Callee, FakePool, FakeWorker

NUMBER = "+37129999999"
RULES = {"hours": [], "busy_s": 60, "no_answer_s": 600, "failed_s": 300, "left_s": 45}


class MemoryJournal:
    """What sessions need of a journal."""

    def __init__(self) -> None:
        self.facts: list[f.Fact] = []
        self.listeners: list[Callable[[f.Fact], None]] = []
        self._records: dict[str, CallRecord] = {}

    def note(self, fact: f.Fact) -> None:
        self.facts.append(fact)
        if isinstance(fact, f.CallOffered):
            self._records[fact.call] = records.begin(fact)
        elif (record := self.record(getattr(fact, "call", None) or "")) is not None:
            self._records[record.id] = records.fold(record, fact)
        for listener in self.listeners:
            listener(fact)

    async def keep(self, fact: f.Fact) -> None:
        self.note(fact)
        await asyncio.sleep(0.01)

    def resume(self, record: CallRecord) -> None:
        self._records[record.id] = record

    def record(self, call: str) -> CallRecord | None:
        return self._records.get(call)


class Words:
    """Everything can be said at once."""

    def say(self, language: str, text: str) -> str:
        return f"{language}-{text}.wav"

    def music(self, queue: str) -> str:
        return "music.wav"

    def name(self, language: str, name: str) -> str | None:
        return f"{name}.wav"

    async def learn_name(self, language: str, name: str) -> None:
        """It is known already."""


class Contacts:
    """What is known of people: the name of one number."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    async def past(self, number: str, since: float, call: str) -> CallerPast:
        return CallerPast()

    async def contact(self, number: str) -> Contact | None:
        name = self.names.get(number)
        return None if name is None else Contact("k1", 0.0, 0.0, name, (number,))


class Outside:
    """Implements ``Phones`` and ``Trunks``: everybody can be reached."""

    def targets(self, agent: str) -> tuple[DialTarget, ...]:
        return (DialTarget(f"sip:{agent}@phone"),)

    def trunk_targets(self, trunk: str, number: str) -> tuple[DialTarget, ...]:
        return (DialTarget(f"sip:{number}@{trunk}"),)


def configured(rules: dict[str, Any], **more: Any) -> Config:
    sections = {
        "queues": {"support": {"title": "Support", "callback": {**RULES, **rules}}},
        "trunks": {"provider": {"hosts": ["192.0.2.1"]}},
        "outgoing": {"allow": ["+371"], "trunk": "provider", "country": "LV"},
        "agents": {"wrap_up_s": 0.0},
        "recording": {"enabled": False},
        "lines": {"100": {"flow": "support"}},
    }
    return Config.model_validate({**sections, **more})


@dataclass
class Centre:
    """``rules`` are those of the queue; agent alice is there unless somebody says otherwise."""

    rules: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    workers: int = 10

    def __post_init__(self) -> None:
        config = configured(self.rules, **self.settings)
        self.clock = clock = LoopClock()
        self.journal = MemoryJournal()
        self.pool = FakePool(clock, capacity=self.workers)
        metrics, note = Metrics(), self.journal.note
        self.router = Router(config, clock, note, metrics, lambda agent: 1)
        outside = Outside()
        self.unwilling = Unwilling()
        lines = {name: line.outgoing for name, line in config.lines.items()}
        toll = TollGuard(config.outgoing, lines, self.unwilling)
        directory = Directory(
            *(config, clock, metrics, outside, outside, toll),
            lambda agent: next(
                (one.state for one in self.router.agents() if one.username == agent), None
            ),
            self.router.outside,
        )
        self.metrics = metrics
        self.people = Contacts()
        self.house = house = Services(
            config=config,
            clock=clock,
            journal=cast(Journal, self.journal),
            metrics=metrics,
            desk=self.router,
            phones=outside,
            prompts=cast(Any, Words()),
            recordings=Recordings(config, cast(Any, None), note, clock, metrics),
            callers=cast(Any, self.people),
            talk_desk=self.router,
            directory=directory,
            outside=cast(Any, None),
            ringback="ringback.wav",
        )
        self.book = Book()
        self.desk = Callbacks(self.book, house, self.router, self.begin)
        self.journal.listeners.append(self.desk.on_fact)
        self._running: set[asyncio.Task[None]] = set()

    async def open(self, agent: str = "alice") -> "Centre":
        self.router.load([AgentAccount(agent, agent, ("support",), "", "", 0.0)])
        await self.router.start()
        self.desk.start(())
        return self

    async def begin(self, session: Session) -> None:
        """A session gets a worker and goes."""
        session.begin(await self.pool.take(session))
        self.run(session)

    def run(self, session: Session) -> None:
        """It goes on."""
        task = asyncio.create_task(session.run())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    # what happens

    def asks(self, **more: Any) -> str:
        """Somebody is to be called; the name of the request."""
        wanted = {"number": NUMBER, "name": "Jo", "queue": "support", "priority": 0, **more}
        return self.desk.requests.create(Wanted(**wanted)).call

    async def agent_answers(self, customer: Callee) -> FakeWorker:
        """The agent has answered, and the customer's phone, which is dialled, behaves so."""
        worker = await self.pool.taken(within=1e6)
        assert (await worker.sent(do.DialLeg)).leg is Leg.AGENT
        await asyncio.sleep(0.5)  # the agent hears who it is
        worker.callee = customer
        dialled = await worker.sent(do.DialLeg, within=60)
        assert (dialled.leg, dialled.targets[0].uri) == (Leg.CUSTOMER, f"sip:{NUMBER}@provider")
        return worker

    def calls_in(self, call: str, number: str = NUMBER) -> None:
        """A caller is on the line."""
        who = ("100", number, "Jo", "provider", f"sip-{call}", "w")
        self.journal.note(f.CallOffered(call, self.clock.now(), Direction.INBOUND, *who))

    # what is then

    def request(self, name: str) -> Callback:
        """The request, as its facts tell."""
        book, found = Book(), dict[str, Callback]()
        for fact in self.journal.facts:
            found |= {one.call: one for one in book.follow(fact)}
        return found[name]

    def outcomes(self, name: str) -> list[Outcome | None]:
        return [one.outcome for one in self.request(name).attempts]

    def agent(self) -> AgentState:
        return self.router.agents()[0].state
