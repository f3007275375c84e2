"""The whole server, wired by hand: read from top to bottom to see who knows whom.

``serving`` runs it as a program; the demo, inside a loop of its own.
"""

import asyncio
from collections.abc import Callable, Mapping

from callserver import log
from callserver.acd.router import Router
from callserver.adoption import Adoption
from callserver.bus import Bus
from callserver.call.directory import Directory
from callserver.call.do_not_call import DoNotCallList
from callserver.call.features import Features
from callserver.call.journal import Journal
from callserver.call.measure import CallMeter
from callserver.call.orders import Orders
from callserver.call.reception import CallReception
from callserver.call.services import Services
from callserver.call.talks import LiveTalks
from callserver.call.toll import Allowed, TollGuard
from callserver.callback.book import Book
from callserver.callback.desk import Callbacks
from callserver.clock import SystemClock
from callserver.config import Config
from callserver.crm.attempts import House
from callserver.crm.connectors.courier import Desk
from callserver.crm.connectors.directory import couriers, enlist, senders
from callserver.crm.connectors.errands import Errands
from callserver.crm.customers import Customers
from callserver.crm.deliverer import Deliverer
from callserver.crm.digest.herald import Digests
from callserver.crm.hooks import Hooks
from callserver.crm.imports import Imports
from callserver.crm.lookup import Lookup
from callserver.crm.promises import Promises
from callserver.edge.door import Edge
from callserver.floor import LiveFloor, Roster
from callserver.ivr.archive import Archive
from callserver.ivr.library import Flows
from callserver.ivr.shelf import Shelf
from callserver.limits import Limits, Ports
from callserver.media.pool import Pool
from callserver.metrics import Metrics
from callserver.model.call import Arrival
from callserver.model.ports import Accepted, Refused
from callserver.outside.client import Outsider
from callserver.outside.fetcher import Fetcher
from callserver.outside.messengers import messengers
from callserver.outside.poster import Poster
from callserver.people import People
from callserver.reconciler import Reconciler, Seen
from callserver.recording.library import Recordings
from callserver.recording.mailboxes import Mailboxes
from callserver.renewal import Renewal
from callserver.runtime import Tasks
from callserver.speech.prompts import PromptLibrary
from callserver.store.sql import Remembered, SqlStore
from callserver.survey.desk import Surveys
from callserver.tokens import Tokens
from callserver.web.server import Web
from callserver.web.sounds import Sounds

_log = log.get("app")

STOP_S = 15.0
ADOPT_S = 3.0

Progress = Callable[[int, int], None]


