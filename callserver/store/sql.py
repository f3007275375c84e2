"""The store on an SQL database: each door is a transaction around a function of its topic."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.bans import Ban
from callserver.model.call import Ending
from callserver.model.callback import Callback, CallbackState
from callserver.model.contacts import Contact
from callserver.model.dialogs import KeptDialog
from callserver.model.facts import AgentChanged, Audited, CallbackOwed, Fact
from callserver.model.following import FactFilter, Passage
from callserver.model.hooks import HookEvent, Subscription
from callserver.model.people import AgentAccount, Binding, CallerPast, Token
from callserver.model.record import CallRecord, RecordingRecord
from callserver.model.store_ports import AuditFilter, CallFilter, Mark
from callserver.model.voicemail import Voicemail, VoicemailFilter
from callserver.store import (
    audit,
    bans,
    callbacks,
    calls,
    dialogs,
    following,
    marks,
    outbox,
    people,
    surveys,
    voicemails,
)
from callserver.store.answers import SqlAnswers
from callserver.store.customers import SqlCustomers
from callserver.store.digests import SqlDigests
from callserver.store.do_not_call import SqlDoNotCall
from callserver.store.engine import Database
from callserver.store.errands import SqlErrands
from callserver.store.histories import SqlHistories
from callserver.store.hooks import SqlHooks
from callserver.store.migrate import migrate
from callserver.store.surveys import SqlSurveys

BUSY_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Remembered:
    """People and webhooks, as the server has them in memory."""

    agents: Sequence[AgentAccount] = ()
    tokens: Sequence[Token] = ()
    subscriptions: Sequence[Subscription] = ()


class SqlStore:
    """Implements ``Store`` of :mod:`callserver.model.store_ports`, and ``Follower``. ``url`` is an
    SQLAlchemy async URL, ``password`` goes into it; ``busy_timeout_s`` is how long a locked or
    silent database is waited for."""

    def __init__(
        self, url: str, password: str | None = None, *, busy_timeout_s: float = BUSY_TIMEOUT_S
    ) -> None:
        self._database = Database(url, busy_timeout_s, self._make, password)
        self.remembered: Callable[[], Remembered] = Remembered
        """Called when an empty database had to be made: what the server knows and goes into it."""
        self.hooks = SqlHooks(self._database)
        self.errands = SqlErrands(self._database, lambda: self.on_told())
        self.answers = SqlAnswers(self._database)
        self.do_not_call = SqlDoNotCall(self._database)
        self.surveys = SqlSurveys(self._database)
        self.digests = SqlDigests(self._database, self.surveys, lambda: self.on_told())
        self.customers = SqlCustomers(self._database, lambda: self.on_told())
        self.histories = SqlHistories(self._database, lambda: self.on_told())
        self.on_told: Callable[[], None] = lambda: None
        """Called when there is something new to be sent to webhooks."""
        self.on_facts: Callable[[], None] = lambda: None
        """Called when there are new facts."""
        self._database.on_replaced = lambda: self.on_replaced()
        self.on_replaced: Callable[[], None] = lambda: None
        """Called when another database stands in the place of the first."""

    async def open(self) -> None:
        """Connect and bring the schema up to date. Refuses a database of a newer version."""
        await self._database.open()

    async def close(self) -> None:
        """Close all connections."""
        await self._database.close()

    async def ping(self) -> None:
        """Prove that it can be written to: SQLite writes a page even when the value stays."""
        async with self._database.writing("write to the database") as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = version_num"))

    async def append(
        self,
        facts: Sequence[Fact],
        records: Mapping[str, CallRecord],
        mark: Mark | None = None,
        events: Sequence[HookEvent] = (),
    ) -> None:
        """Write facts, the records they changed and what others are told of them, all or nothing,
        and with a ``mark`` once."""
        told = False
        async with self._database.writing("write to the journal") as connection:
            if mark is None or await marks.advance(connection, mark):
                await calls.append(connection, facts, records.values())
                await audit.append(connection, facts)
                await callbacks.append(connection, facts)
                await surveys.append(connection, facts)
                await voicemails.append(connection, facts)
                told = await outbox.append(connection, events)
        if told:
            self.on_told()
        if facts:
            self.on_facts()

    async def last_number(self) -> int:
        async with self._database.reading("read how long the journal is") as connection:
            return await following.last_number(connection)

    async def facts_after(self, number: int, wanted: FactFilter) -> Passage:
        async with self._database.reading("follow the journal") as connection:
            return await following.facts_after(connection, number, wanted)

    async def marked(self, run: str) -> int:
        async with self._database.reading("read how far the journal is") as connection:
            return await marks.number(connection, run)

    async def call(self, call: str) -> CallRecord | None:
        async with self._database.reading("read a call") as connection:
            return await calls.one(connection, call)

    async def calls(self, wanted: CallFilter) -> Sequence[CallRecord]:
        async with self._database.reading("list calls") as connection:
            return await calls.page(connection, wanted)

    async def timeline(self, call: str) -> Sequence[Fact]:
        async with self._database.reading("read a timeline") as connection:
            return await calls.timeline(connection, call)

    async def open_calls(self) -> Sequence[CallRecord]:
        async with self._database.reading("list open calls") as connection:
            return await calls.still_open(connection)

    async def last_agent_changes(self) -> Sequence[AgentChanged]:
        async with self._database.reading("read the agents' states") as connection:
            return await calls.last_agent_changes(connection)

    async def talks_since(self, since: float) -> Mapping[str, tuple[int, float]]:
        async with self._database.reading("count the conversations of the day") as connection:
            return await calls.talks_since(connection, since)

    async def ending_counts(self) -> Mapping[Ending, int]:
        async with self._database.reading("count the calls") as connection:
            return await calls.ending_counts(connection)

    async def past(self, number: str, since: float, call: str) -> CallerPast:
        async with self._database.reading("read a caller's past") as connection:
            count, agent = await calls.past(connection, number, since, call)
            return CallerPast(count, await callbacks.of_number(connection, number), agent)

    async def contact(self, number: str) -> Contact | None:
        return await self.customers.contact(number)

    async def callbacks_owed(self) -> Sequence[CallbackOwed]:
        async with self._database.reading("read the callbacks") as connection:
            return await callbacks.owed(connection)

    async def audit(self, wanted: AuditFilter) -> Sequence[Audited]:
        async with self._database.reading("read the audit log") as connection:
            return await audit.page(connection, wanted)

    async def recording(self, recording: str) -> RecordingRecord | None:
        async with self._database.reading("read a recording's entry") as connection:
            return await calls.recording(connection, recording)

    async def recordings(self, before: str | None, limit: int) -> Sequence[RecordingRecord]:
        async with self._database.reading("list recordings") as connection:
            return await calls.recordings_page(connection, before, limit)

    async def callbacks(
        self, queue: str | None, state: CallbackState | None, before: str | None, limit: int
    ) -> Sequence[Callback]:
        async with self._database.reading("list callbacks") as connection:
            return await callbacks.page(connection, queue, state, before, limit)

    async def callback(self, callback: str) -> Callback | None:
        async with self._database.reading("read a callback") as connection:
            return await callbacks.one(connection, callback)

    async def open_callbacks(self) -> Sequence[Callback]:
        async with self._database.reading("read the open callbacks") as connection:
            return await callbacks.open_ones(connection)

    async def voicemail(self, voicemail: str) -> Voicemail | None:
        async with self._database.reading("read a voicemail's entry") as connection:
            return await voicemails.one(connection, voicemail)

    async def voicemails(self, wanted: VoicemailFilter) -> Sequence[Voicemail]:
        async with self._database.reading("list voicemails") as connection:
            return await voicemails.page(connection, wanted)

    async def agents(self) -> Sequence[AgentAccount]:
        async with self._database.reading("read the agents") as connection:
            return await people.all_agents(connection)

    async def save_agent(self, account: AgentAccount) -> None:
        async with self._database.writing("save an agent") as connection:
            await people.save_agent(connection, account)

    async def delete_agent(self, username: str) -> None:
        async with self._database.writing("delete an agent") as connection:
            await people.delete_agent(connection, username)

    async def tokens(self) -> Sequence[Token]:
        async with self._database.reading("read the tokens") as connection:
            return await people.all_tokens(connection)

    async def save_token(self, token: Token) -> None:
        async with self._database.writing("save a token") as connection:
            await people.save_token(connection, token)

    async def bindings(self) -> Sequence[Binding]:
        async with self._database.reading("read the registrations") as connection:
            return await people.all_bindings(connection)

    async def save_binding(self, binding: Binding) -> None:
        async with self._database.writing("save a registration") as connection:
            await people.save_binding(connection, binding)

    async def delete_binding(self, agent: str, contact: str) -> None:
        async with self._database.writing("delete a registration") as connection:
            await people.delete_binding(connection, agent, contact)

    async def dialogs(self) -> Sequence[KeptDialog]:
        async with self._database.reading("read the dialogs") as connection:
            return await dialogs.all_dialogs(connection)

    async def change_dialogs(
        self, changed: Sequence[KeptDialog], over: Sequence[tuple[str, str]]
    ) -> None:
        async with self._database.writing("save the dialogs") as connection:
            await dialogs.change_dialogs(connection, changed, over)

    async def bans(self) -> Sequence[Ban]:
        async with self._database.reading("read the bans") as connection:
            return await bans.all_bans(connection)

    async def save_ban(self, ban: Ban) -> None:
        async with self._database.writing("save a ban") as connection:
            await bans.save_ban(connection, ban)

    async def delete_ban(self, address: str) -> None:
        async with self._database.writing("delete a ban") as connection:
            await bans.delete_ban(connection, address)

    async def _make(self, connection: AsyncConnection) -> None:
        if await connection.run_sync(migrate):
            known = self.remembered()
            for account in known.agents:
                await people.save_agent(connection, account)
            for token in known.tokens:
                await people.save_token(connection, token)
            for subscription in known.subscriptions:
                await outbox.save_subscription(connection, subscription)
