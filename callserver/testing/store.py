"""A store in memory that can be made slow or broken."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence

from callserver.callback.book import Book
from callserver.model.bans import Ban
from callserver.model.call import Ending
from callserver.model.callback import Callback, CallbackState
from callserver.model.contacts import Contact
from callserver.model.dialogs import KeptDialog
from callserver.model.errors import StoreBehind, StoreError
from callserver.model.facts import AgentChanged, Audited, CallbackOwed, Fact
from callserver.model.hooks import HookEvent
from callserver.model.message_facts import VoicemailLeft
from callserver.model.people import AgentAccount, Binding, CallerPast, Token
from callserver.model.record import CallRecord, RecordingRecord
from callserver.model.store_ports import AuditFilter, CallFilter, Mark
from callserver.model.voicemail import Voicemail, VoicemailFilter


class MemoryStore:
    """Implements ``Store``.

    - ``delay_s``: every method takes so long (a slow disk).
    - ``error``: every method raises ``StoreError`` with this text (a database that is away).
    - ``write_error``: those that write do (a locked one).
    - ``facts``, ``batches``, ``marks``: what was appended, flat and as it came, and how far each
      run is; ``events``: what others are told.
    - ``contacts``: who is known, by number.

    One that was closed can be opened again and still knows everything: a restart.
    """

    def __init__(self) -> None:
        self.delay_s = 0.0
        self.error = ""
        self.write_error = ""
        self.facts: list[Fact] = []
        self.batches: list[tuple[Fact, ...]] = []
        self.events: list[HookEvent] = []
        self.records: dict[str, CallRecord] = {}
        self.marks: dict[str, int] = {}
        self._agents: dict[str, AgentAccount] = {}
        self.contacts: dict[str, Contact] = {}
        self._tokens: dict[str, Token] = {}
        self._bindings: dict[tuple[str, str], Binding] = {}
        self._bans: dict[str, Ban] = {}
        self._dialogs: dict[tuple[str, str], KeptDialog] = {}
        self._open = False

    async def _work(self) -> None:
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.error:
            raise StoreError(self.error)
        if not self._open:
            raise StoreError("the store is not open")

    async def _write(self) -> None:
        await self._work()
        if self.write_error:
            raise StoreError(self.write_error)

    async def open(self) -> None:
        self._open = True
        try:
            await self._work()
        except StoreError:
            self._open = False
            raise

    async def close(self) -> None:
        self._open = False

    async def ping(self) -> None:
        await self._write()

    async def append(
        self,
        facts: Sequence[Fact],
        records: Mapping[str, CallRecord],
        mark: Mark | None = None,
        events: Sequence[HookEvent] = (),
    ) -> None:
        await self._write()
        if mark is not None:
            now = self.marks.get(mark.run, 0)
            if now >= mark.upto:
                return
            if now != mark.after:
                raise StoreBehind(now)
            self.marks[mark.run] = mark.upto
        self.facts += facts
        self.events += events
        self.batches.append(tuple(facts))
        self.records |= records

    async def marked(self, run: str) -> int:
        await self._work()
        return self.marks.get(run, 0)

    async def call(self, call: str) -> CallRecord | None:
        await self._work()
        return self.records.get(call)

    async def calls(self, wanted: CallFilter) -> Sequence[CallRecord]:
        await self._work()
        found = sorted(self.records.values(), key=_born, reverse=True)
        if wanted.before is not None:
            last = self.records.get(wanted.before)
            found = [one for one in found if last is not None and _born(one) < _born(last)]
        return [one for one in found if _fits(one, wanted)][: wanted.limit]

    async def timeline(self, call: str) -> Sequence[Fact]:
        await self._work()
        return [fact for fact in self.facts if getattr(fact, "call", None) == call]

    async def open_calls(self) -> Sequence[CallRecord]:
        await self._work()
        found = sorted(self.records.values(), key=lambda one: one.id)
        return [one for one in found if one.ending is None]

    async def last_agent_changes(self) -> Sequence[AgentChanged]:
        await self._work()
        changes = {fact.agent: fact for fact in self.facts if isinstance(fact, AgentChanged)}
        return [changes[agent] for agent in sorted(changes) if agent in self._agents]

    async def talks_since(self, since: float) -> Mapping[str, tuple[int, float]]:
        await self._work()
        talks: dict[str, tuple[int, float]] = {}
        for one in self.records.values():
            talked = one.talking_at is not None and one.queue is not None
            if talked and one.agent is not None and one.offered_at >= since:
                count, talked_s = talks.get(one.agent, (0, 0.0))
                talks[one.agent] = (count + 1, talked_s + one.talked_s)
        return talks

    async def ending_counts(self) -> Mapping[Ending, int]:
        await self._work()
        return Counter(one.ending for one in self.records.values() if one.ending is not None)

    async def past(self, number: str, since: float, call: str) -> CallerPast:
        await self._work()
        theirs = [one for one in self.records.values() if one.number == number and one.id != call]
        talked = max(
            (one for one in theirs if one.talking_at), key=lambda one: one.id, default=None
        )
        return CallerPast(
            calls=sum(one.offered_at >= since for one in theirs),
            open_callbacks=sum(
                one.number == number and one.state is CallbackState.OPEN
                for one in fold_callbacks(self.facts)
            ),
            last_agent=talked.agent if talked else None,
        )

    async def contact(self, number: str) -> Contact | None:
        await self._work()
        return self.contacts.get(number)

    async def callbacks_owed(self) -> Sequence[CallbackOwed]:
        await self._work()
        found = {one.call: one for one in self.facts if isinstance(one, CallbackOwed)}
        return sorted(found.values(), key=lambda one: one.entered_at)

    async def audit(self, wanted: AuditFilter) -> Sequence[Audited]:
        await self._work()
        found = {one.id: one for one in self.facts if isinstance(one, Audited)}
        newest = sorted(found.values(), key=lambda one: one.id, reverse=True)
        return [one for one in newest if _is_wanted(one, wanted)][: wanted.limit]

    async def recording(self, recording: str) -> RecordingRecord | None:
        await self._work()
        return next((one for one in self._recordings() if one.id == recording), None)

    async def recordings(self, before: str | None, limit: int) -> Sequence[RecordingRecord]:
        await self._work()
        found = sorted(self._recordings(), key=lambda one: one.id, reverse=True)
        return [one for one in found if before is None or one.id < before][:limit]

    async def callback(self, callback: str) -> Callback | None:
        await self._work()
        found = (one for one in fold_callbacks(self.facts) if one.call == callback)
        return next(found, None)

    async def open_callbacks(self) -> Sequence[Callback]:
        await self._work()
        still = [one for one in fold_callbacks(self.facts) if one.is_alive]
        return sorted(still, key=lambda one: (one.entered_at, one.call))

    async def callbacks(
        self, queue: str | None, state: CallbackState | None, before: str | None, limit: int
    ) -> Sequence[Callback]:
        await self._work()
        found = sorted(fold_callbacks(self.facts), key=lambda one: one.call, reverse=True)
        return [
            one
            for one in found
            if queue in (None, one.queue)
            and state in (None, one.state)
            and (before is None or one.call < before)
        ][:limit]

    async def voicemail(self, voicemail: str) -> Voicemail | None:
        await self._work()
        return fold_voicemails(self.facts).get(voicemail)

    async def voicemails(self, wanted: VoicemailFilter) -> Sequence[Voicemail]:
        await self._work()
        found = sorted(fold_voicemails(self.facts).items(), reverse=True)
        return [one for _, one in found if is_listed(one, wanted)][: wanted.limit]

    def _recordings(self) -> list[RecordingRecord]:
        return [one.recording for one in self.records.values() if one.recording is not None]

    async def agents(self) -> Sequence[AgentAccount]:
        await self._work()
        return [self._agents[username] for username in sorted(self._agents)]

    async def save_agent(self, account: AgentAccount) -> None:
        await self._write()
        self._agents[account.username] = account

    async def delete_agent(self, username: str) -> None:
        await self._write()
        self._agents.pop(username, None)

    async def tokens(self) -> Sequence[Token]:
        await self._work()
        return [self._tokens[token] for token in sorted(self._tokens)]

    async def save_token(self, token: Token) -> None:
        await self._write()
        self._tokens[token.id] = token

    async def bindings(self) -> Sequence[Binding]:
        await self._work()
        return list(self._bindings.values())

    async def save_binding(self, binding: Binding) -> None:
        await self._write()
        self._bindings[binding.agent, binding.contact] = binding

    async def delete_binding(self, agent: str, contact: str) -> None:
        await self._write()
        self._bindings.pop((agent, contact), None)

    async def dialogs(self) -> Sequence[KeptDialog]:
        await self._work()
        return list(self._dialogs.values())

    async def change_dialogs(
        self, changed: Sequence[KeptDialog], over: Sequence[tuple[str, str]]
    ) -> None:
        await self._work()
        self._dialogs |= {(one.call_id, one.tag): one for one in changed}
        for key in over:
            self._dialogs.pop(key, None)

    async def bans(self) -> Sequence[Ban]:
        await self._work()
        return sorted(self._bans.values(), key=lambda ban: (ban.since, ban.address))

    async def save_ban(self, ban: Ban) -> None:
        await self._write()
        self._bans[ban.address] = ban

    async def delete_ban(self, address: str) -> None:
        await self._write()
        self._bans.pop(address, None)


def _born(record: CallRecord) -> tuple[float, str]:
    return record.offered_at, record.id


def _fits(record: CallRecord, wanted: CallFilter) -> bool:
    result = record.ending.result if record.ending is not None else None
    pairs = (
        (wanted.queue, record.queue),
        (wanted.agent, record.agent),
        (wanted.line, record.line),
        (wanted.number, record.number),
        (wanted.result, result),
    )
    return (
        all(want is None or want == has for want, has in pairs)
        and (wanted.since is None or record.offered_at >= wanted.since)
        and (wanted.until is None or record.offered_at < wanted.until)
    )


def _is_wanted(entry: Audited, wanted: AuditFilter) -> bool:
    pairs = (
        (wanted.actor, entry.actor),
        (wanted.action, entry.action),
        (wanted.target, entry.target),
    )
    return (
        all(want is None or want == has for want, has in pairs)
        and (wanted.since is None or entry.at >= wanted.since)
        and (wanted.until is None or entry.at < wanted.until)
        and (wanted.before is None or entry.id < wanted.before)
    )


def fold_callbacks(facts: Sequence[Fact]) -> list[Callback]:
    """Who is, and was, to be called back."""
    book, found = Book(), dict[str, Callback]()
    for fact in facts:
        found |= {one.call: one for one in book.follow(fact)}
    return list(found.values())


def fold_voicemails(facts: Sequence[Fact]) -> dict[str, Voicemail]:
    """The messages, by their ids."""
    found: dict[str, Voicemail] = {}
    for fact in facts:
        if isinstance(fact, VoicemailLeft):
            found.setdefault(fact.voicemail, Voicemail(fact))
        elif (name := getattr(fact, "voicemail", None)) in found:
            found[name] = found[name].after(fact)
    return found


def is_listed(one: Voicemail, wanted: VoicemailFilter) -> bool:
    """Whether a list of these has it."""
    left, handling = one.left, one.handling
    return (
        handling.deleted_at is None
        and wanted.mailbox in (None, left.mailbox)
        and wanted.queue in (None, left.queue, left.mailbox)
        and wanted.assignee in (None, handling.assignee)
        and wanted.done in (None, handling.done_at is not None)
        and (wanted.left_before is None or left.at < wanted.left_before)
        and (wanted.before is None or left.voicemail < wanted.before)
    )