class App:
    """One controller."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.clock = clock = SystemClock()
        self.bus = Bus()
        self.metrics = metrics = Metrics()
        metrics.clock_set_by.set_function(clock.set_by)
        self.store = SqlStore(config.store_url, config.store.secret())
        self.journal = Journal(self.store, self.bus, metrics, config.spool_dir)
        self.people = People(self.store, clock, config.sip.realm, frozenset(config.queues))
        self.tokens = Tokens(self.store, clock)
        self.prompts = PromptLibrary(config)
        self.flows = Flows(config, Archive(config.server.data_dir / "flows"))
        self.do_not_call = DoNotCallList(self.store.do_not_call, clock, config.outgoing.country)
        self.toll = toll = TollGuard(
            config.outgoing,
            {name: line.outgoing for name, line in config.lines.items()},
            self.do_not_call.memory,
        )
        self.edge = Edge(
            config,
            clock,
            self,
            self.people,
            self.store,
            self.journal.note,
            metrics,
            lambda number: isinstance(toll.permits(number), Allowed),
        )
        self.outside = Outsider(config.destinations, metrics)
        self.poster, self.http = Poster(config.webhooks), Fetcher()
        self.couriers = couriers(config.connectors, self._desk())
        self.pool = Pool(config, clock, metrics)
        self.router = Router(config, clock, self.journal.note, metrics, self.edge.phones)
        self.recordings = Recordings(
            config, self.pool.make_recording, self.journal.note, clock, metrics
        )
        roster = Roster(self.router, config.queues)
        directory = Directory(
            config,
            clock,
            metrics,
            self.edge,
            self.edge,
            toll,
            roster.state_of,
            self.router.outside,
            roster.line_of,
        )
        house = Services(
            config=config,
            clock=clock,
            journal=self.journal,
            metrics=metrics,
            desk=self.router,
            phones=self.edge,
            prompts=self.prompts,
            recordings=self.recordings,
            callers=self.store,
            talk_desk=self.router,
            directory=directory,
            outside=self.outside,
            ringback=self.prompts.ringback(),
            held=lambda queue, number: self.callbacks.requests.held(queue, number),
            asked=lambda: self.callbacks.requests,
            lookup=Lookup(config.lookup, self.couriers, self.outside, clock),
        )
        self.reception = CallReception(house, self.flows, self.pool, Features(config, self.router))
        self.callbacks = Callbacks(Book(), house, self.router, self.reception.begin)
        self.orders = Orders(house, self.reception.begin)
        self.errands = Errands(
            *(config, self.couriers, self.store.errands, self.orders, self.callbacks.requests),
            *(clock, self.journal),
        )
        self.surveys = Surveys(house, self.store.surveys, self.flows.flow, self.reception.begin)
        self.shelf = Shelf(self.flows, self.prompts.prepare, self.reception.flows, metrics)
        self.limits = Limits(
            config,
            metrics,
            ports=lambda: Ports(*self.pool.slices),
            processes=lambda: 1 + self.pool.processes,
            calls=lambda: len(self.reception.calls()),
        )
        self.mailboxes = Mailboxes(
            *(config.recording, self.store, self.journal.keep, self.people.usernames, clock)
        )
        told = House.of(
            *(config, self.store.hooks, self.poster, clock, metrics, senders(self.couriers)),
            messengers(config, self.store, self.poster),
        )
        self.hooks = Hooks(told, frozenset(config.queues), frozenset(config.lines))
        self.deliverer = Deliverer(told)
        self._tasks = Tasks("app")
        self.renewal = renewal = Renewal(
            *(self.people, self.tokens, self.do_not_call, self.deliverer, self.router, self._tasks)
        )
        self.customers = Customers(
            *(self.store.customers, self.store.histories),
            *(Promises(config.sla, config.hours), clock),
        )
        self.imports, self.digests = (
            Imports.of(config, clock, renewal.imported),
            Digests(config, self.store.digests, self.store.hooks, clock),
        )
        self.web = Web(
            config,
            self.store,
            LiveFloor(self.router, self.reception),
            self.people,
            self.tokens,
            metrics,
            self.degraded,
            lambda: {
                **self.limits.warnings(),
                **self.shelf.warnings(),
                **clock.warnings(),
                **self.deliverer.warnings(),
            },
            clock,
            self.journal.keep,
            self.edge.warden,
            LiveTalks(self.reception.conversation),
            self.shelf,
            self.hooks,
            self.mailboxes,
            self.callbacks.requests,
            self.store,
            self.store.answers,
            self.callbacks.requests,
            self.outside,
            self.do_not_call,
            self.customers,
            self.orders,
            self.store.surveys,
            self.imports,
            self.errands,
        )
        self._listen_to_the_store()
        self.hooks.on_changed = self.pool.on_hooks_changed = self.deliverer.changed
        meter, callbacks, surveys = CallMeter(metrics, self.journal), self.callbacks, self.surveys
        for hears in (meter, roster.on_fact, callbacks.on_fact, surveys.on_fact):
            self.bus.subscribe(hears)
        self.reception.on_ours = lambda before: (
            self.callbacks.again(before) or self.orders.again(before) or self.surveys.again(before)
        )
        self.people.on_changed = renewal.agents
        self.pool.on_up = self.edge.add_worker
        self.pool.on_gone = self.edge.drop_worker
        self.pool.on_people_changed = renewal.people
        self.pool.on_bans_changed = self._bans_changed
        self.reconciler = Reconciler(
            self._look,
            {
                "agent": self.router.leave,
                "session": self.reception.worker_lost,
                "worker": self.pool.cut,
                "dialog": self.edge.drop_worker,
            },
            metrics,
        )

    async def receive(self, arrival: Arrival) -> Accepted | Refused:
        """The front door was built before the reception; it asks here."""
        return await self.reception.receive(arrival)

    def _desk(self) -> Desk:
        """What connectors work with."""
        config = self.config
        sounds = Sounds(self.store, config.recording.dir)
        return Desk(
            *(self.http, self.store.hooks, self.clock, sounds.whole, config.connectors_dir),
            unwanted=lambda call, by: self.reception.unwanted(call, by),
        )

    def _look(self) -> Seen:
        return Seen(
            agents=self.router.agents(),
            calls=self.reception.workers(),
            workers=self.pool.busy(),
            dialogs=self.edge.dialogs.open_workers(),
        )

    def degraded(self) -> Mapping[str, str]:
        """What does not work now, by part; empty: all is well."""
        trouble = {
            "store": self.journal.trouble,
            "media": self.pool.trouble,
            "recording": self.recordings.trouble,
        }
        if not self.reception.open:
            trouble["reception"] = "draining: no new calls"
        trouble |= self.limits.faults()
        return {part: what for part, what in trouble.items() if what}

    async def start(self, progress: Progress | None = None) -> None:
        """Inside out: what is asked before what asks. Raises ``CallServerError``."""
        self.config.server.data_dir.mkdir(parents=True, exist_ok=True)
        self.config.run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.recordings.prepare()
        await self.prompts.prepare(self.flows.texts(), progress)
        await self.store.open()
        await self.people.load()
        await self.tokens.load()
        await self.do_not_call.load()
        # Facts that wait in the spool are for the connectors too.
        await enlist(self.store.hooks, self.couriers, self.clock.now())
        await self.digests.enlist()
        before = await self.journal.recover()
        await self.callbacks.load(self.store, before)
        await self.surveys.load(before)
        begun = {call.progress.flow for call in before.calls if call.progress.flow}
        await self.prompts.prepare(self.flows.texts_of(begun))
        for ending, count in (await self.store.ending_counts()).items():
            self.metrics.calls.labels(ending.result, ending.reason).inc(count)
        talks = await self.store.talks_since(self.router.today)
        self.journal.start()
        self.router.remember(before.agents)
        self.pool.expect([call.record.worker for call in before.calls])
        await self.pool.start(self.edge.public, self.edge.internal)
        survivors = await self.pool.survivors(ADOPT_S)
        await self.edge.start()  # from here on calls come; nothing below may wait but the API
        self.renewal.agents()
        self.router.count_talks(talks)
        adoption = Adoption(
            *(self.reception, self.router, self.journal, self.recordings, self.store, self.clock),
            self.config.outgoing.country,
        )
        adoption.take_up(before.calls, survivors)
        alive = {view.call for view in self.reception.calls()}
        self.callbacks.start([call for call in before.calls if call.record.id in alive])
        self.surveys.start()
        self.errands.start()
        self.shelf.tidy()
        self._tasks.start("flows", self.shelf.follow())
        self._tasks.start("do_not_call", self.do_not_call.follow())
        await self.router.start()
        self.reconciler.start()
        self._tasks.start("recordings", adoption.finish_recordings())

        def room_again() -> None:
            self._tasks.start("recordings", adoption.finish_later())

        self.recordings.on_room = room_again
        self._tasks.start("disks", self.recordings.watch())
        self._tasks.start("voicemails", self.mailboxes.tidy())
        self._tasks.start("promises", self.customers.alarm.run())
        self._tasks.start("digests", self.digests.run())
        self.deliverer.start()
        await self.imports.start()
        await self.web.start()
        _log.info("ready", sip=self.edge.public, http=self.web.url)

    async def _call_nobody(self) -> None:
        """From here on no call is begun by ourselves."""
        await self.callbacks.stop()
        await self.surveys.stop()
        await self.errands.stop()
        await self.orders.stop()

    async def drain(self) -> None:
        """No new calls; returns when those that run have ended."""
        await self._call_nobody()
        await self.reception.drain()

    async def hand_over(self) -> None:
        """Everything written down and the doors shut; the calls go on in their workers, for the
        next controller to take up."""
        await self.web.stop()
        await self.edge.stop()
        await self._call_nobody()
        await self.router.stop()
        await self.imports.stop()
        await self.journal.flush()
        await self.deliverer.stop()

    async def stop(self) -> None:
        """End what still runs, then everything else, in the reverse of the start."""
        await self._call_nobody()
        self.reception.hurry()
        try:
            async with asyncio.timeout(STOP_S):
                await self.reception.drain()
        except TimeoutError:
            _log.error("calls_did_not_end", waited_s=STOP_S)
        await self.reconciler.stop()
        await self._tasks.close()
        await self.web.stop()
        await self.imports.stop()
        await self.pool.stop()
        await self.edge.stop()
        await self.router.stop()
        await self.journal.stop()
        await self.deliverer.stop()
        await self.poster.close()
        await self.http.close()
        await self.outside.close()
        await self.store.close()

    def _bans_changed(self) -> None:
        self._tasks.start("bans", self.edge.warden.reload())

    def _known_people(self) -> Remembered:
        return Remembered(self.people.accounts(), self.tokens.tokens(), self.deliverer.known())

    def _listen_to_the_store(self) -> None:
        self.store.on_told = self.deliverer.told
        self.store.on_facts = self.web.news
        self.store.on_replaced = self.deliverer.changed
        self.store.remembered = self._known_people
        self.store.customers.on_unwilling = self.renewal.unwilling
